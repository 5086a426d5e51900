# One instruction that meets objects of many classes, calls that name their parameters, loops that take pairs apart.
class A:
    def __init__(self, n):
        self.n = n
    def get(self):
        return ("A", self.n)


class B(A):
    def __init__(self, n):
        self.extra = 0
        super().__init__(n)
    def get(self):
        return ("B", self.n, self.extra)


class C:
    __slots__ = ("n",)
    def __init__(self, n):
        self.n = n
    def get(self):
        return ("C", self.n)


class D:
    def __getattr__(self, name):
        return "made " + name
    def get(self):
        return ("D", self.n)


class E:
    @property
    def n(self):
        return -1
    @n.setter
    def n(self, v):
        print("set", v)
    def get(self):
        return ("E", self.n)


def read(o):
    return o.n, o.get()


def write(o, v):
    o.n = v
    return o


objects = [A(1), B(2), C(3), D(), E()]
for turn in range(3):
    for o in objects:
        print(*read(o))
for turn in range(3):
    for o in objects:
        write(o, turn)
print([read(o) for o in objects])
A.get = lambda self: "new A"
print([o.get() for o in objects])
B.n = property(lambda self: "hidden")
print([o.n for o in objects])
del objects[0].n
try:
    print([o.n for o in objects])
except AttributeError as e:
    print(e)
objects[0].__dict__["n"] = "in dict"
print([o.n for o in objects])
A.n = "of class"
del objects[0].n
print(objects[0].n)


def deleted(o):
    try:
        return o.n
    except AttributeError as e:
        return "none"


c = C(5)
print(deleted(c), deleted(A(1)))
del c.n
print(deleted(c), deleted(objects[1]), deleted(c))


class M:
    @staticmethod
    def static(a, b=2):
        "Doc of static."
        return a, b
    @classmethod
    def klass(cls, a, *, k=3):
        return cls.__name__, a, k


class N(M):
    pass


for o in (M, N, M(), N(), M):
    print(o.static(1), o.klass(1), o.klass(2, k=4), o.static(b=1, a=0))
print(M.__dict__["static"].__doc__, N.static.__name__)
M.static = staticmethod(lambda *a: a)
print(N().static(7), N.static())


def f(a, b=1, /, c=2, *, d, e=5):
    return a, b, c, d, e


print(f(0, d=1), f(0, 9, d=1, c=3), f(0, e=0, d=2), f(0, 1, 2, d=3, e=4))
for call in (
    lambda: f(d=1), lambda: f(0), lambda: f(0, b=1, d=2), lambda: f(0, 1, 2, c=3, d=4), lambda: f(0, d=1, x=2),
    lambda: f(0, 1, 2, 3, d=1), lambda: f(0, d=1, **{"d": 2}),
):
    try:
        print(call())
    except TypeError as e:
        print(e)
f.__kwdefaults__ = {"d": "D", "e": "E"}
f.__defaults__ = ("x", "y")
print(f(1), f(1, 2), f(1, e=0))


def pairs(it):
    out = []
    for a, b in it:
        out.append((b, a))
    return out


def whole(it):
    out = []
    for t in it:
        a, b = t
        out.append((t, a, b))
    return out


d = {"a": 1, "b": 2}
for use in pairs, whole:
    print(use(d.items()), use(enumerate("xy", 5)), use(zip("ab", [1, 2, 3])), use(enumerate(zip([1], [2]))))
    print(use(zip([], [])), use(enumerate([], 3)), use([(1, 2)]), use(iter(["ab", "cd"])))
    for wrong in zip("ab", "c", strict=True), zip("ab", "cd", "ef"):
        try:
            use(wrong)
        except ValueError as e:
            print(str(e).split(" (")[0])
try:
    for k, v in d.items():
        d[k + k] = v
except RuntimeError as e:
    print(e)
print([k + str(v) for k, v in d.items()], {v: k for k, v in d.items()}, [(i, x, y) for i, (x, y) in enumerate(d.items())])
for d["k"], d["v"] in enumerate("z"):
    print(d["k"], d["v"])
for i, x in enumerate("ab", 2**62):
    print(i, x)
it = enumerate("pq")
for i, x in it:
    pass
print(next(it, "over"))


class S(str):
    def __eq__(self, other):
        return "S says"
    __hash__ = str.__hash__


def text(a, b):
    return a == b, a != b, "eq" if a == b else "ne", "ne" if a != b else "eq"


print(text("abc", "abc"), text("abc", "ab" + "cd"[:1]), text("é", "ab"), text("", "x"), text(S("a"), "a"), text("a", S("abc")))
nan = float("nan")
print([x in [1, "a", 2.0] for x in (1, 2, "b")], [x in (1, None) for x in (None, True, 0)], nan in [nan], float("nan") in (nan,))
