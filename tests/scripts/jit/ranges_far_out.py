# Ranges whose items come near the ends of immediate and machine integers, in loops that are hot.
import sys
from itertools import islice


def collect(r, n):
    total, last = 0, None
    for i in r:
        total += i & 0xff
        last = i
        n -= 1
        if not n:
            break
    return total, last


IMMEDIATE, MACHINE = 2**62, 2**63
for start, stop, step in [
    (0, sys.maxsize, 1),
    (3, sys.maxsize, 2),
    (0, sys.maxsize, 2**52),
    (IMMEDIATE - 200, IMMEDIATE + 200, 1),
    (IMMEDIATE - 1, MACHINE, 3),
    (MACHINE - 300, MACHINE - 1, 2),
    (MACHINE - 300, MACHINE + 300, 2),
    (-IMMEDIATE + 200, -IMMEDIATE - 200, -1),
    (-MACHINE + 100, -MACHINE - 100, -1),
    (5, 6, 2**62),
    (5, 6, 2**70),
    (0, 10**30, 10**10),
]:
    r = range(start, stop, step)
    print(r, collect(r, 500), collect(reversed(r), 500), collect((i for i in r), 300))

it = iter(range(3, sys.maxsize, 2))
print(list(islice(it, 5)), it.__length_hint__(), next(it))
it.__setstate__(4)
print(next(it))
it = iter(range(IMMEDIATE - 2, IMMEDIATE + 3))
print([i - IMMEDIATE for i in it], list(it))
