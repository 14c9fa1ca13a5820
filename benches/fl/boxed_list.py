"""A long list of small objects that live through the run: peak memory."""
import sys


class Point:
    def __init__(self, x, y):
        self.x = x
        self.y = y


def main():
    n = int(sys.argv[1]) if len(sys.argv) > 1 else 2000000
    points = []
    for i in range(n):
        points.append(Point(i, i * 0.5))
    total = 0
    weight = 0.0
    for _ in range(10):
        for p in points:
            total += p.x
            weight += p.y
            p.x = (p.x * 3 + 1) % 1000003
        for i in range(0, n, 3):
            points[i] = Point(points[i].x, points[i].y + 1.0)
    print("boxed_list(%d) = %d %.1f" % (n, total, weight))


main()
