"""Balls bouncing in a box: small objects with integer fields."""
import sys


class Random:
    def __init__(self):
        self.seed = 74755

    def next(self):
        self.seed = (self.seed * 1309 + 13849) % 65536
        return self.seed


class Ball:
    def __init__(self, random):
        self.x = random.next() % 500
        self.y = random.next() % 500
        self.dx = random.next() % 300 - 150
        self.dy = random.next() % 300 - 150

    def bounce(self):
        bounced = False
        self.x += self.dx
        self.y += self.dy
        if self.x > 500:
            self.x = 500
            self.dx = -abs(self.dx)
            bounced = True
        if self.x < 0:
            self.x = 0
            self.dx = abs(self.dx)
            bounced = True
        if self.y > 500:
            self.y = 500
            self.dy = -abs(self.dy)
            bounced = True
        if self.y < 0:
            self.y = 0
            self.dy = abs(self.dy)
            bounced = True
        return bounced


def simulate(balls, frames):
    bounces = 0
    for _ in range(frames):
        for ball in balls:
            if ball.bounce():
                bounces += 1
    return bounces


def main():
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 20000
    bounces = 0
    for _ in range(rounds):
        random = Random()
        balls = [Ball(random) for _ in range(100)]
        bounces += simulate(balls, 50)
    print("bounce(%d): bounces %d" % (rounds, bounces))


main()
