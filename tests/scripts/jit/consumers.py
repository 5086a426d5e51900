# env: SKEIN_JIT=on
# env: SKEIN_JIT_THRESHOLD=20
# env: SKEIN_JIT_EXIT_THRESHOLD=2
"""Natives that go through generators, in hot loops: what they give, what is raised through them, who sees what."""
import collections
import gc
import sys
from functools import reduce

N = 30


def upto(n):
    for i in range(n):
        yield i


def failing(n, at):
    for i in range(n):
        if i == at:
            raise KeyError(i)
        yield i


class Numbers:
    """An iterator written in Python."""

    def __init__(self, n):
        self.n = n

    def __iter__(self):
        return self

    def __next__(self):
        if not self.n:
            raise StopIteration
        self.n -= 1
        return self.n


class Iterable:
    def __init__(self, n):
        self.n = n

    def __iter__(self):
        for i in range(self.n):
            yield i * i


def consumed(make):
    """What each native makes of what `make` gives."""
    results = [
        set(make()), frozenset(make()), list(make()), tuple(make()), sum(make()), any(make()), all(make()),
        min(make(), default=-1), max(make(), default=-1), sorted(make(), reverse=True), dict((x, -x) for x in make()),
        ','.join(str(x) for x in make()), [*make()], {*make()}, (*make(), 'end'), list(enumerate(make(), 3)),
        list(zip(make(), make())), list(map(abs, make())), list(filter(None, make())), list(reversed([*make()])),
        3 in make(), reduce(lambda a, b: a * 3 + b, make(), 1), sum(make(), 100), max(make(), key=lambda x: -x, default=None),
        sorted(make(), key=lambda x: -x), bytes(make()),
    ]
    l = [0]
    l.extend(make())
    s = {7}
    s.update(make())
    l += make()
    a, *b = make()
    return results + [l, s, a, b]


for make in (lambda: upto(6), lambda: Numbers(5), lambda: (x + 1 for x in range(4)), lambda: iter(Iterable(4))):
    seen = [repr(consumed(make)) for _ in range(N)]
    print(len(set(seen)), seen[-1])


def caught(f):
    try:
        return f()
    except Exception as e:
        return type(e).__name__, str(e), e.__traceback__.tb_next is not None


def raised():
    out = []
    for i in range(N):
        for use in (set, list, tuple, sum, any, all, min, max, sorted, frozenset, dict.fromkeys, ','.join):
            out.append(caught(lambda: use(failing(5, i % 6))))
        out.append(caught(lambda: sum(x / (3 - x) for x in upto(i % 6))))
        out.append(caught(lambda: set([x] for x in upto(i % 2))))
        out.append(caught(lambda: dict(x for x in upto(i % 3))))
    return collections.Counter(map(repr, out)).most_common()


for line in sorted(map(str, raised())):
    print(line)


def early():
    """Consumers that stop before the end leave the generator suspended."""
    left = []
    for i in range(N):
        g = upto(8)
        left.append((any(x > i % 4 for x in g), next(g, None), 5 in g, next(g, None), all(g), list(g)))
    return left


print(early()[-5:])


def nested():
    total = 0
    for i in range(N):
        total += len(set(tuple(y * x for y in range(x % 4)) for x in range(i % 7)))
        total += sum(sum(y for y in range(x)) for x in range(i % 5) if x % 2)
        total += max((min((z for z in range(i, i + 3)), default=0) for _ in 'ab'), default=0)
    return total


print(nested())


def again():
    """A generator that is asked for its next item while it runs."""
    out = []
    for i in range(N):
        g = None

        def body():
            yield 1
            if i % 3 == 0:
                yield sum(g)
            yield 2
        g = body()
        out.append(caught(lambda: sum(g)))
    return out


print(again()[-4:])


def frames():
    """What a generator's body sees of its callers."""
    def names():
        for _ in range(3):
            f, row = sys._getframe(), []
            while f.f_code.co_name not in ('frames', '<module>'):
                row.append(f.f_code.co_name)
                f = f.f_back
            yield '/'.join(row + [f.f_code.co_name])
    out = collections.Counter()
    for i in range(N):
        out.update(list(names()))
        out.update(','.join(names()).split(','))
        out.update([n for n in names()])
        out.update(set(names()))
    return sorted(out.items())


print(frames())


def state():
    """`gi_frame`, `gi_running` and `close` around consumers."""
    out = []
    for i in range(N):
        g = upto(4)
        row = [g.gi_frame is None, g.gi_running, any(x == 2 for x in g), g.gi_frame.f_locals['i']]
        if i % 2:
            g.close()
        else:
            row.append(caught(lambda: g.throw(ValueError('thrown'))))
        row += [g.gi_frame is None, sum(g)]
        out.append(row)
    return out


print(state()[-2:])


