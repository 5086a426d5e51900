"""Counts the points of a grid that stay bounded under z*z + c, with floats and with complex numbers.

usage: mandelbrot.py [size]
"""
# perf: 600
import sys

ROUNDS = 50


def with_floats(size):
    inside = 0
    for row in range(size):
        ci = 2.0 * row / size - 1.0
        for column in range(size):
            cr = 2.0 * column / size - 1.5
            zr = zi = 0.0
            for _ in range(ROUNDS):
                zr, zi = zr * zr - zi * zi + cr, 2.0 * zr * zi + ci
                if zr * zr + zi * zi > 4.0:
                    break
            else:
                inside += 1
    return inside


def with_complex(size):
    inside = 0
    for row in range(size):
        for column in range(size):
            c = complex(2.0 * column / size - 1.5, 2.0 * row / size - 1.0)
            z = 0j
            for _ in range(ROUNDS):
                z = z * z + c
                if abs(z) > 2.0:
                    break
            else:
                inside += 1
    return inside


def main():
    size = int(sys.argv[1]) if len(sys.argv) > 1 else 120
    print(with_floats(size))
    print(with_complex(size))


if __name__ == '__main__':
    main()
