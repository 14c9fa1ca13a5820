"""Routes through the middle of London by deeper and deeper searches. Both in FL."""
import sys
import inner_py


TRIPS = [("paddington", "borough"), ("camden_town", "sloane_square"), ("angel", "pimlico"), ("bayswater", "southwark")]


def shortest(start, goal):
    """The first of the routes with the fewest legs: deeper and deeper searches."""
    legs = 1
    while True:
        for route in inner_py.routes(start, goal, legs):
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
