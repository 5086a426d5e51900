# env: SKEIN_JIT=on
# env: SKEIN_JIT_THRESHOLD=20
# env: SKEIN_JIT_EXIT_THRESHOLD=2
# Classes called in every form in hot loops, unbound methods of builtin types, iterators of itertools; then others at the same places.
import itertools


class Plain:
    def __init__(self, a, b=2, *rest, c=3, **more):
        self.a, self.b, self.rest, self.c, self.more = a, b, rest, c, more

    def key(self):
        return (self.a, self.b, self.rest, self.c, sorted(self.more.items()))


class All:
    def __init__(*args):
        self, *rest = args
        self.rest = rest

    def key(self):
        return self.rest


class New:
    def __new__(cls, *args, **kwargs):
        self = object.__new__(cls)
        self.new = (args, kwargs)
        return self

    def __init__(self, a=0, **kwargs):
        self.a = a

    def key(self):
        return (self.new, self.a)


class Deleted(Plain):
    def __del__(self):
        gone.append(1)


class Wrong(Plain):
    def __init__(self, *args, **kwargs):
        return 5


class Meta(type):
    def __call__(cls, *args, **kwargs):
        return super().__call__(*args, a=1, **kwargs)


class Met(Plain, metaclass=Meta):
    pass


class Items(list):
    def append(self, x):
        list.append(self, -x)

    def __len__(self):
        return 77


class Text(str):
    def upper(self):
        return 'mine'


gone = []


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


def keywords(i, c):
    return c(a=i, c=i).key()


def defaults(i, c):
    return c(i).key()


def many(i, c):
    return c(i, 2, 3, i).key()


def named(i, c):
    return c(a=i, z=1, y=i).key()


def stars(i, c, args):
    return c(*args).key()


def replaced(i):
    if i == 40:
        Plain.__init__ = lambda self, *args, **kwargs: setattr(self, 'a', args) or vars(self).update(b=0, rest=0, c=0, more={})
    return Plain(i, c=1).key()


def unbound(i, l, s):
    list.append(l, i)
    return (len(l), list.__len__(l), str.upper(s), list.index(l, i) if i < 5 else dict.get({i: s}, i))


def products(i, a, n):
    out = []
    for x, y in itertools.product(a, repeat=n):
        out.append((x, y))
    for p in itertools.permutations(a, n):
        out.append(p)
    for c in itertools.combinations(a, n):
        out.append(c)
    for k, r in zip(itertools.count(i), itertools.repeat('r', 2)):
        out.append((k, r))
    return len(out), out[-3:]


def counted(i, start, step):
    out = []
    for k in itertools.count(start, step):
        if len(out) > 3:
            return out
        out.append(k)


for f in keywords, defaults, many, named:
    run(f, [Plain], [All], [New], [Deleted], [Wrong], [Met], [int])
run(stars, (Plain, (1,)), (Plain, [1, 2, 3]), (All, ()), (New, (4,)), (Plain, ()), (Plain, range(3)))
run(unbound, ([], 'abc'), (Items(), 'abc'), ([], Text('abc')), ((), 'abc'), ([], 5))
run(products, ('abc', 2), ([1, 2], 2), ((x for x in 'ab'), 2), ('abc', 3), (5, 2))
run(counted, (1, 2), (1.5, 0.5), (2**62 - 2, 1), ('a', 1))
run(replaced)
