# env: SKEIN_JIT=on
# env: SKEIN_JIT_THRESHOLD=20
# env: SKEIN_JIT_EXIT_THRESHOLD=2
# Steps and ends of itertools' iterators in hot loops, alone and where Python code has to run in the middle of one; natives that go
# through map, zip and enumerate, whose items may refuse half-way; counting what generators give.
import itertools
import re
from collections import Counter


class Odd:
    """An int of its own: what is done with it runs Python code."""

    def __init__(self, n):
        self.n = n

    def __int__(self):
        return self.n + 100

    def __add__(self, other):
        return Odd(self.n + (other.n if isinstance(other, Odd) else other))

    __radd__ = __add__

    def __eq__(self, other):
        return isinstance(other, Odd) and self.n // 2 == other.n // 2

    def __hash__(self):
        return hash(self.n // 2)

    def __iter__(self):
        return iter([self.n] * 2)

    def __repr__(self):
        return f'Odd({self.n})'


def turns(f, *given):
    """The results of many calls, the last of them of other objects."""
    seen = []
    for row in given:
        for _ in range(60):
            r = f(row)
        seen.append(r)
    return seen


def generator(items):
    for v in items:
        yield v


def grouped(row):
    return [(k, list(g)) for k, g in itertools.groupby(row)]


def grouped_in_loops(row):
    out = []
    for k, g in itertools.groupby(row):
        for v in g:
            out.append(v)
        out.append('/')
    return out


def groups_left_early(row):
    out = []
    kept = None
    for k, g in itertools.groupby(row):
        for v in g:
            out.append(v)
            break
        if kept is not None:
            out.append(list(kept))
        kept = g
    return out


def summed(row):
    return [total for total in itertools.accumulate(row)]


def chained(row):
    return [v for v in itertools.chain(row, row[:2], (), row)]


def chained_parts(row):
    out = 0
    for v in itertools.chain.from_iterable([row, 'ab', row]):
        out += 1
    return out


def pairs(row):
    return [(a, b) for a, b in itertools.pairwise(row)]


def round_and_round(row):
    out = []
    for v in itertools.cycle(row):
        out.append(v)
        if len(out) > 7:
            return out


def some_and_the_rest(row):
    it = iter(row)
    first = [v for v in itertools.islice(it, 2)]
    return first, next(it, None), [v for v in it]


def tables(n):
    return (
        [a * b for a, b in itertools.product(range(n), (1, 2))],
        sum(1 for _ in itertools.permutations(range(n), 2)),
        sum(sum(c) for c in itertools.combinations(range(n), 2)),
        sum(sum(c) for c in itertools.combinations_with_replacement(range(n), 2)),
        [v for v in itertools.repeat('x', n)],
    )


def none_of_them(n):
    count = 0
    for row in itertools.product(range(n), ()):
        count += 1
    for row in itertools.permutations((), n):
        count += 10
    for row in itertools.combinations(range(n), 0):
        count += 100
    return count


def found(text):
    return [m.group() for m in re.finditer('[0-9]+', text)]


def numbers(row):
    return list(map(int, row)), sum(map(float, row)), tuple(enumerate(row)), dict(zip(row, row))


def ints(row):
    it = iter(row)
    try:
        return list(map(int, it)), list(it)
    except ValueError as e:
        return str(e), list(it)


def two(row):
    a, b = map(int, row)
    return a * 1000 + b


def two_or_not(row):
    try:
        a, b = map(int, row)
        return a, b
    except (TypeError, ValueError) as e:
        return str(e)


def each(row):
    out = []
    for v in map(int, row):
        out.append(v)
    return out


def joined(row):
    return ','.join(map(str, row))


heard = []


def noted(row):
    del heard[:]
    try:
        return list(map(heard.append, row)), list(heard)
    finally:
        heard.append('end')


def counted(row):
    return sorted(Counter(v for v in row).items(), key=repr)


def counted_on(row):
    c = Counter({1: Odd(5), 2: 2.5})
    c.update(v for v in row)
    return sorted(map(repr, c.items()))


class Loud(Counter):
    def __setitem__(self, key, value):
        super().__setitem__(key, value * 10)


def counted_loudly(row):
    return sorted(Loud(v for v in row).items())


ODD = [Odd(1), Odd(2), Odd(3), 4, Odd(5)]
print(turns(grouped, [1, 1, 2, 2, 1], 'aab', [1, 1.0, True, 0], ODD, generator([3, 3])))
print(turns(grouped_in_loops, [1, 1, 2, 2, 1], 'aab', [(1, 2), (1, 2), 3], ODD))
print(turns(groups_left_early, [1, 1, 2, 3, 3], 'aabb', ODD))
print(turns(summed, [1, 2, 3], [0.5, 1], ['a', 'b'], ODD, [[1], [2]]))
print(turns(chained, [1, 2, 3], 'abc', (), ODD))
print(turns(chained_parts, [1, 2], (), Odd(1)))
print(turns(pairs, [1, 2, 3], [], 'x', ODD))
print(turns(round_and_round, [1, 2, 3], [7]))
print(turns(some_and_the_rest, [1, 2, 3, 4], (1,), 'abcdef', range(3), {5: 6, 7: 8, 9: 0}))
print(turns(tables, 1, 3, 4, 0))
print(turns(none_of_them, 0, 1, 3))
print(turns(found, 'a12b3', '', '1', 'x 77'))
print(turns(numbers, ['1', '2'], [3, 4.5], (), [True]))
print(turns(ints, ['1', '2'], ['3', Odd(4), 'five', '6'], [Odd(1), 2]))
print(turns(two, ('1', '2'), ['3', 4], (5.5, Odd(6))))
print(turns(two_or_not, ('1', '2'), '345', [1], ['x', 2], [Odd(1), Odd(2)], ([], 1)))
print(turns(each, ['1', 2], [Odd(3), '4', Odd(5)], ()))
print(turns(joined, [1, 2], ['x', 3.5], ODD, ()))
print(turns(noted, [1, 2], [Odd(1)], ()))
print(turns(counted, [1, 2, 1], 'abca', [(1, 2), (1, 2)], ODD))
print(turns(counted_on, [1, 2, 1], [3, 2], [Odd(1)]))
print(turns(counted_loudly, [1, 2, 1]))


def grown():
    """A dict that changes while a chain goes through it is an error again and again."""
    d = {1: 2, 3: 4}
    it = itertools.chain([0], d)
    out = []
    for _ in range(3):
        try:
            for v in it:
                out.append(v)
                if len(out) == 2:
                    d[5] = 6
        except RuntimeError as e:
            out.append(str(e))
    return out


for _ in range(80):
    r = grown()
print(r)


def unhashable(row):
    try:
        return Counter(v for v in row)
    except TypeError as e:
        return str(e)


print(turns(unhashable, [1], [[1]]))
