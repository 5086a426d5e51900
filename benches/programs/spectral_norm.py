"""Largest singular value of an infinite matrix, by the power method.

usage: spectral_norm.py [n]
"""
# perf: 550
import sys


def element(i, j):
    return 1.0 / ((i + j) * (i + j + 1) // 2 + i + 1)


def times(vector):
    size = range(len(vector))
    return [sum(element(i, j) * vector[j] for j in size) for i in size]


def times_transposed(vector):
    size = range(len(vector))
    return [sum(element(j, i) * vector[j] for j in size) for i in size]


def main():
    n = int(sys.argv[1]) if len(sys.argv) > 1 else 130
    u = [1.0] * n
    v = u
    for _ in range(10):
        v = times_transposed(times(u))
        u = times_transposed(times(v))
    uv = vv = 0.0
    for a, b in zip(u, v):
        uv += a * b
        vv += b * b
    print(f'{(uv / vv) ** 0.5:.9f}')


if __name__ == '__main__':
    main()
