"""Numbers in plain lists: matrix product, elimination, a fast Fourier transform with complex numbers, k-means clusters.

usage: numeric_lists.py [size]
"""
# perf: 300
import cmath
import math
import random
import sys


def multiply(a, b):
    columns = list(zip(*b))
    return [[sum(x * y for x, y in zip(row, column)) for column in columns] for row in a]


def multiply_in_place(a, b):
    """The schoolbook form with indexes."""
    n, m, p = len(a), len(b), len(b[0])
    result = [[0.0] * p for _ in range(n)]
    for i in range(n):
        for j in range(p):
            total = 0.0
            for k in range(m):
                total += a[i][k] * b[k][j]
            result[i][j] = total
    return result


def solve(matrix, right):
    """Gaussian elimination with partial pivoting."""
    n = len(matrix)
    rows = [list(row) + [value] for row, value in zip(matrix, right)]
    for column in range(n):
        pivot = max(range(column, n), key=lambda r: abs(rows[r][column]))
        rows[column], rows[pivot] = rows[pivot], rows[column]
        top = rows[column]
        for row in rows[column + 1:]:
            factor = row[column] / top[column]
            if factor:
                for k in range(column, n + 1):
                    row[k] -= factor * top[k]
    solution = [0.0] * n
    for i in reversed(range(n)):
        known = sum(rows[i][k] * solution[k] for k in range(i + 1, n))
        solution[i] = (rows[i][n] - known) / rows[i][i]
    return solution


def fft(signal, inverse=False):
    n = len(signal)
    if n == 1:
        return list(signal)
    even, odd = fft(signal[0::2], inverse), fft(signal[1::2], inverse)
    sign = 2j if inverse else -2j
    twisted = [cmath.exp(sign * math.pi * k / n) * odd[k] for k in range(n // 2)]
    return [e + t for e, t in zip(even, twisted)] + [e - t for e, t in zip(even, twisted)]


def polynomial_product(a, b):
    size = 1
    while size < len(a) + len(b):
        size *= 2
    fa = fft([complex(x) for x in a] + [0j] * (size - len(a)))
    fb = fft([complex(x) for x in b] + [0j] * (size - len(b)))
    product = fft([x * y for x, y in zip(fa, fb)], inverse=True)
    return [round(value.real / size) for value in product[:len(a) + len(b) - 1]]


def k_means(points, k, rounds):
    centres = points[:k]
    for _ in range(rounds):
        clusters = [[] for _ in range(k)]
        for point in points:
            best, nearest = math.inf, 0
            for index, centre in enumerate(centres):
                distance = sum((p - c) ** 2 for p, c in zip(point, centre))
                if distance < best:
                    best, nearest = distance, index
            clusters[nearest].append(point)
        moved = [
            tuple(sum(axis) / len(cluster) for axis in zip(*cluster)) if cluster else centre
            for cluster, centre in zip(clusters, centres)
        ]
        if moved == centres:
            break
        centres = moved
    return sorted(centres), [len(cluster) for cluster in clusters]


def main():
    size = int(sys.argv[1]) if len(sys.argv) > 1 else 140
    rng = random.Random(3)
    a = [[rng.uniform(-1, 1) for _ in range(size)] for _ in range(size)]
    b = [[rng.uniform(-1, 1) for _ in range(size)] for _ in range(size)]
    first, second = multiply(a, b), multiply_in_place(a, b)
    difference = max(abs(x - y) for r, s in zip(first, second) for x, y in zip(r, s))
    print('product', round(sum(map(sum, first)), 6), difference < 1e-9)
    x = solve(a, [row[0] for row in first])
    print('solved', max(abs(x[i] - b[i][0]) for i in range(size)) < 1e-6, round(x[-1], 6))
    p = [rng.randrange(100) for _ in range(20 * size)]
    q = [rng.randrange(100) for _ in range(20 * size)]
    product = polynomial_product(p, q)
    print('polynomials', len(product), max(product), product[:4], product[1] == p[0] * q[1] + p[1] * q[0])
    wave = [math.sin(2 * math.pi * 5 * t / 256) + 0.5 * math.cos(2 * math.pi * 40 * t / 256) for t in range(256)]
    spectrum = [abs(z) for z in fft(wave)][:128]
    print('peaks', sorted(range(128), key=spectrum.__getitem__)[-2:], f'{spectrum[5]:.3f} {spectrum[40]:.3f}')
    points = []
    for _ in range(size * 15):
        x, y = rng.choice([(0, 0), (6, 1), (2, 7)])
        points.append((rng.gauss(x, 1.0), rng.gauss(y, 1.0)))
    centres, sizes = k_means(points, 3, 20)
    print('clusters', [f'({x:.3f}, {y:.3f})' for x, y in centres], sorted(sizes))


if __name__ == '__main__':
    main()