def finalised():
    """`finally` of generators that were not exhausted."""
    log = []

    def body(i):
        try:
            for x in range(5):
                yield x
        finally:
            log.append(i)
    for i in range(N):
        any(x == 2 for x in body(i))
        sum(body(-i))
    gc.collect()
    return sorted(log)


print(finalised() == sorted([*range(N), *(-i for i in range(N))]))


class Missing(dict):
    def __missing__(self, key):
        if key == (7, 7):
            raise LookupError('seven')
        return len(self)


def missing():
    counted, made, errors = collections.Counter(), Missing(), 0
    for i in range(4 * N):
        pair = i % 5, i % 3
        counted[pair] += 1
        made[pair] = made[pair] + 1
        try:
            made[7, i % 8] += 1
        except LookupError:
            errors += 1
    return counted.most_common(3), made[0, 0], made[7, 1], len(made), errors


print(missing())
print(max(collections.Counter('abracadabra'), key=lambda c: collections.Counter('abracadabra')[c]))


def rows():
    """Loops over rows that end before each other."""
    out = []
    for i in range(N):
        a, b = [1, 2, 3][:i % 4], [4, 5, 6][:i % 3]
        n = 0
        for pair in zip(a, b):
            n += pair[0] * pair[1]
        for x, y in zip(range(i % 4), a):
            n += x * y
        for x, y in zip(tuple(a), range(i % 3)):
            n += x - y
        for k, x in enumerate(a):
            n += k * x
        it = iter(a)
        for x, y in zip(it, b):
            n += y
        out.append((n, list(it)))
        if i % 5 == 0:
            try:
                for x, y in zip(a, b, strict=True):
                    n += 1
            except ValueError as e:
                out.append(str(e))
    return out


print(rows())


def tuples():
    """Pairs compared with tuples."""
    wanted = [(1, 2), (1, 2.0), ('a', 'b'), (1, 2, 3), (float('nan'), 1), (True, (2,)), (1, [2])]
    out = []
    for w in wanted * N:
        x, y = w[0], w[1]
        out.append(((x, y) == w, w == (x, y), (x, y) != w, (y, x) == w, (1, 2) == w, (x, (2,)) == w))
    return [out.count(o) for o in dict.fromkeys(out)], out[:len(wanted)]


print(tuples())


class Odd:
    def __eq__(self, other):
        return NotImplemented if isinstance(other, Odd) else 'maybe'

    def __hash__(self):
        return 1


def sets():
    """Subsets of frozensets of many kinds."""
    groups = [frozenset(range(i, i + i % 6)) for i in range(12)] + [frozenset({1, 'a', None}), frozenset(), frozenset({1.0, 65})]
    count = 0
    for _ in range(N // 3):
        for a in groups:
            for b in groups:
                count += (a <= b) + 2 * (a < b) + 4 * (a == b) + 8 * (a >= set(b)) + 16 * a.isdisjoint(b)
    odd = Odd()
    return count, frozenset({odd}) <= frozenset({odd, 1}), frozenset({1}) <= frozenset({Odd()}), min(groups[5]), max(groups[11])


print(sets())


def hands():
    """Generators without closures made anew each time, iterators of itertools made and gone through."""
    import itertools
    kinds = collections.Counter()
    for hand in itertools.combinations([(i, c) for i in range(4) for c in 'ab'], 3):
        ranks = sorted(rank for rank, _ in hand)
        groups = sorted(len(list(run)) for _, run in itertools.groupby(ranks))
        kinds[groups[-1], all(b - a <= 1 for a, b in zip(ranks, ranks[1:]))] += 1
        kinds[sum(itertools.islice(itertools.chain(ranks, groups), 1, 4))] += 1
        kinds[''.join(f'{a}{b}' for a, b in itertools.zip_longest(groups, ranks, fillvalue='-'))] += 1
        double = lambda x, y=2: x * y
        kinds[sum(itertools.starmap(double, zip(ranks)))] += 1
    return sorted(kinds.items(), key=str)


print(hands())


def sorts():
    """Lists of many kinds sorted in place."""
    lists = [
        [3, 1, 2], ['b', 'a'], [(2, 'x'), (1, 'y'), (1, 'a')], [2.5, 1, True, 10 ** 30], [(1,), (0, 2), ()], [1, 'a'], [(1, None), (1, 2)],
        [None], [[2], [1]], [], [float('nan'), 1.0], [(False, 'a', 3), (False, 'a', 2)],
    ]
    out = []
    for i in range(N):
        for items in lists:
            items = items[:]
            try:
                items.sort()
            except TypeError as e:
                items = str(e)
            out.append(repr(items))
        seen = []

        class Watched:
            def __lt__(self, other):
                seen.append(len(watched))
                return id(self) < id(other)
        watched = [Watched() for _ in range(3)]
        watched.sort()
        out.append(repr(sorted(set(seen))))
    return sorted(collections.Counter(out).items())


print(sorts())
