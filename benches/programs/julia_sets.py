"""Fractals with complex numbers and floats: Julia sets, Newton's basins, the bifurcation of the logistic map, a fern, turtle curves.

usage: julia_sets.py [width]
"""
# perf: 1000
import cmath
import math
import sys
from array import array

SHADES = ' .:-=+*#%@'


def julia(width, height, c, limit):
    rows = []
    for row in range(height):
        y = 1.2 - 2.4 * row / (height - 1)
        line = bytearray()
        for column in range(width):
            z = complex(-1.6 + 3.2 * column / (width - 1), y)
            count = 0
            while count < limit and abs(z) <= 2:
                z = z * z + c
                count += 1
            line.append(count)
        rows.append(line)
    return rows


def julia_by_floats(width, height, cx, cy, limit):
    """The same with two floats; escapes are counted into an array."""
    histogram = array('L', [0] * (limit + 1))
    for row in range(height):
        start = 1.2 - 2.4 * row / (height - 1)
        for column in range(width):
            x, y = -1.6 + 3.2 * column / (width - 1), start
            for count in range(limit):
                xx, yy = x * x, y * y
                if xx + yy > 4.0:
                    break
                x, y = xx - yy + cx, 2 * x * y + cy
            else:
                count = limit
            histogram[count] += 1
    return histogram


def newton_basins(size):
    """Which cube root of one Newton's iteration reaches."""
    roots = [cmath.exp(2j * math.pi * k / 3) for k in range(3)]
    counts = [0, 0, 0, 0]
    steps = 0
    for i in range(size):
        for j in range(size):
            z = complex(i / size * 4 - 2 + 1e-9, j / size * 4 - 2)
            for _ in range(40):
                following = z - (z**3 - 1) / (3 * z**2)
                steps += 1
                if abs(following - z) < 1e-6:
                    break
                z = following
            distances = [abs(z - root) for root in roots]
            nearest = min(distances)
            counts[distances.index(nearest) if nearest < 1e-3 else 3] += 1
    return counts, steps


def logistic_periods(steps):
    """The length of the cycle that x -> r x (1 - x) settles in, for several r."""
    periods = {}
    for i in range(steps):
        r = 2.8 + i * 1.05 / steps
        x = 0.3
        for _ in range(400):
            x = r * x * (1 - x)
        seen = {}
        for n in range(70):
            place = round(x, 5)
            if place in seen:
                period = n - seen[place]
                break
            seen[place] = n
            x = r * x * (1 - x)
        else:
            period = 0
        periods[period] = periods.get(period, 0) + 1
    return sorted(periods.items())[:8]


def fern(points):
    transforms = [
        (1, (0.0, 0.0, 0.0, 0.16, 0.0)),
        (86, (0.85, 0.04, -0.04, 0.85, 1.6)),
        (93, (0.2, -0.26, 0.23, 0.22, 1.6)),
        (100, (-0.15, 0.28, 0.26, 0.24, 0.44)),
    ]
    x = y = 0.0
    seed, cells = 1, set()
    for _ in range(points):
        seed = seed * 22695477 + 1 & 0xFFFFFFFF
        chance = (seed >> 16) % 100
        for limit, (a, b, c, d, f) in transforms:
            if chance < limit:
                x, y = a * x + b * y, c * x + d * y + f
                break
        cells.add((int(x * 8), int(y * 6)))
    return cells


def dragon(order):
    """A curve as turns by rewriting, walked by a turtle with a complex direction."""
    path = 'FX'
    rules = str.maketrans({'X': 'X+YF+', 'Y': '-FX-Y'})
    for _ in range(order):
        path = path.translate(rules)
    place, direction = 0j, 1 + 0j
    visited = {place}
    for sign in path:
        if sign == 'F':
            place += direction
            visited.add(place)
        elif sign == '+':
            direction *= 1j
        elif sign == '-':
            direction *= -1j
    return len(path), len(visited), place


def main():
    width = int(sys.argv[1]) if len(sys.argv) > 1 else 450
    rows = julia(width, width // 2, -0.8 + 0.156j, 60)
    print(sum(map(sum, rows)), max(map(max, rows)))
    for line in julia(60, 16, -0.4 + 0.6j, 30):
        print(''.join(SHADES[count * 9 // 30] for count in line).rstrip())
    histogram = julia_by_floats(width, width // 2, -0.8, 0.156, 60)
    print(sum(histogram), list(histogram[:8]), histogram[60])
    print(newton_basins(width // 3))
    print(logistic_periods(width))
    print(len(fern(width * 100)), dragon(max(width.bit_length() + 5, 8)))


if __name__ == '__main__':
    main()
