# env: SKEIN_JIT=on
# env: SKEIN_JIT_THRESHOLD=20
# env: SKEIN_JIT_EXIT_THRESHOLD=2
"""Objects of classes of builtin kinds in hot loops: named tuples, exceptions, subclasses of containers, patterns, deleted attributes."""
from collections import namedtuple
from typing import NamedTuple

Point = namedtuple('Point', 'x y')


class Order(NamedTuple):
    ident: int
    price: float = 2.5
    name: str = 'none'

    @property
    def total(self):
        return self.ident * self.price


def made(n):
    total, last = 0, None
    for i in range(n):
        p = Point(i, y=2)
        a, b = p
        total += p.x + a * b + p[1] + len(p)
        if i % 7 == 0:
            last = p
        order = Order(i)
        total += order.total
        if order == (i, 2.5, 'none') and isinstance(order, tuple):
            total += hash(p) == hash((i, 2))
    return total, last, order


print(made(500))


def wrong(n):
    caught = []
    for i in range(n):
        try:
            if i % 50 == 49:
                Point(i)
            elif i % 50 == 48:
                a, b, c = Point(i, i)
            elif i % 50 == 47:
                Order(i).nothing
            else:
                Point(i, 1)
        except (TypeError, ValueError, AttributeError) as e:
            caught.append(f'{type(e).__name__}: {e}')
    return len(caught), caught[:3]


print(wrong(300))


class Short(Point):
    """Its items may be fewer than its fields."""
    __slots__ = ()

    def __new__(cls, *items):
        return tuple.__new__(cls, items)


def fields(n):
    found = []
    for i in range(n):
        p = Short(i) if i % 100 == 99 else Short(i, i + 1)
        try:
            if p.y != i + 1:
                found.append(p)
        except IndexError as e:
            found.append((type(p).__name__, len(p), str(e)))
    return found


print(fields(300))


class Iterated(Point):
    def __iter__(self):
        return iter((self.y, self.x))


def unpacked(n):
    total = 0
    for i in range(n):
        a, b = Iterated(i, 1) if i & 1 else Point(i, 1)
        total += a - b
    return total


print(unpacked(300))


class Base:
    def __new__(cls, what, more=0):
        if what == 'sub':
            return object.__new__(Derived)
        if what == 'other':
            return [what, more]
        return object.__new__(cls)


class Derived(Base):
    def __init__(self, what, more=0):
        self.what, self.more = what, more


class Replaced:
    def __new__(cls, n):
        made = object.__new__(cls)
        made.n = n
        return made


def by_new(n):
    seen = {}
    for i in range(n):
        what = 'sub' if i % 10 == 9 else 'other' if i % 10 == 8 else 'plain'
        o = Base(what, more=i)
        key = type(o).__name__, getattr(o, 'what', None)
        seen[key] = seen.get(key, 0) + getattr(o, 'more', 1) + Replaced(i).n
    return seen


print(by_new(200))
Replaced.__init__ = lambda self, n: setattr(self, 'n', -n)
print(by_new(200))


class Failure(Exception):
    def __init__(self, message, code):
        super().__init__(message)
        self.code = code


class Table(dict):
    def __init__(self, size):
        super().__init__()
        self.size = size


class Row(list):
    pass


class Meters(float):
    pass


def natives(n):
    total, texts = 0, set()
    for i in range(n):
        try:
            raise Failure(f'no {i % 3}', i)
        except Failure as e:
            total += e.code
            texts.add((str(e), e.args))
        t = Table(i)
        t['a'] = i
        row = Row((i, i))
        row.append(t.size)
        total += len(t) + sum(row) + Meters(i)
    return total, sorted(texts), type(row), row, t, t.size


print(natives(300))


def collected(n):
    total, failed = 0, []
    for i in range(n):
        keys, values = ('a', 'b'), [i, i + 1]
        total += len(dict(zip(keys, values))) + len(list(map(int, ('1', '2'))))
        it = enumerate(values)
        next(it)
        total += tuple(it)[0][1]
        numbers = map(int, ('4', 'x' if i % 100 == 99 else '5', '6'))
        try:
            total += len(set(numbers))
        except ValueError as e:
            failed.append((str(e), list(numbers)))
    return total, failed


print(collected(300))


class Key:
    def __init__(self, n):
        self.n = n

    def __hash__(self):
        return self.n

    def __eq__(self, other):
        return self.n == other.n


def keyed(n):
    total = 0
    for i in range(n):
        keys = [Key(1), Key(i % 3), Key(1)] if i > 100 else [1, 2, 3]
        it = iter(keys)
        total += len(set(it)) + len(list(it))
        total += len(dict(zip(keys, keys)))
    return total


print(keyed(300))


class Node:
    __match_args__ = ('left', 'right')

    def __init__(self, left, right):
        self.left, self.right = left, right


class Slotted:
    __slots__ = ('value',)


def matched(n):
    counts = {}
    for i in range(n):
        slotted = Slotted()
        if i % 2:
            slotted.value = i
        for x in (Node(i, 2), Node(1, Node(2, i)), Point(i, 4), (i, 'a'), ['b', i, i], {'k': i}, {'k': 1, 'm': i}, i, 'text', slotted, True):
            match x:
                case Node(left=1, right=Node(a, b)):
                    key = 'inner', a
                case Node(a, b):
                    key = 'node', b
                case Point(x=a, y=4):
                    key = 'point', a > 5
                case (a, 'a'):
                    key = 'pair', a > 5
                case ['b', *rest]:
                    key = 'list', len(rest)
                case {'k': 1, 'm': m, **rest}:
                    key = 'mapping', len(rest)
                case {'k': k}:
                    key = 'key', k > 5
                case bool():
                    key = 'bool', x
                case int(a):
                    key = 'int', a > 5
                case str() as a:
                    key = 'str', a
                case Slotted(value=v):
                    key = 'slot', v > 5
                case _:
                    key = 'nothing', 0
            counts[key] = counts.get(key, 0) + 1
    return counts


print(matched(100))
Node.__match_args__ = ('right', 'left')
print(matched(20))


class Holder:
    shared = 'shared'


class Watched:
    def __del__(self):
        deleted.append(1)


deleted = []


def dropped(n):
    total = 0
    for i in range(n):
        o = Holder()
        o.a = o.b = i
        if i % 50 == 49:
            o.b = Watched()
        del o.a
        del o.b
        total += hasattr(o, 'a') + (o.shared == 'shared')
        try:
            del o.shared
        except AttributeError as e:
            total += len(str(e)) > 0
    return total


print(dropped(300), len(deleted) > 0)
