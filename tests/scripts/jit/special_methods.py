# env: SKEIN_JIT=on
# env: SKEIN_JIT_THRESHOLD=20
# env: SKEIN_JIT_EXIT_THRESHOLD=2
# Special methods and getters written in Python, gone into by hot loops; then other classes, results and errors at the same places.


class Row:
    def __init__(self, items):
        self.items = items

    def __getitem__(self, i):
        return self.items[i]

    def __setitem__(self, i, v):
        self.items[i] = v

    def __delitem__(self, i):
        del self.items[i]

    def __contains__(self, v):
        return v in self.items

    def __iter__(self):
        for v in self.items:
            yield v

    def __bool__(self):
        return len(self.items) > 2

    def __neg__(self):
        return -self.items[0]

    def __invert__(self):
        return ~self.items[0]

    def __eq__(self, other):
        return self.items == other.items

    def __lt__(self, other):
        if not isinstance(other, Row):
            return NotImplemented
        return self.items < other.items

    def __call__(self, x, y=2, *rest, z=3, **more):
        return self.items[0] + x + y + z + len(rest) + len(more)

    @property
    def first(self):
        return self.items[0]

    @property
    def method(self):
        return self.items.count

    @staticmethod
    def double(x):
        return 2 * x

    @classmethod
    def name(cls, x):
        return cls.__name__ + str(x)


class Other(Row):
    def __getitem__(self, i):
        return 'other'

    def __contains__(self, v):
        return []

    def __bool__(self):
        return True

    def __eq__(self, other):
        return 'maybe'

    def __call__(self, x):
        return 'called'

    @property
    def first(self):
        return 'first'

    @staticmethod
    def double(x):
        return 'double'


class Odd(Row):
    def __contains__(self, v):
        raise KeyError(v)

    def __bool__(self):
        return 7

    def __eq__(self, other):
        return None

    def __lt__(self, other):
        return NotImplemented

    def __iter__(self):
        return 5

    def __neg__(self):
        return NotImplemented

    __call__ = None


class Count:
    def __init__(self, n):
        self.n = n

    def __iter__(self):
        return self

    def __next__(self):
        self.n -= 1
        if self.n < 0:
            raise StopIteration
        return self.n


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


def item(i, r):
    return r[i % 3]


def set_item(i, r):
    r[i % 3] = r.items[i % 3] + 1
    return sum(r.items)


def delete(i, r):
    r.items.append(i)
    del r[-1]
    return len(r.items)


def contains(i, r):
    return (i in r, i not in r)


def loop(i, r):
    t = 0
    for v in r:
        t += v
    return t


def truth(i, r):
    return (not r, bool(r), 1 if r else 2)


def unary(i, r):
    return (-r, ~r)


def equal(i, r, s):
    if r == s:
        return (r == s, 'equal')
    return (r == s, 'not equal')


def less(i, r, s):
    return (r < s, 'less' if r < s else 'not less')


def call(i, r):
    return r(i)


def call_more(i, r):
    return (r(i, 3), r(1, 2, 3, 4), r(x=i), r(1, z=i), r(1, q=2, w=3))


def getter(i, r):
    return (r.first, r.method(1))


def static(i, r):
    return (r.double(i % 2), r.name(1))


def count(i, n):
    return [x for x in Count(n)]


rows = [Row([1, 2, 3])], [Other([1, 2, 3])], [Row([4, 5])], [Odd([1, 2, 3])]
for f in item, set_item, delete, contains, loop, truth, unary, call, call_more, getter, static:
    run(f, *rows)
run(equal, (Row([1]), Row([1])), (Row([1]), Row([2])), (Other([1]), Row([1])), (Row([1]), Other([1])), (Odd([1]), Row([1])))
run(less, (Row([1]), Row([2])), (Row([2]), Row([1])), (Row([1]), 3), (Odd([1]), Row([0])), (Odd([1]), Odd([0])))
run(count, [3], [0], [5])
