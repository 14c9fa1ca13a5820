"""Escape-time iteration of the Mandelbrot set over a square grid of floats."""
import sys


def mandelbrot(size, limit):
    inside = 0
    steps = 0
    for py in range(size):
        ci = 2.0 * py / size - 1.0
        for px in range(size):
            cr = 2.0 * px / size - 1.5
            zr = 0.0
            zi = 0.0
            zr2 = 0.0
            zi2 = 0.0
            k = 0
            while k < limit and zr2 + zi2 <= 4.0:
                zi = 2.0 * zr * zi + ci
                zr = zr2 - zi2 + cr
                zr2 = zr * zr
                zi2 = zi * zi
                k += 1
            steps += k
            if k == limit:
                inside += 1
    return inside, steps


def main():
    size = int(sys.argv[1]) if len(sys.argv) > 1 else 1200
    inside, steps = mandelbrot(size, 200)
    print("mandelbrot(%d): inside %d, steps %d" % (size, inside, steps))


main()
