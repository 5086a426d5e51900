"""Hot code relies on classes, functions and names as they are: they change while it runs, often and seldom, in callees and natives."""
import builtins


class Base:
    step = 1

    def value(self):
        return 10

    def moved(self, by=1):
        return self.value() + by


class Derived(Base):
    pass


def total(objects, n, change=None, at=()):
    found = []
    t = 0
    for i in range(n):
        o = objects[i % len(objects)]
        t += o.value() + o.moved() + o.step
        if i in at:
            found.append(t)
            change(i)
    return t, found


def methods(i):
    Base.value = lambda self, i=i: i
    if i % 2:
        Derived.moved = lambda self, by=2: self.value() * by
    elif 'moved' in vars(Derived):
        del Derived.moved


def bases(i):
    Base.step = Base.step + 1


print(total([Base(), Derived()], 400))
print(total([Base(), Derived()], 400, methods, (100, 101, 250, 333)))
print(total([Derived()], 400, bases, (50, 60, 70, 80, 90, 100, 200, 300)))


# Code and defaults of functions.
def plus(a, b=3, *, c=4):
    return a + b + c


def minus(a, b=3, *, c=4):
    return a - b - c


def called(n, at, change):
    t = 0
    for i in range(n):
        t += plus(i)
        if i == at:
            change()
            t += plus(i)
    return t


first = plus.__code__
print(called(300, 150, lambda: setattr(plus, '__code__', minus.__code__)))
print(called(300, 150, lambda: setattr(plus, '__defaults__', (30,))))
print(called(300, 150, lambda: setattr(plus, '__kwdefaults__', {'c': 400})))
print(called(300, 299, lambda: setattr(plus, '__code__', first)), plus(1))
print(called(300, 150, lambda: plus.__kwdefaults__.update(c=5)))


# A global that hides a builtin, and one that comes and goes.
def lengths(n, at):
    t = 0
    for i in range(n):
        t += len('abc')
        if i == at:
            globals()['len'] = lambda x: 100
        if i == at + 20:
            del globals()['len']
    return t


print([lengths(200, at) for at in (30, 100, 150, 190)])


def hidden(n, at):
    t = 0
    for i in range(n):
        t += abs(-2)
        if i == at:
            builtins.abs = lambda x: 7
    return t


old = abs
print(hidden(200, 120))
builtins.abs = old
print(hidden(200, 500))


# Names that are added all the time.
def growing(n):
    t = 0
    for i in range(n):
        globals()['name_%d' % i] = i
        t += plus(i) + Base().value() * 0
    return t


print(growing(300))


# The change comes from far within: a property, an operator, a sort's key, a generator.
class Meddler:
    count = 0

    @property
    def late(self):
        Meddler.count += 1
        if Meddler.count % 97 == 0:
            Meddler.answer = lambda self, k=Meddler.count: k
        return 1

    def answer(self):
        return 5

    def __add__(self, other):
        if other % 61 == 0:
            Meddler.answer = lambda self: other
        return other


def meddled(n):
    m = Meddler()
    t = 0
    for i in range(n):
        t += m.answer()
        t += m.late
        t += m.answer()
        t += m + i
        t += m.answer()
        t += sorted([3, 1, 2], key=lambda x: (m.late, -x))[0]
        t += m.answer()
    return t


print(meddled(400), Meddler.count)


def items(n):
    for i in range(n):
        if i == n // 2:
            Base.value = lambda self: 1000
        yield Base()


def generated(n):
    t = 0
    for o in items(n):
        t += o.value()
    return t


Base.value = lambda self: 1
print(generated(300))


# Inner loops and recursion under a class that changes.
def nested(n, at):
    t = 0
    o = Derived()
    for i in range(n):
        for j in range(12):
            t += o.value() * j
            if (i, j) == at:
                Derived.value = lambda self: 3
    if 'value' in vars(Derived):
        del Derived.value
    return t


print([nested(40, at) for at in ((20, 5), (39, 11), (0, 0))])


def deep(o, n):
    if n == 0:
        return o.value()
    if n == 57:
        Base.value = lambda self, old=Base.value: old(self) + 1
    return deep(o, n - 1) + o.value()


print([deep(Base(), 60) for _ in range(30)][::6])
