# env: SKEIN_JIT=on
# env: SKEIN_JIT_THRESHOLD=20
# env: SKEIN_JIT_EXIT_THRESHOLD=2
# Loops over builtin iterators in hot code, with changes of the container during the loop.


def run(f, *groups):
    for args in groups:
        out = []
        for i in range(40):
            try:
                out.append(f(i, *args))
            except Exception as e:
                out.append(f'{type(e).__name__}: {e}')
        print(f.__name__, out[0], out[20], out[-1])


def each(i, x):
    r = []
    for v in x:
        r.append(v)
    return r


def pairs(i, x):
    r = 0
    for a, b in x.items():
        r += a * b
    return r


def numbered(i, x, start):
    r = []
    for n, v in enumerate(x, start):
        r.append((n, v))
    return r


def zipped(i, x, y):
    r = []
    for a, b in zip(x, y):
        r.append((b, a))
    return r


def twice(i, x):
    it = iter(x)
    r = []
    for a, b in zip(it, it):
        r.append((a, b))
    return r


def rest(i, x, y):
    a, b = iter(x), iter(y)
    n = 0
    for v, w in zip(a, b):
        n += 1
    return n, list(a), list(b)


def grows(i, d):
    d = dict(d)
    for k in d:
        if i > 30:
            d[k + 1000] = 1
    return len(d)


def shrinks(i, s):
    s = set(s)
    for k in s:
        if i > 30:
            s.discard(k)
    return len(s)


def extends(i, l):
    l = list(l)
    n = 0
    for v in l:
        n += v
        if v == 2 and len(l) < 6:
            l.append(2)
    return n, l


def backwards(i, l):
    r = []
    for v in reversed(l):
        r.append(v)
    return r


def unpacks(i, x):
    r = []
    for a, (b, c) in x:
        r.append(c + b + a)
    return r


def generator(n):
    for i in range(n):
        yield i, i


run(each, ([1, 2, 3],), ((1, 2),), ('aé',), (b'ab',), ({1: 2, 3: 4},), ({5},), (frozenset([6]),), (range(3),),
    ({1: 2}.values(),), ({1: 2}.items(),), (bytearray(b'x'),), ('',), ([],), (5,), (range(1 << 62, (1 << 62) + 2),))
run(pairs, ({1: 2, 3: 4},), ({},), ({'a': 2},), ({1 << 62: 4},))
run(numbered, ([5, 6], 0), ((5, 6), 10), (range(2), 1 << 61), (range(2), (1 << 62) - 1), ('ab', 0), ({1: 2}, 0),
    (generator(2), 0), ([1, 2], (1 << 63) - 1))
run(zipped, ([1, 2], [3, 4]), ((1, 2, 3), range(2)), ('ab', 'cd'), ([1], [2, 3]), (range(3), range(3)), ([], [1]))
run(twice, ([1, 2, 3, 4],), ((1, 2, 3),), (range(6),))
run(rest, ([1, 2, 3], [4, 5]), ([1, 2], [4, 5, 6]), (range(3), range(1)))
run(grows, ({1: 1, 2: 2},))
run(shrinks, ({1, 2, 3},))
run(extends, ([1, 2, 3],), ([],))
run(backwards, ([1, 2, 3],), ((1, 2),), ('ab',), (range(3),), ({1: 2},), (7,))
run(unpacks, ([(1, (2, 3))] * 3,), ([(1, [2, 3])],), ([(1, 2)],), ([(1, (2, 3, 4))],))


def counts():
    total = 0

    def add(n):
        nonlocal total
        total += n
        return total

    for i in range(100):
        add(i)
    return total


print(counts())


class A:
    def f(self, x):
        return x + 1


class B(A):
    def f(self, x):
        return super().f(x) * 2


b = B()
n = 0
for i in range(100):
    if i == 70:
        A.f = lambda self, x: 0
    n += b.f(i)
print(n)
count = 0


def globally():
    global count, name
    for i in range(100):
        count += 1
        name = str(i)


globally()
print(count, name)
