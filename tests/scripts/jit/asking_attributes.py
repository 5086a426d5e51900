# env: SKEIN_JIT=on
# env: SKEIN_JIT_THRESHOLD=20
# env: SKEIN_JIT_EXIT_THRESHOLD=2
"""getattr, hasattr and issubclass with constant names and classes in hot loops, while what they ask about changes."""
import abc


class Base:
    kind = "base"

    def show(self):
        return "shown by Base"


class Child(Base):
    pass


class Slotted:
    __slots__ = ("x",)


class Proxy:
    def __init__(self):
        self.asked = 0

    def __getattr__(self, name):
        self.asked += 1
        return "made up " + name


class Meta(type):
    def __getattr__(cls, name):
        return "meta " + name

    @property
    def described(cls):
        return "described " + cls.__name__


class Named(metaclass=Meta):
    pass


def ask(o, n):
    last = None
    for _ in range(n):
        last = (
            getattr(o, "kind", "no kind"),
            getattr(o, "missing", None),
            hasattr(o, "kind"),
            hasattr(o, "missing"),
        )
    return last


def ask_type(o, n):
    last = None
    for _ in range(n):
        t = type(o)
        last = (getattr(t, "kind", "none"), hasattr(t, "missing"), getattr(t, "__name__"), getattr(t, "__repr__", None) is object.__repr__)
    return last


print(ask(Child(), 40), ask_type(Child(), 40))
c = Child()
c.kind = "own"
print(ask(c, 40))
Base.missing = "found now"
print(ask(c, 40), ask_type(c, 40))
del Base.missing
print(ask(c, 40))
Child.kind = "child's"
print(ask(Child(), 40), ask_type(Child(), 40))
del c.kind
print(ask(c, 40))
Child.__repr__ = lambda self: "a child"
print(ask_type(c, 40), c)

s = Slotted()
for i in range(40):
    if i == 30:
        s.x = 5
    r = (getattr(s, "x", "unset"), hasattr(s, "x"))
print(r)
del s.x
print(getattr(s, "x", "unset"))

p = Proxy()
print(ask(p, 40), p.asked)
print(ask_type(Named(), 40))
for _ in range(40):
    r = getattr(Named, "described"), getattr(Named, "other", 1), hasattr(Named, "anything")
print(r)


def caught(o, n):
    count = 0
    for _ in range(n):
        try:
            getattr(o, "missing")
        except AttributeError as e:
            count += 1
            text = str(e)
    return count, text


print(caught(Child(), 40))


def later(n):
    """The attribute appears in the middle of the loop."""
    seen = []
    for i in range(n):
        if i == 25:
            Base.late = i
        if i == 35:
            del Base.late
        seen.append(getattr(c, "late", -1))
    return seen[24], seen[25], seen[34], seen[35], len(seen)


print(later(40))


class Countable(abc.ABC):
    @classmethod
    def __subclasshook__(cls, sub):
        return any("count" in b.__dict__ for b in sub.__mro__)


class Counts:
    def count(self):
        return 1


def derives(o, n):
    for _ in range(n):
        t = type(o)
        r = (
            issubclass(t, Base),
            issubclass(t, (int, str, Base)),
            issubclass(t, int),
            issubclass(t, Countable),
        )
    return r


for o in Child(), Base(), Counts(), True, "text", [1]:
    print(type(o).__name__, derives(o, 40))


class Other(Base):
    pass


class Moves(Child):
    pass


def derived(o, n):
    for _ in range(n):
        r = issubclass(type(o), Base), issubclass(type(o), (int, Counts))
    return r


m = Moves()
print(derived(m, 40))
Moves.__bases__ = (Counts,)
print(derived(m, 40))
Moves.__bases__ = (Other,)
print(derived(m, 40))

KINDS = (int, str)
NAMES = frozenset({int, str, float})


def tables(o, n):
    for _ in range(n):
        r = isinstance(o, KINDS), type(o) in NAMES
    return r


print(tables(1, 40), tables([], 40))
KINDS = (list, dict)
NAMES = frozenset({list})
print(tables(1, 40), tables([], 40))
try:
    for _ in range(40):
        getattr(c, 5)
except TypeError as e:
    print(e)
try:
    for i in range(40):
        issubclass(Child if i < 30 else 3, Base)
except TypeError as e:
    print(e)
