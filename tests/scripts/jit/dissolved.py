"""Objects that hot loops make and drop again: instances, tuples and bound methods that are never allocated, or late."""
import sys


class Vec:
    unit = 1

    def __init__(self, x, y, z=0.5):
        self.x = x
        self.y = y
        self.z = z

    def __add__(self, other):
        return Vec(self.x + other.x, self.y + other.y, self.z + other.z)

    def __sub__(self, other):
        if isinstance(other, Vec):
            return Vec(self.x - other.x, self.y - other.y, self.z - other.z)
        return NotImplemented

    def scale(self, k):
        return Vec(self.x * k, self.y * k, self.z * k)

    def dot(self, other):
        return self.x * other.x + self.y * other.y + self.z * other.z

    @property
    def first(self):
        return self.x


class Slotted:
    __slots__ = 'a', 'b'

    def __init__(self, a, b):
        self.a = a
        self.b = b


class Wide:
    def __init__(self, n):
        self.a = self.b = self.c = self.d = self.e = self.f = n
        self.g = self.h = self.i = self.j = self.k = self.l = n
        self.m = self.n = self.o = self.p = self.q = self.r = self.s = self.t = n


class Node:
    def __init__(self, name):
        self.name = name
        self.me = self
        self.pair = (self, name)


class Strange:
    def __init__(self, n):
        self.n = n
        if n == 700:
            return n


def swaps(n):
    a, b = 1, 2
    for i in range(n):
        a, b = b, a
        a, b, c = b, i, a
    return a, b, c


def two(i):
    return i, i + 1.5


def escapes(n):
    total = 0.0
    base = Vec(1.0, 2.0)
    keep = []
    for i in range(n):
        v = Vec(i * 0.5, 1.0)
        w = (v + base).scale(2.0)
        total += w.dot(base) + v.first + v.unit
        p, q = two(i)
        total += q - p
        m = w.dot
        total += m(v)
        if i % 100 == 7:
            keep.append(w)
        if v is w or v is not v or v == w or not v:
            print('wrong')
        t = (v, w, i)
        if t[0] is not v or t[-1] != i or len(t) != 3:
            print('wrong')
        if i % 333 == 5:
            keep.append(t)
    kept = [(k.x, k.z) for k in keep if isinstance(k, Vec)]
    return total, kept[-2:], [(t[0].x, t[1].y, t[2]) for t in keep if type(t) is tuple][-2:], v.x, w.y, m(v), t[2]


def cycles(n):
    out = []
    for i in range(n):
        d = Node(i)
        if d.me is not d or d.pair[0].me.pair[1] != i:
            print('wrong')
        if i % 50 == 3:
            out.append(d)
    return [(o.name, o.me is o, o.pair[0] is o, o.pair[1]) for o in out][-2:]


def carried(n):
    """The same name holds another object of the same form in each turn."""
    here = Vec(0.0, 0.0)
    state = (0, 1)
    for i in range(n):
        here = here + Vec(0.25, 1.0, i)
        state = (state[1], (state[0] + state[1]) % 1000003)
    return here.x, here.y, here.z, state


def crossed(n):
    a, b = Vec(1.0, 2.0), Vec(3.0, 4.0)
    pair = (a, b)
    for i in range(n):
        a, b = b, Vec(b.x + 1.0, a.y)
        pair = (b, a) if i % 7 else (a, a)
    return a.x, a.y, b.x, b.y, pair[0] is b, pair[1] is a


def changes_form(n):
    """What a name holds becomes something else in the middle."""
    v = (1, 2.0)
    seen = []
    for i in range(n):
        if i == 600:
            v = (v[0], 'text')
        elif i == 800:
            v = (v[0], 2.5, v)
        elif i == 900:
            v = None
        elif v is not None:
            v = (i, *v[1:])
        if i % 250 == 0:
            seen.append(v)
    return seen, v


def ints_and_floats(n):
    total = 0
    for i in range(n):
        v = Vec(i, i * 0.5 if i % 3 else i, -0.0)
        v = v + Vec(1e300 * 1e10, 0, 0)
        total += v.y
        if i % 500 == 3:
            print(v.x, v.y, v.z)
    return total


def late_attribute(n):
    out = []
    for i in range(n):
        v = Vec(i, 1)
        if i % 10 == 3:
            v.extra = i
        if i % 400 == 3:
            v.x += 0.5
            out.append(sorted(vars(v).items()))
        s = Slotted(i, v)
        s.a += 1
        if i % 400 == 11:
            del s.b
            try:
                s.b
            except AttributeError as e:
                out.append(str(e))
            out.append(s.a)
    return out


def wide(n):
    return sum(Wide(i).t for i in range(n))


def raises(n):
    caught = []
    for i in range(n):
        try:
            s = Strange(i)
            t = (s, i)
            if i == 900:
                t[0].missing
        except (TypeError, AttributeError) as e:
            caught.append(str(e))
    return caught


def looks_at_frames(n):
    names = []
    for i in range(n):
        v = Vec(i, (i, i + 1))
        if i % 450 == 449:
            f = sys._getframe()
            names.append(sorted(f.f_locals))
            names.append((f.f_locals['v'].x, f.f_locals['v'].y))
    return names


def mixed(n):
    """The right operand knows better, or does not know."""
    class Small(Vec):
        def __rsub__(self, other):
            return 'mine'

    out = []
    for i in range(n):
        right = Vec(1, 1) if i % 300 else Small(1, 1)
        d = Vec(i, i) - right
        if i % 300 == 0 or i % 301 == 0:
            out.append(d if type(d) is str else (d.x, d.y, d.z))
        if i == n - 1:
            try:
                Vec(1, 2) - 3
            except TypeError as e:
                out.append(str(e))
    return out[-4:]


def class_changes(n):
    class Point:
        def __init__(self, x):
            self.x = x

    out = []
    for i in range(n):
        p = Point(i)
        if i % 200 == 150:
            out.append(p.x)
        if i == 500:
            def init(self, x):
                self.x = -x
            Point.__init__ = init
        if i == 700:
            Point.x = property(lambda self: 'property', lambda self, v: None)
    return out


def generator(n):
    for i in range(n):
        v = Vec(i, 1)
        t = (v, i)
        yield t
        if t[0] is not v:
            print('wrong')


def consumes(n):
    total = 0
    for v, i in generator(n):
        total += v.x + i
    return total


def nested(n):
    total = 0
    for i in range(n):
        best = None
        for j in range(3):
            c = ((i * 7 + j * 3) % 11, Vec(j, i))
            if best is None or c[0] < best[0]:
                best = c
        total += best[1].x + best[0]
    return total


print(swaps(1500))
print(escapes(1500))
print(cycles(1500))
print(carried(1500))
print(crossed(1500))
print(changes_form(1500))
print(ints_and_floats(1500))
print(late_attribute(1500))
print(wide(1500))
print(raises(1500))
print(looks_at_frames(1500))
print(mixed(1500))
print(class_changes(1500))
print(consumes(1500))
print(nested(1500))
