"""A scheduler: FL describes the project and judges plans, Prolog enumerates them."""
import plan
import tasks
from polyglot import Term, out


def cost(found):
    """Days in use, then people in use, then the busiest person's load."""
    loads = {}
    for entry in found:
        match entry:
            case Term("at", (day, slot, person, task)):
                loads[person] = loads.get(person, 0) + 1
    return max(entry.args[0] for entry in found), len(loads), max(loads.values())


def best(found_plans, limit):
    winner, seen = None, 0
    for found in found_plans:
        seen += 1
        judged = cost(found)
        if winner is None or judged < winner[0]:
            winner = judged, found
        if seen == limit:
            break
    return winner, seen


project = tasks.project()
for days in range(1, 5):
    winner, seen = best(plan.schedule.all(project, days, out), 2000)
    print(f"{days} days: {seen} plans")
    if winner:
        (used, people, load), found = winner
        print(f"best: {used} days, {people} people, at most {load} tasks each")
        for day, slot, person, task in sorted((e.args for e in found), key=lambda at: at[:3]):
            assert task in project
            print(f"  day {day}, slot {slot}: {person} does {task.name}")
        break
