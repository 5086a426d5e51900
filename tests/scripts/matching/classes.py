# golden: 3.14
# match: class patterns.
from dataclasses import dataclass


@dataclass
class Point:
    x: int
    y: int = 0


@dataclass
class Line:
    start: Point
    end: Point


def shape(s):
    match s:
        case Point(0, 0):
            return 'origin'
        case Point(x=0):
            return 'on the y axis'
        case Point(x, 0):
            return f'on the x axis at {x}'
        case Point() as p if p.x == p.y:
            return f'diagonal {p.x}'
        case Point(x, y):
            return f'{x} {y}'
        case Line(Point(x1, y1), end=Point(x=x2)):
            return f'line from {x1},{y1} to x {x2}'
        case int(n) | float(n):
            return f'number {n}'
        case str(s):
            return f'string {s}'
        case bool():
            return 'unreachable, bool is int'
        case list([a, b]):
            return f'list of two {a} {b}'
        case dict(d):
            return f'dict {len(d)}'
        case type():
            return 'a class'


for s in (Point(0), Point(0, 5), Point(3, 0), Point(2, 2), Point(1, 2), Line(Point(1, 2), Point(3, 4)), 5, 2.5, 'x', True, [1, 2], {'a': 1}, int, None, [1]):
    print(shape(s))


class Args:
    __match_args__ = ('a', 'b')

    def __init__(self):
        self.a, self.c = 1, 3


match Args():
    case Args(1, 2):
        print('never, b is missing')
    case Args(a, c=c):
        print(a, c)


class Prop:
    @property
    def value(self):
        print('property read')
        return 42


match Prop():
    case Prop(value=42):
        print('property matched')


class NoArgs:
    pass


for source in ('case NoArgs(1): pass', 'case Args(1, 2, 3): pass', 'case Args(1, a=1): pass', 'case int(1, 2): pass', 'case five(): pass'):
    try:
        exec(f'five = 5\nx = NoArgs() if "NoArgs" in {source!r} else Args() if "Args" in {source!r} else 5\nmatch x:\n    {source}\n')
    except TypeError as e:
        print(e)


class BadArgs:
    __match_args__ = ['a']


class BadArgs2:
    __match_args__ = (5,)


for c in (BadArgs, BadArgs2):
    try:
        match c():
            case c(1):
                pass
    except TypeError as e:
        print(e)


class Meta(type):
    def __instancecheck__(cls, obj):
        return obj == 'magic'


class Magic(metaclass=Meta):
    pass


match 'magic':
    case Magic():
        print('through __instancecheck__')
match 5:
    case int(real=r, imag=0):
        print('attributes of int', r)
match b'x', {1}, frozenset(), (1,), 1.5, bytearray(b'q'):
    case bytes(a), set(b), frozenset(c), tuple(d), float(e), bytearray(f):
        print(a, b, c, d, e, f)


class Sub(Point):
    pass


match Sub(1, 2):
    case Point(x, y):
        print('subclass', x, y)


class Getattr:
    def __getattr__(self, name):
        if name == 'no':
            raise AttributeError
        return name


match Getattr():
    case Getattr(no=_):
        print('never')
    case Getattr(yes=v):
        print(v)


def evaluate(expr):
    match expr:
        case ('+', a, b):
            return evaluate(a) + evaluate(b)
        case ('*', a, b):
            return evaluate(a) * evaluate(b)
        case ('-', a):
            return -evaluate(a)
        case int() | float():
            return expr
        case _:
            raise ValueError(f'cannot evaluate {expr!r}')


print(evaluate(('+', 1, ('*', 2, ('-', 3)))))
try:
    evaluate(('/', 1, 2))
except ValueError as e:
    print(e)
