"""Collections: lists of floats only."""
import sys

ROUNDS = 100


def build(n):
    values = []
    for i in range(n):
        values.append((i * 7919 % 100003) * 0.5)
    return values


def smooth(values, out):
    for i in range(1, len(values) - 1):
        out[i] = (values[i - 1] + values[i] * 2.0 + values[i + 1]) * 0.25


def main():
    n = int(sys.argv[1]) if len(sys.argv) > 1 else 500000
    values = build(n)
    out = list(values)
    total = 0.0
    part = n // 25
    for r in range(ROUNDS):
        smooth(values, out)
        values, out = out, values
        acc = 0.0
        for v in values:
            acc += v
        middle = sorted(values[r * part // 10:r * part // 10 + part])
        acc += middle[0] + middle[-1] - middle[part // 2]
        scaled = [v * 0.001 for v in values]
        acc += scaled[-1] + max(scaled)
        total += acc / 1000.0
    print("list_float(%d) = %.6f" % (n, total))


main()
