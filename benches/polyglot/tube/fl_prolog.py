"""Routes through the middle of London by deeper and deeper searches. FL calls Prolog."""
import sys
import inner_pl
from polyglot import out

TRIPS = [("paddington", "borough"), ("camden_town", "sloane_square"), ("angel", "pimlico"), ("bayswater", "southwark")]


def shortest(start, goal):
    """The first of the routes with the fewest legs: deeper and deeper searches."""
    legs = 1
    while True:
        for route in inner_pl.routes.all(start, goal, legs, out):
            return route
        legs += 1


def main(n):
    stations = 0
    for i in range(n):
        start, goal = TRIPS[i % len(TRIPS)]
        route = shortest(start, goal)
        stations += len(route)
        if i < len(TRIPS):
            print(" ".join(route))
    print(stations)


main(int(sys.argv[1]))
