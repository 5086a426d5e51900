# env: SKEIN_JIT=on
# env: SKEIN_JIT_THRESHOLD=20
# env: SKEIN_JIT_EXIT_THRESHOLD=2
"""Dicts by types, functions, ints and strs in hot loops, beside keys that hash and compare as they like."""
import functools
import struct


class Meta(type):
    def __hash__(cls):
        return 5

    def __eq__(cls, other):
        return other == "meta" or other is cls


class Odd(metaclass=Meta):
    pass


class Sly:
    """Equal to everything with its hash."""

    def __init__(self, like):
        self.hash = hash(like)

    def __hash__(self):
        return self.hash

    def __eq__(self, other):
        Sly.asked += 1
        return True


Sly.asked = 0


def save_int(x):
    return "int %d" % x


def save_str(x):
    return "str %s" % x


DISPATCH = {int: save_int, str: save_str, save_int: "a function", 5: "five", "k": "text"}


def save(objects, n):
    out = []
    for _ in range(n):
        out = []
        for o in objects:
            f = DISPATCH.get(type(o))
            out.append(f(o) if f is not None else DISPATCH.get(type(o), "nothing"))
    return out


print(save([1, "a", 2.5, True, 3, Odd()], 40))
DISPATCH[float] = lambda x: "now %s" % x
print(save([1, 2.5], 40))
del DISPATCH[float]
print(save([1, 2.5], 40))


def look(d, keys, n):
    for _ in range(n):
        out = [(d.get(k), d.get(k, "-"), k in d) for k in keys]
    return out


plain = {int: 1, "s": 2, 7: 3, save: 4}
print(look(plain, [int, "s", 7, save, str, "t", 8, look, True, 7.0], 40))
sly = {Sly(int): "sly int", Sly("s"): "sly s", Sly(7): "sly 7"}
print(look(sly, [int, "s", 7, str, "t", 8], 40), Sly.asked > 0)
odd = {Odd: "odd", int: 1}
print(look(odd, [Odd, int, Meta, 5, "meta"], 40))


def count(n):
    d = {}
    for i in range(n):
        for k in (int, str, count, "x", 3, Odd):
            d[k] = d.get(k, 0) + 1
        if count in d and int in d:
            last = d[int], d[count]
    return [v for v in d.values()], last


print(count(40))


def misses(n):
    bad = 0
    for i in range(n):
        try:
            plain[list if i % 2 else "none"]
        except KeyError as e:
            bad += 1
    try:
        for i in range(n):
            plain.get([] if i > 30 else int)
    except TypeError as e:
        return bad, str(e)


print(misses(40))


class Defaults(dict):
    def get(self, key, default="mine"):
        return "got %s" % default

    def __missing__(self, key):
        return "missing"


def via(d, n):
    for _ in range(n):
        r = d.get(int), d.get("q", 0)
    return r


print(via({int: 1}, 40), via(Defaults(), 40), via({}, 40))


def packed(n):
    out = []
    for _ in range(n):
        out = []
        for f, v in (("<B", 255), ("<B", 256), ("<b", -128), ("<b", 128), (">H", 258), ("<h", -2), ("<I", 1 << 31), ("<i", 1 << 31), (">i", -5), ("<Q", (1 << 62) - 1), (">q", -1), ("<Q", -1), ("<B", True), ("<I", 1.5), (">L", 7), ("<l", -7), ("<H", "x")):
            try:
                out.append(struct.pack(f, v))
            except struct.error as e:
                out.append("error")
    return out


print(packed(30))


def template(kind, items):
    if kind:
        form = "[%s]"
    else:
        form = "(%s,)"
    for _ in range(40):
        r = form % ", ".join(items), form % (items[0],), form % len(items)
    return r


print(template(True, ["a", "b"]), template(False, ["c"]), template(True, ["d"]))
