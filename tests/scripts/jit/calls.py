# env: SKEIN_JIT=on
# env: SKEIN_JIT_THRESHOLD=20
# env: SKEIN_JIT_EXIT_THRESHOLD=2
# Calls of every form in hot loops: keywords, defaults, stars, closures made in the loop, generators, decorators; and errors there.


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


def plain(a, b=2, c=3):
    return (a, b, c)


def only(a, *, b, c=30):
    return (a, b, c)


def rest(a, *others):
    return (a, others)


def both(*args, **kwargs):
    return (args, kwargs)


def positional(a, /, b, **more):
    return (a, b, more)


def decorate(f):
    def wrapper(*args, **kwargs):
        return f(*args, **kwargs)
    return wrapper


wrapped = decorate(plain)
wrapped_only = decorate(only)


class Thing:
    def __init__(self, n):
        self.n = n

    def method(self, a, b=5, *rest, c=6):
        return (self.n, a, b, rest, c)

    @classmethod
    def make(cls, n, *, twice=False):
        return cls(2 * n if twice else n)


def keywords(i):
    return (plain(i, c=i), plain(a=1, b=i), only(1, b=i), only(i, c=1, b=2))


def defaults(i):
    if i == 30:
        plain.__defaults__ = (20, 30)
        only.__kwdefaults__['c'] = 300
    if i == 45:
        only.__kwdefaults__ = {'c': 'new', 'b': 'default'}
    return (plain(i), only(i, b=1))


def stars(i):
    return (rest(i), rest(i, 1), rest(1, i, 2), rest(1, 2, 3, i, 5), both(), both(i, 1), both(1, x=i, y=2))


def star_calls(i, args):
    return (plain(*args), both(*args), rest(0, *args), wrapped(*args), both(*args, **{'k': i}))


def star_keywords(i, kw):
    return (plain(1, **kw), both(**kw), wrapped(**kw), positional(1, 2, **kw))


def named(i):
    return (positional(1, b=i), positional(1, 2, a=i), wrapped(1, c=i), wrapped_only(1, b=i))


def methods(i, t):
    m = t.method
    return (t.method(i), t.method(1, b=i), m(i, 2, 3, c=1), m(*(i, 4)), Thing.make(i, twice=True).n)


def wrong(i):
    out = []
    for f in (lambda: plain(), lambda: plain(1, 2, 3, 4), lambda: only(1), lambda: plain(1, a=2), lambda: plain(1, d=2),
              lambda: positional(a=1, b=2), lambda: rest(b=1), lambda: both(*5), lambda: both(**5)):
        try:
            out.append(f())
        except TypeError as e:
            out.append(str(e))
    return out


def closures(i):
    def add(x, y=i, *, z=1):
        return x + y + z + i
    cells = [i]

    def change(n):
        cells.append(n)
        return len(cells)
    return (add(1), add(1, 2), add(1, z=3), change(i), change(2), (lambda q=i: q)())


def generators(i):
    def numbers(n, step=1):
        for k in range(n):
            yield k * step
    return (sum(numbers(4)), list(numbers(3, i)), [x for x in numbers(2, step=3)], any(x > i for x in numbers(4)),
            max(x * i for x in numbers(5)), sorted((x, i) for x in numbers(2)), '-'.join(str(x) for x in numbers(3)))


def delegated(i):
    def inner():
        x = yield i
        return x

    def outer():
        r = yield from inner()
        yield from [1, 2]
        yield from Tree(3)
        yield r
    g = outer()
    return [next(g)] + [g.send(5)] + list(g)


class Tree:
    def __init__(self, n):
        self.n = n

    def __iter__(self):
        for k in range(self.n):
            yield k


def starred(i, s):
    a, *b = s
    *c, d = s
    e, *f, g = s
    return (a, b, c, d, e, f, g)


def slices(i, s):
    return (s[::2], s[::-1], s[i % 3::3], s[1:4:2])


def unbound(i, x):
    y = [x]
    del x
    n = len([x for x in y])
    try:
        return x
    except UnboundLocalError as e:
        return (str(e), n)


for f in keywords, defaults, stars, named, wrong, closures, generators, delegated:
    run(f)
run(star_calls, [(1, 2)], [(1, 2, 3)], [[1, 2]], [(1,)], [()], ['ab'])
run(star_keywords, [{'b': 1}], [{'b': 1, 'c': 2}], [{}], [{'a': 1}], [{1: 2}])
run(methods, [Thing(1)])
run(starred, [[1, 2, 3]], [(1, 2)], ['abc'], [[1]], [range(5)])
run(slices, ['abcdefg'], [[1, 2, 3, 4, 5]], [(1, 2, 3)], [range(9)])
run(unbound, [1], ['a'], [1.5], [None], [object])
