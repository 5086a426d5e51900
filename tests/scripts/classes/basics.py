# Classes: attributes, methods, class bodies, repr, instances.
class Point:
    """A point."""
    count = 0

    def __init__(self, x, y=0):
        self.x = x
        self.y = y
        Point.count += 1

    def __repr__(self):
        return f'Point({self.x}, {self.y})'

    def __eq__(self, other):
        if not isinstance(other, Point):
            return NotImplemented
        return (self.x, self.y) == (other.x, other.y)

    def __hash__(self):
        return hash((self.x, self.y))

    def moved(self, dx, dy):
        return type(self)(self.x + dx, self.y + dy)


p = Point(1, 2)
print(p, p.moved(1, 1), Point.count, p.count, Point.__doc__)
p.count = 99
print(p.count, Point.count, p.__dict__)
print(p == Point(1, 2), p != Point(1, 2), p == 5, {p: 'found'}[Point(1, 2)])
print(Point.__name__, Point.__qualname__, Point.__module__, Point.__bases__, type(p) is Point)
m = p.moved
print(m(0, 0), m.__self__ is p, m.__func__ is Point.moved, m.__name__)
print(Point.moved(p, 5, 5))
Point.norm = lambda self: abs(self.x) + abs(self.y)
print(p.norm())
del Point.norm
print(hasattr(p, 'norm'))
try:
    p.norm
except AttributeError as e:
    print(e)
try:
    Point.nothing
except AttributeError as e:
    print(e)
setattr(p, 'odd name', 5)
print(getattr(p, 'odd name'), getattr(p, 'none', 'default'), vars(p)['odd name'])


class Empty:
    pass


e = Empty()
e.a = 1
e.__dict__['b'] = 2
e.__dict__.update(c=3)
print(sorted(vars(e)), e.b, e.c)
e.__dict__ = {'fresh': 1}
print(e.fresh, hasattr(e, 'a'))


class Body:
    print('body runs')
    items = []
    for i in range(3):
        items.append(i)
    if items:
        flag = True

    class Inner:
        name = 'inner'

    def outer_name(self):
        return self.Inner.name


print(Body.items, Body.i, Body.flag, Body().outer_name(), Body.Inner.__qualname__)
D = type('D', (Point,), {'extra': 5, 'hello': lambda self: 'hi'})
d = D(3)
print(d, D.extra, d.hello(), isinstance(d, Point), issubclass(D, Point), D.__mro__)


def factory(n):
    class Made:
        value = n

        def get(self):
            return n + self.value
    return Made


print(factory(1)().get(), factory(5)().get(), factory(1).__qualname__)
print(isinstance(1, (str, (int, float))), issubclass(bool, int), isinstance(True, int))
print(object().__class__, type(type), type.__base__, object.__base__)
print(Point(1) is Point(1), p is p)
e.__class__ = Body
print(type(e).__name__, e.items)
try:
    e.__class__ = int
except TypeError as err:
    print('TypeError')
