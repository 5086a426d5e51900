# env: SKEIN_JIT=on
# env: SKEIN_JIT_THRESHOLD=20
# env: SKEIN_JIT_EXIT_THRESHOLD=2
"""Methods of builtin containers that variables hold, `list.append`, and method wrappers in hot loops."""


class Loud(list):
    def append(self, v):
        list.append(self, "loud %s" % v)


class Kept(list):
    pass


def fill(make, n):
    out = []
    for i in range(n):
        out = make()
        put = out.append
        for k in range(3):
            put(k)
        out.append(i)
    return list(out), type(put).__name__


for make in (list, Loud, Kept, lambda: [9]):
    print(fill(make, 40))


def mixed(n):
    """The list's class changes while the loop is hot."""
    all = []
    for i in range(n):
        x = [] if i < 25 else Loud() if i < 35 else Kept()
        x.append(i)
        f = x.append
        f(-i)
        all.append(list(x))
    return all[0], all[24], all[25], all[34], all[35], all[-1]


print(mixed(45))


def of_others(n):
    for i in range(n):
        d, s, t, b = {}, set(), "a,b", b"x y"
        keep, add, split, cut, get = d.setdefault, s.add, t.split, b.split, d.get
        keep("k", []).append(i)
        add(i)
        r = d, s, split(","), cut(), get("k"), get("none", 0)
    return r


print(of_others(40))


def wrong(n):
    bad = []
    for i in range(n):
        x = []
        put = x.append
        try:
            put(1, 2) if i % 2 else put()
        except TypeError as e:
            bad.append(str(e))
        try:
            x.push
        except AttributeError as e:
            bad.append(str(e))
    return sorted(set(bad)), len(bad)


print(wrong(40))


def shared(n):
    """Of two names of one list, and while it is gone through."""
    x = [1]
    y = x
    put = x.append
    seen = 0
    for v in x:
        seen += 1
        if len(y) < n:
            put(v + 1)
            y.append(v + 2)
        first = x[0], x[-1]
    return len(x), seen, first


print(shared(60))


class Plain:
    pass


def wrapped(n):
    mro = type.__dict__["__mro__"].__get__
    text = (5).__str__
    more = [1, 2].__len__
    for i in range(n):
        r = mro(Plain if i % 3 else int), text(), more(), "ab".__add__("c"), (1).__add__(2)
        if i > 30:
            more = [1].__len__
    return [t.__name__ for t in r[0]], r[1:]


print(wrapped(41))


def identities(n):
    x = []
    for _ in range(n):
        r = x.append is x.append, x.append == x.append, x.append.__self__ is x, x.append.__name__
    return r


print(identities(40))
