# Powers of floats in hot loops: what has a float result, what is complex, infinite or an error, and that hot code agrees with cold code.


def powers(bases, exponents):
    found = []
    for x in bases:
        for y in exponents:
            try:
                found.append(x ** y)
            except (ZeroDivisionError, OverflowError) as e:
                found.append(type(e).__name__)
    return found


ordinary = [1.5, 0.1, 3.7, 1e10, 123.456, 2.0, 1.0000000000000002]
for _ in range(40):
    last = powers(ordinary, [2, 2.0, 0.5, -1.5, 3])
print(last)
odd = [0.0, -0.0, -2.5, 1e300, 1e-300, float("inf"), float("-inf"), float("nan"), 5e-324]
for _ in range(10):
    last = powers(odd, [2, 0.5, -1.5, -2, 0, 3.0])
print(last)


def squares(n):
    total = 0.0
    for i in range(n):
        x = i * 0.37 - 11
        total += x ** 2 + (x * x) ** 0.5
    return total


print(squares(500))


def growing(x):
    turns = 0
    try:
        while True:
            x = x ** 2
            turns += 1
    except OverflowError as e:
        return turns, str(e)


for x in (1.0001, 1.5, 1e100):
    print(growing(x))


def roots(x, n):
    out = []
    for i in range(n):
        x -= 1.0
        out.append(x ** 0.5)
    return out[-3:]


print([isinstance(r, complex) for r in roots(60.0, 61)], roots(60.0, 59))


# Keys of dicts: absent ones, ones that are equal and not the same, and others with the same hash.
def looked_up(d, keys, n):
    found = []
    for i in range(n):
        k = keys[i % len(keys)]
        found.append((k in d, d.get(k, "none")))
        d[k] = i
    return found[:len(keys)], len(d)


mixed = {1: "one", 2.0: "two", True + 2: "three", -1: "minus", 0: "nought", "ab": "text", 2 ** 61: "one, too"}
print(looked_up(mixed, [1, 2, 3, 4, -1, -2, 0, "".join(["a", "b"]), "c", 2 ** 61, 1 << 60, False, 1.0], 60))
print(mixed)
print(looked_up({i * 16: i for i in range(100)}, [i * 8 for i in range(6)], 300))
