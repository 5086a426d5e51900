"""Ways to call `append`, and natives with and without their optional arguments."""
import itertools


class Loud(list):
    def append(self, item):
        super().append(('loud', item))


class Quiet(list):
    pass


class Other:
    def append(self, item):
        return f'other {item}'


def fill(target):
    results = [target.append(i) for i in range(3)]
    return results, target if isinstance(target, list) else None


for target in ([], Loud(), Quiet(), Other(), bytearray()):
    print(fill(target))
items = []
list.append(items, 1)
bound = items.append
bound(2)
unbound = list.append
unbound(items, 3)
items.append(items)
print(items, len(items[3]))
for call in ('[].append()', '[].append(1, 2)', '[].append(item=1)', 'list.append(1, 2)', 'list.append()', '{}.get()', '{}.get(1, 2, 3)', '[].pop(1, 2)',
             "'a'.split(1, 2, 3)", 'abs()', 'len(1, 2)', '[].insert(1)', '{}.pop()', '{}.setdefault()'):
    try:
        eval(call)
    except TypeError as error:
        print(call, error)


class Key:
    def __init__(self, values):
        self.values = values

    def __lt__(self, other):
        self.values.append(1)
        return False


grown = []
grown.extend([Key(grown), Key(grown)])
try:
    grown.sort()
except ValueError as error:
    print(error)
d = {1: 'a'}
print(d.get(1), d.get(2), d.get(2, 'b'), d.pop(1), d.pop(1, None), d.setdefault(3), d.setdefault(4, 5), d)
print('a b  c'.split(), 'a b  c'.split(' '), 'a b  c'.split(' ', 1), 'a b  c'.split(None, 1), ' x '.strip(), 'xax'.strip('x'), 'x'.center(3), 'x'.center(3, '-'))
old = [[] for _ in range(3)]
import gc
gc.collect()
for i in range(50):
    for row in old:
        row.append((i, str(i)))
gc.collect()
print([len(row) for row in old], old[0][49], old[2][0])
for x, y in itertools.product((1, 2), 'ab'):
    print(x, y, end=' ')
for c in itertools.chain([1], 'x', {2: 3}):
    print(c, end=' ')
print()


class Chained(itertools.chain):
    def __next__(self):
        return 'own', super().__next__()


print([v for v in Chained([1], [2])], list(Chained('ab')))
print(list(map(len, ['a', 'bc'])), list(map(ord, 'añ☃')), sum(map(ord, 'abc')), list(map(abs, [-1, 2.5])), sorted('bca', key=ord))
