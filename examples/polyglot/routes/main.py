"""A route finder: FL reads the network and asks; Prolog searches.

Lines of the network are given as text; the search gets a budget of minutes that grows
until there is a route, and the best of the routes within it is taken.
"""
import sys
import network
from polyglot import Term, out

NETWORK = """
red: Airport 6 Harbour 4 Market 3 Castle 5 University
blue: Harbour 5 Stadium 2 Castle 4 Hospital 6 Lake
green: Market 4 Museum 3 Hospital 2 University
ferry: Airport 15 Lake
"""


def read(text):
    """Gives Prolog the connections; the stations in alphabetical order."""
    stations = set()
    for line in text.strip().splitlines():
        name, _, stops = line.partition(":")
        words = stops.split()
        for i in range(0, len(words) - 2, 2):
            network.connect(words[i], words[i + 2], name, int(words[i + 1]))
            stations.update((words[i], words[i + 2]))
    return sorted(stations)


def best_route(start, goal):
    budget = 8
    while budget < 200:
        found = list(network.route.all(start, goal, budget, out))
        if found:
            return min(found, key=lambda route: (route.args[0], len(route.args[1]))), len(found)
        budget *= 2
    return None, 0


def describe(route):
    match route:
        case Term("route", (minutes, rides)):
            steps = [f"{ride.args[0]} from {ride.args[1]} to {ride.args[2]}" for ride in rides]
            return f"{minutes} min: " + ", then ".join(steps)


stations = read(NETWORK)
print(len(stations), "stations:", ", ".join(stations))
for start, goal in [("Airport", "University"), ("Stadium", "Museum"), ("Lake", "Market"), ("Castle", "Castle")]:
    route, seen = best_route(start, goal)
    print(f"{start} - {goal}: {describe(route)} (best of {seen})")
print("from Lake one gets to", ", ".join(sorted(network.reachable.all("Lake", out))))

# The whole timetable: every pair of stations.
total = 0
for start in stations:
    for goal in stations:
        route, _ = best_route(start, goal)
        total += route.args[0]
print("all pairs:", total, "minutes")
