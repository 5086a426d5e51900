# env: SKEIN_JIT=on
# env: SKEIN_JIT_THRESHOLD=20
# env: SKEIN_JIT_EXIT_THRESHOLD=2
# Short loops over `enumerate` and `zip` that end often, iterators that are shared, deletions, and consumers of generators.


def run(f, *groups):
    for args in groups:
        out = []
        for i in range(60):
            try:
                out.append(f(i, *args))
            except Exception as e:
                out.append(f'{type(e).__name__}: {e}')
        tail = [x for i, x in enumerate(out) if i == 0 or x != out[i - 1]][:4]
        print(f.__name__, tail, len(set(map(str, out))), out[-1])


def numbered(i, s):
    t = []
    for k, v in enumerate(s, i):
        t.append((k, v))
    for k, v in enumerate(x for x in s):
        t.append((k, v))
    return t[-3:]


def paired(i, a, b):
    t = []
    for x, y in zip(a, b):
        t.append((x, y))
    for row in zip(a, b, a):
        t.append(row)
    return (len(t), t[-1:])


def shared(i, a, b):
    first, second = iter(a), iter(b)
    t = [x for x in zip(first, second)]
    return (t, next(first, None), next(second, None), [x for x in zip(second, second)], [k for k in enumerate(first)])


def twice(i, a):
    it = iter(a)
    return ([x for x in zip(it, it)], [x for x in it])


def delete(i, d, k):
    if isinstance(d, list):
        d.append(i)
    else:
        d[k] = i
    del d[k]
    return len(d)


def consume(i, s):
    return (sum(x for x in s), sum((x for x in s), 0.5), max(x for x in s), min((x for x in s), default=5),
            sorted(x for x in s), sorted((x for x in s), key=lambda x: -x), any(x > 2 for x in s), tuple(x for x in s))


def lazily(i, s):
    return (list(map(lambda x: x + i, s)), [x for x in map(str, s)], [x for x in map(lambda x: -x, (x for x in s))],
            [x for x in filter(lambda x: x > 1, s)], [x for x in filter(None, s)])


class D(dict):
    def __delitem__(self, k):
        dict.__delitem__(self, k)
        self['kept'] = 1


run(numbered, [[1, 2, 3]], [(1,)], ['ab'], ['äß'], [b'xy'], [{1: 2}], [range(3)], [[]], [5])
run(paired, ([1, 2], [3]), ('ab', 'cde'), ('äb', [1]), ([], []), (b'ab', range(9)), ([1], 5), ({1}, [2]))
run(shared, ([1, 2, 3], [4]), ([1], [2, 3, 4]), ('abc', (1, 2)), (range(3), b'ab'), ('äbc', [1]))
run(twice, [[1, 2, 3]], ['abcd'], [()])
run(delete, ({}, 'a'), ({}, 3), ({}, (1, 2)), ([1], 0), ([1], -1), (D(), 'a'), ({}, []), ([], 7))
run(consume, [[1, 2, 3]], [[0.1, 0.2, 0.3]], [[]], [[1, 0.5, True]], [['a']], [[1, 2j]])
run(lazily, [[0, 1, 2]], [(1, 2, 3)], [range(3)], [[1.5]], ['ab'])
