# timeout: 120
# gc-stress: 5000
# RecursionError by count, and deep recursion when the limit is raised.
import sys


def down(n):
    return n if n == 0 else down(n - 1)


def forever():
    return forever()


try:
    forever()
except RecursionError as e:
    print(str(e).startswith('maximum recursion depth exceeded'))
print(down(500))


class A:
    def __getattr__(self, name):
        return getattr(self, name + 'x')

    def __eq__(self, other):
        return self == other

    def __repr__(self):
        return repr(self)

    def __call__(self):
        return self()

    def __len__(self):
        return len(self)

    def __add__(self, o):
        return self + o

    def __iter__(self):
        yield from self

    @property
    def p(self):
        return self.p

    def __hash__(self):
        return hash(self)

    def __contains__(self, x):
        return x in self


a = A()
for f in (lambda: a.attr, lambda: a == 1, lambda: repr(a), lambda: a(), lambda: len(a), lambda: a + 1, lambda: list(a), lambda: a.p, lambda: hash(a), lambda: 1 in a, lambda: sorted([a], key=lambda v: v()),
          lambda: str(a), lambda: {a: 1}, lambda: [a] == [a, 1] or [a, a] == [1, a], lambda: max([1], key=lambda v: a())):
    try:
        f()
        print('no error')
    except RecursionError:
        print('RecursionError')


def depth():
    n = 0

    def inner():
        nonlocal n
        n += 1
        inner()
    try:
        inner()
    except RecursionError:
        pass
    return n


first = depth()
print(first == depth(), 0 < first < sys.getrecursionlimit())
sys.setrecursionlimit(300)
print(depth() < 300)
sys.setrecursionlimit(1000)
for bad in (0, -1, 'x'):
    try:
        sys.setrecursionlimit(bad)
    except (ValueError, TypeError) as e:
        print(type(e).__name__)
x = []
for _ in range(100):
    x = [x]
print(len(repr(x)), x == x)


def mutual_a(n):
    return mutual_b(n - 1) if n else 'bottom'


def mutual_b(n):
    return mutual_a(n - 1) if n else 'bottom'


print(mutual_a(300))
print((lambda f: f(f, 200))(lambda f, n: n if n == 0 else f(f, n - 1)))


def gen(n):
    if n:
        yield from gen(n - 1)
    yield n


print(sum(gen(200)))


def finally_deep(n):
    try:
        return finally_deep(n + 1)
    finally:
        pass


try:
    finally_deep(0)
except RecursionError:
    print('through finally')
