"""Operators whose operands are plain but not two immediates of one kind: mixed numbers, zeros, infinities, texts, bytes."""
import math


def mixed(x, y):
    out = [x + y, x - y, x * y]
    try:
        out.append(x / y)
    except ZeroDivisionError as e:
        out.append(str(e))
    return out


numbers = [0, 0.0, -0.0, 1, -3, 2.5, -0.5, 1e300, 5e-324, math.inf, -math.inf, True, 2**53, 2**53 + 1, -(2**61), 10**20, 10**400]
for x in numbers:
    for y in numbers:
        try:
            print(*mixed(x, y))
        except OverflowError as e:
            print(e)
print([0 / -5, -0.0 + 0, 0 * -0.5, 2**53 / 3, (2**53 + 1) / 1, 7 / 2, -7 / 2])


def stepped(x):
    x += 1
    x -= 3
    x = x + 1000
    return x - 7


print([stepped(x) for x in (1, 1.5, -0.0, True, math.inf, 1e300, 10**20, 6.0, 1005.0 - 1000)])


def compared(x, y):
    return [x < y, x <= y, x == y, x != y, x > y, x >= y, 1 if x < y else 0, 1 if x == y else 0, 1 if x >= y else 0]


reals = [0, -0.0, 1, 1.0, 1.5, math.nan, math.inf, True, 2**53 + 1, float(2**53), 10**30]
for x in reals:
    print(*(''.join('01'[int(b)] for b in compared(x, y)) for y in reals))
for pair in (('a', 'b'), ('ab', 'a'), ('é', 'z'), (b'a', b'ab'), ((1, 2), (1, 3)), ((1, 'x'), (1.0, 'x')), ((), (0,)),
             ((math.nan,), (math.nan,)), ({1}, {1, 2}), ([1], [1, 0]), (None, None)):
    try:
        print(compared(*pair))
    except TypeError as e:
        print(e, pair[0] == pair[1])
for pair in (('a', 1), (1, None), ((1,), [1]), ((1, 'x'), (1, 2)), (1.5, 'x')):
    print(pair[0] == pair[1], pair[0] != pair[1])
    try:
        print(pair[0] < pair[1])
    except TypeError as e:
        print(e)


def item(s, i):
    return s[i]


for s in ('hello', 'naïve', '', b'bytes', b''):
    for i in (0, 1, -1, 2, -5, 4, 5, -6, True, 2**70, 'x'):
        try:
            print(repr(item(s, i)), end=' ')
        except (IndexError, TypeError) as e:
            print(e, end='; ')
    print()


def counter():
    count, seen = 0, ()

    def more(step):
        nonlocal count, seen
        count += step
        seen = (*seen, count)
        return seen

    return more


more = counter()
for step in (1, 2.5, -1, 10**20):
    print(more(step))
