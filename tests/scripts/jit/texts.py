# env: SKEIN_JIT=on
# env: SKEIN_JIT_THRESHOLD=20
# env: SKEIN_JIT_EXIT_THRESHOLD=2
"""Concatenation, equality, items of bytes, `%` and `id` in hot loops, with subclasses and errors beside them."""


class Text(str):
    def __add__(self, other):
        return "Text+" + str(other)

    def __radd__(self, other):
        return str(other) + "+Text"

    def __eq__(self, other):
        return "equal?"

    __hash__ = str.__hash__

    def __str__(self):
        return "as " + str.__str__(self)

    def __mod__(self, other):
        return "mod"

    def __rmod__(self, other):
        return "rmod"


class Raw(bytes):
    def __getitem__(self, i):
        return "item"

    def __add__(self, other):
        return b"Raw"


def add(x, y):
    return x + y


def same(x, y):
    return x == y, x != y


def branch(x, y):
    if x == y:
        return "same"
    if x != y:
        return "other"
    return "neither"


def item(x, i):
    return x[i]


def fmt1(x):
    return "<%s>" % x


def fmt2(x, y):
    return "%s: %s" % (x, y)


def fmt3(x, y):
    return "%d%% of %s" % (x, y)


def fmt_many(x):
    return "%s%s" % (x, x), "a%sb%sc%sd" % (x, x, x), "%%" % (), "%s%%" % x


def fmt_other(x):
    return "%r|%5s|%-5s" % (x, x, x)


def run(f, *groups):
    for args in groups:
        out = []
        for _ in range(45):
            try:
                out.append(f(*args))
            except Exception as e:
                out.append("%s: %s" % (type(e).__name__, e))
        assert all(type(o) is type(out[0]) and repr(o) == repr(out[0]) for o in out), out
        print(f.__name__, repr(out[-1]))


run(add, ("ab", "cd"), ("", "x"), ("x", ""), ("\xe9", "\u20ac"), (Text("t"), "s"), ("s", Text("t")), ("s", 1), (b"ab", b"c"), (b"", b""), (b"x", bytearray(b"y")), (Raw(b"r"), b"s"), (b"s", Raw(b"r")), (b"s", "t"))
run(same, ("ab", "ab"), ("ab", "a" + "b"[:1]), ("ab", "ac"), ("", ""), ("\xe9", "e"), (Text("t"), "t"), ("t", Text("t")), ("1", 1), (b"1", "1"))
run(branch, ("ab", "".join(["a", "b"])), ("ab", "b"), (Text("t"), "t"), ("x", None))
run(item, (b"abc", 1), (b"abc", 0), (b"abc", -1), (b"abc", 3), (b"\xff\x00", 0), (b"\xff\x00", 1), (Raw(b"abc"), 1), (bytearray(b"abc"), 2), (b"abc", True), (b"abc", 1 << 70), (b"abc", "x"), (b"", 0))
run(fmt1, ("x",), ("",), (5,), (-(1 << 62),), (1 << 80,), (1.5,), (None,), (True,), (("one",),), (("one", "two"),), ((),), ([1],), ({"a": 1},), (Text("t"),), ("\u20ac",))
run(fmt2, ("k", "v"), (1, 2), ("k", 3), (Text("k"), "v"), (None, True), ("", ""), ((1, 2), "v"))
run(fmt3, (5, "all"), (True, "all"), ("5", "all"), (5.9, "all"), (1 << 70, "all"), (-3, 4))
run(fmt_many, ("x",), (7,), ("",))
run(fmt_other, ("x",), (7,))


def grow(n):
    s, b = "", b""
    for i in range(n):
        s = s + "ab"
        b = b + b"cd"
        if s == "ab" * 40:
            mark = i
    return len(s), len(b), s[:5], b[-3:], mark


print(grow(200))


def changing(n):
    """The right operand's class changes in the loop."""
    out = []
    for i in range(n):
        y = "t" if i < 30 else Text("t") if i < 40 else 5
        try:
            out.append("s%s" % y + "" + y)
        except TypeError as e:
            out.append("error")
        out.append("t" == y)
    return out[0], out[58:62], out[78:82], out[-2:]


print(changing(60))


def ids(objects):
    memo = {}
    for _ in range(45):
        for o in objects:
            memo[id(o)] = o
    return len(memo), all(memo[id(o)] is o for o in objects), id(5) == id(5), id(None) == id(None)


print(ids([[], {}, "text", 1 << 80, object(), ids, int, Text("t")]))


class Kept:
    pass


def id_of_fresh(n):
    seen = []
    for i in range(n):
        k = Kept()
        k.number = id(k)
        seen.append(k)
    return all(k.number == id(k) for k in seen), len({k.number for k in seen})


print(id_of_fresh(60))
