#!/usr/bin/env python3
"""Runs the Prolog benchmarks beside other systems and prints medians of CPU seconds.

    run.py --metatrace PATH [--runs 3] [--only NAME,...] [--test]

Columns: metatrace with the JIT, without it, swipl, swipl -O, and native code of gplc.
Every run's output is compared; `--test` runs the small sizes on metatrace only,
in both modes, against expected/.
"""
import argparse, math, os, resource, shutil, statistics, subprocess, sys, tempfile

HERE = os.path.dirname(os.path.abspath(__file__))


def table():
    for line in open(os.path.join(HERE, "table.txt")):
        if line.strip() and not line.startswith("#"):
            yield line.split()


def timed(command, timeout):
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    try:
        done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=timeout)
    except subprocess.TimeoutExpired:
        return None, "timeout"
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    seconds = after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime
    return seconds, done.stdout if done.returncode == 0 else "status %d: %s" % (done.returncode, done.stderr[:200])


def systems(args, name, size, gnu, folder):
    program = os.path.join(folder, name + ".pl")
    text = open(os.path.join(HERE, name + ".pl")).read()
    with open(program, "w") as f:
        f.write(text + "\n:- initialization((run(%s), halt)).\n" % size)
    yield "jit", [args.metatrace, "run", program]
    yield "off", [args.metatrace, "run", "--jit", "off", program]
    if args.test:
        return
    if shutil.which("swipl"):
        yield "swipl", ["swipl", program]
        yield "swipl -O", ["swipl", "-O", program]
    if gnu == "yes" and shutil.which("gplc"):
        binary = os.path.join(folder, name)
        built = subprocess.run(["gplc", "--no-top-level", "-o", binary, program], cwd=folder, capture_output=True)
        if built.returncode == 0:
            yield "gplc", [binary]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--metatrace", default="metatrace")
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--timeout", type=float, default=120)
    parser.add_argument("--only", default="")
    parser.add_argument("--test", action="store_true")
    args = parser.parse_args()
    columns = ["jit", "off", "swipl", "swipl -O", "gplc"]
    ratios, wrong = {c: [] for c in columns}, 0
    if not args.test:
        print("%-10s" % "program" + "".join("%10s" % c for c in columns))
    for name, size, small, gnu in table():
        if args.only and name not in args.only.split(","):
            continue
        medians, outputs = {}, {}
        with tempfile.TemporaryDirectory() as folder:
            commands = list(systems(args, name, small if args.test else size, gnu, folder))
            times = {s: [] for s, _ in commands}
            for _ in range(1 if args.test else args.runs):
                for system, command in commands:
                    seconds, output = timed(command, args.timeout)
                    outputs[system] = output
                    if seconds is not None:
                        times[system].append(seconds)
        if args.test:
            expected = open(os.path.join(HERE, "expected", name + ".out")).read()
        else:
            expected = outputs.get("swipl", outputs["off"])
        for system, output in outputs.items():
            if output != expected:
                wrong += 1
                print("%s: %s: output differs: %s" % (name, system, output.strip()[:200]))
            elif times[system]:
                medians[system] = statistics.median(times[system])
        if not args.test:
            print("%-10s" % name + "".join("%10.3f" % medians[c] if c in medians else "%10s" % "-" for c in columns), flush=True)
            for c in columns:
                if c in medians and "swipl" in medians:
                    ratios[c].append(max(medians[c], 0.001) / max(medians["swipl"], 0.001))
    if not args.test:
        mean = lambda r: math.exp(sum(map(math.log, r)) / len(r))
        print("%-10s" % "/ swipl" + "".join("%10.2f" % mean(ratios[c]) if ratios[c] else "%10s" % "-" for c in columns))
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
