"""Fields of named tuples beside what subclasses and classes make of them."""
from collections import namedtuple
from typing import NamedTuple


class Point(NamedTuple):
    x: int
    y: int = 0

    def sum(self):
        return self.x + self.y


Plain = namedtuple('Plain', 'x y')


class Moved(Point):
    @property
    def x(self):
        return self[0] + 100


class WithDict(Plain):
    pass


def read(objects):
    found = []
    for o in objects:
        try:
            found.append((o.x, o.y))
        except (IndexError, AttributeError) as error:
            found.append(f'{type(error).__name__}: {error}')
    return found


p = Point(1, 2)
print(read([p] * 3), p.sum(), p._replace(x=5).sum())
print(read([p, Plain(3, 4), Moved(5, 6), p, WithDict(7, 8)] * 2))
short = tuple.__new__(Plain, (1,))
print(read([Plain(1, 2), Plain(1, 2), short, Plain(3, 4)]))
w = WithDict(1, 2)
w.z = 3
w.__dict__['x'] = 'hidden'
print(read([w, w]), w.z, w.__dict__)
try:
    w.x = 3
except AttributeError as error:
    print(error)


def first(o):
    return o.x


print(first(p), first(p), first(p))
Point.x = property(lambda self: 'changed')
print(first(p), first(Moved(1, 2)))
del Point.x
try:
    print(first(p))
except AttributeError as error:
    print(error)
Plain.y = 7
print(read([Plain(1, 2)] * 2))


class Other:
    x = Plain.x
    y = 5


try:
    print(Other().x)
except TypeError as error:
    print(error)
print(Other.x is Plain.x, Plain.x.__get__((8, 9)))
