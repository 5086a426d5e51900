"""Most flips of a permutation's prefix until its first element is 0, over all permutations.

usage: fannkuch.py [n]
"""
# perf: 10
import sys


def fannkuch(n):
    checksum = most = 0
    permutation = list(range(n))
    count = [0] * n
    sign = 1
    while True:
        first = permutation[0]
        if first:
            work = permutation[:]
            flips = 0
            while first:
                work[:first + 1] = work[first::-1]
                flips += 1
                first = work[0]
            most = max(most, flips)
            checksum += sign * flips
        sign = -sign
        # The next permutation: rotate ever longer prefixes.
        i = 1
        while i < n:
            permutation.insert(i, permutation.pop(0))
            count[i] += 1
            if count[i] <= i:
                break
            count[i] = 0
            i += 1
        else:
            return checksum, most


def main():
    n = int(sys.argv[1]) if len(sys.argv) > 1 else 8
    checksum, most = fannkuch(n)
    print(checksum)
    print(f'Pfannkuchen({n}) = {most}')


if __name__ == '__main__':
    main()
