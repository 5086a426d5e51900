# int, round, floor, ceil and trunc of floats in loops that become hot.
import math

NUMBERS = [0.0, -0.0, 0.5, -0.5, 1.5, 2.5, -1.5, -2.5, 0.49999999999999994, 3.999, -3.999, 1e9, -1e9, 2.0**52 + 0.5]
EDGES = [2.0**61, -(2.0**61), 2.0**62, -(2.0**62), 2.0**62 - 512, -(2.0**62) - 1024, 2.0**63, 1e300, -1e300]
FAULTS = [float("nan"), float("inf"), float("-inf")]


def ways(x):
    return int(x), round(x), math.floor(x), math.ceil(x), math.trunc(x)


def run(numbers, times):
    last = {}
    for i in range(times):
        for x in numbers:
            try:
                r = ways(x)
            except (ValueError, OverflowError) as e:
                r = type(e).__name__, str(e)
            last[str(x)] = r
    return last


for name, found in run(NUMBERS, 600).items():
    print(name, found)
# The loop was compiled for small results: now there are big ones, and then errors, and small ones again.
for name, found in run(EDGES, 300).items():
    print(name, found)
for name, found in run(FAULTS, 300).items():
    print(name, found)
print(run(NUMBERS, 100) == {str(x): ways(x) for x in NUMBERS})


def total(numbers):
    t = 0
    for x in numbers:
        t += int(x * 10) + round(x) - math.floor(x / 3) * math.ceil(x)
    return t


print(total([i * 0.37 for i in range(-3000, 3000)]))
print(total([i * 0.37 for i in range(3000)] + [1e20]))


class Celsius(float):
    def __int__(self):
        return 1000

    def __trunc__(self):
        return 2000

    def __round__(self, digits=None):
        return 3000 if digits is None else digits

    def __floor__(self):
        return 4000

    def __ceil__(self):
        return 5000


def mixed(numbers):
    seen = set()
    for i in range(1500):
        seen.add(ways(numbers[i % len(numbers)]))
    return sorted(seen)


print(mixed([1.5, Celsius(1.5)]))
print(mixed([Celsius(1.5)]), mixed([2.5]), mixed([7, True, 2.5]))


def digits(x):
    t = 0.0
    for i in range(1500):
        t += round(x + i, 1) + round(x, ndigits=None) + round(number=x)
    return round(t, 3)


print(digits(2.5))


def rebound(int):
    t = 0
    for i in range(1500):
        t += int(i + 0.5)
    return t


print(rebound(int), rebound(round), rebound(math.floor), rebound(lambda x: x), rebound(str and bool))
