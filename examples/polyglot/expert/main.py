"""An expert system over ingested data: FL reads sensor logs, Prolog draws the conclusions."""
import rules
from polyglot import out

LOG = """machine,property,value
press,temperature,95
press,vibration,7.5
press,hours,6100
lathe,temperature,72
lathe,vibration,1.25
lathe,oil,12
pump,hours,5600
pump,vibration,5.5
pump,temperature,40
mill,temperature,60
mill,oil,oops
fan,vibration,0.5
fan,hours,7000
fan,serviced,yes
"""


def parse(value):
    for kind in (int, float):
        try:
            return kind(value)
        except ValueError:
            pass
    if not value.isalpha() or value == "oops":
        raise ValueError(f"unreadable value {value!r}")
    return value


def ingest(text):
    """Tells Prolog what is in the log; the number of lines, and what is wrong with the others."""
    good, bad = 0, []
    for number, line in enumerate(text.splitlines()[1:], start=2):
        machine, name, value = line.split(",")
        try:
            rules.observe(machine, name, parse(value))
            good += 1
        except ValueError as error:
            bad.append(f"line {number}: {error}")
    return good, bad


good, bad = ingest(LOG)
print(f"{good} readings, {len(bad)} rejected: {'; '.join(bad)}")
report = {}
for machine, diagnosis, certainty in rules.diagnosis.all(out, out, out):
    report.setdefault(machine, []).append((certainty, diagnosis))
for machine in sorted(report):
    print(machine)
    for certainty, diagnosis in sorted(report[machine], reverse=True):
        print(f"  {certainty:3}% {diagnosis}: {rules.advice(diagnosis, out)}")
healthy = {m for m, _ in rules.finding.all(out, out)} - set(report)
print("findings without a diagnosis:", sorted(healthy))

# Ten thousand simulated readings through the same rules.
alarms = 0
temperature, seed = 60, 7
for step in range(10000):
    seed = (seed * 1103515245 + 12345) % 2147483648
    temperature = max(20, min(120, temperature + seed // 65536 % 7 - 3))
    if step % 100 == 0:
        rules.forget()
        rules.observe("probe", "temperature", temperature)
    if rules.finding("probe", "overheating"):
        alarms += 1
print("alarms in the simulation:", alarms)
