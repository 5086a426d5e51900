"""Object graphs copied: copy and deepcopy of trees, cycles, slots and dataclasses, undo by snapshots, comparison of graphs.

usage: object_copies.py [snapshots]
"""
# perf: 10000
import copy
import sys
from dataclasses import asdict, dataclass, field, replace


@dataclass
class Point:
    x: float
    y: float


@dataclass
class Style:
    colour: str = 'black'
    width: int = 1
    dashes: list[int] = field(default_factory=list)


class Shape:
    def __init__(self, name, points, style):
        self.name = name
        self.points = points
        self.style = style
        self.parent = None

    def move(self, dx, dy):
        for point in self.points:
            point.x += dx
            point.y += dy


class Group(Shape):
    def __init__(self, name, style):
        super().__init__(name, [], style)
        self.children = []
        self.by_name = {}

    def add(self, shape):
        shape.parent = self
        self.children.append(shape)
        self.by_name[shape.name] = shape
        return shape

    def move(self, dx, dy):
        for child in self.children:
            child.move(dx, dy)


class Layer:
    """Counts how often it was copied; its cache is not worth copying."""

    __slots__ = ('title', 'root', 'cache', 'copies')

    def __init__(self, title, root, copies=0):
        self.title = title
        self.root = root
        self.cache = {}
        self.copies = copies

    def __deepcopy__(self, memo):
        twin = Layer(self.title, copy.deepcopy(self.root, memo), self.copies + 1)
        memo[id(self)] = twin
        return twin

    def bounds(self):
        if 'bounds' not in self.cache:
            xs = [point.x for point in all_points(self.root)]
            ys = [point.y for point in all_points(self.root)]
            self.cache['bounds'] = min(xs), min(ys), max(xs), max(ys)
        return self.cache['bounds']


class Matrix(list):
    """A list with an attribute; copied through __reduce_ex__."""

    def __init__(self, rows=(), name=''):
        super().__init__(rows)
        self.name = name


def all_points(shape):
    yield from shape.points
    for child in getattr(shape, 'children', ()):
        yield from all_points(child)


def drawing(seed):
    styles = [Style(), Style('red', 2, [4, 2]), Style('blue', 3, [1, 1, 2])]
    root = Group('root', styles[0])
    for g in range(3):
        group = root.add(Group(f'group {g}', styles[g]))
        for s in range(4):
            points = [Point((seed * 7 + s * i) % 101 / 2, (g * 31 + i * seed) % 89) for i in range(5)]
            group.add(Shape(f'shape {g}.{s}', points, styles[(g + s) % 3]))
    root.style = root.children[2].style
    return root


class History:
    def __init__(self, state):
        self.state = state
        self.past = []

    def change(self, edit):
        self.past.append(copy.deepcopy(self.state))
        if len(self.past) > 10:
            del self.past[0]
        edit(self.state)

    def undo(self):
        self.state = self.past.pop()


def same_shape(a, b, seen=None):
    """Whether two graphs are equal and equally wired."""
    seen = {} if seen is None else seen
    if id(a) in seen:
        return seen[id(a)] == id(b)
    seen[id(a)] = id(b)
    if type(a) is not type(b):
        return False
    if isinstance(a, list):
        return len(a) == len(b) and all(same_shape(x, y, seen) for x, y in zip(a, b))
    if isinstance(a, dict):
        return a.keys() == b.keys() and all(same_shape(a[key], b[key], seen) for key in a)
    if hasattr(a, '__dict__'):
        return same_shape(vars(a), vars(b), seen)
    return a == b


def main():
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 900
    history = History(Layer('base', drawing(1)))
    undone = 0
    for number in range(count):
        kind = number * 7 % 5
        if kind == 4 and history.past:
            history.undo()
            undone += 1
            continue
        target = f'group {number % 3}'
        history.change(lambda layer: layer.root.by_name[target].move(number % 9 - 4, kind))
        history.state.cache.clear()
    layer = history.state
    print(layer.title, layer.copies, undone, layer.bounds())
    root = layer.root
    twin = copy.deepcopy(root)
    print(same_shape(root, twin), twin.children[0].parent is twin, twin.style is twin.children[2].style)
    twin.children[1].children[0].style.dashes.append(9)
    print(same_shape(root, twin), root.style is copy.copy(root).style)
    shapes = [copy.copy(shape) for group in root.children for shape in group.children]
    shapes[0].points[0].x = -1000.0
    print(min(point.x for point in all_points(root)))
    rows = Matrix([[i * j for j in range(20)] for i in range(count // 4)], name='products')
    rows.append(rows)
    other = copy.deepcopy(rows)
    print(other.name, type(other).__name__, other[-1] is other, other[7] is rows[7], other[7] == rows[7])
    style = replace(root.style, colour='green')
    print(style, asdict(style) == asdict(copy.deepcopy(style)), style.dashes is root.style.dashes)
    nested = ()
    for i in range(200):
        nested = (i, nested, [str(i)])
    print(copy.deepcopy(nested)[1][1][2] == ['197'], copy.deepcopy((1, 2, ('a', frozenset()))))


if __name__ == '__main__':
    main()
