# gc-stress: 1000
# Allocation of every kind of object in bulk, with survivors checked at the end.
class Node:
    __slots__ = ('left', 'right', 'value')

    def __init__(self, value, left=None, right=None):
        self.value, self.left, self.right = value, left, right


class Attr:
    def __init__(self, i):
        self.i = i
        self.square = i * i
        self.text = str(i)
        if i % 3 == 0:
            self.extra = [i]


def tree(depth, value=1):
    if depth == 0:
        return Node(value)
    return Node(value, tree(depth - 1, value * 2), tree(depth - 1, value * 2 + 1))


def total(node):
    return node.value + (total(node.left) + total(node.right) if node.left else 0)


keep = [tree(8) for _ in range(4)]
for _ in range(30):
    tree(8)
print([total(t) for t in keep])
objects = [Attr(i) for i in range(3000)]
print(sum(o.square for o in objects), sum(len(o.text) for o in objects), sum(o.extra[0] for o in objects if hasattr(o, 'extra')))
table = {}
for i in range(5000):
    table[i, str(i)] = {i}
    if i >= 1000:
        del table[i - 1000, str(i - 1000)]
print(len(table), sum(next(iter(v)) for v in table.values()))
text = ['%d:%s' % (i, 'x' * (i % 50)) for i in range(3000)]
print(sum(map(len, text)), text[1234][:8])
big = [10 ** (i % 60) + i for i in range(3000)]
print(sum(big) % 10 ** 12)
floats = [i * 1.1e300 for i in range(100)] + [i / 7e-300 for i in range(100)]
print(sum(1 for f in floats if f != float('inf')))
closures = []
for i in range(1000):
    def f(i=i):
        x = [i]

        def g():
            x.append(len(x))
            return x
        return g
    closures.append(f())
for c in closures:
    c()
print(sum(len(c()) for c in closures))
gens = [(j for j in range(i, i + 3)) for i in range(1000)]
print(sum(next(g) for g in gens), sum(sum(g) for g in gens))
methods = [o.__repr__ for o in objects[:500]] + [[].append for _ in range(500)]
print(len({id(m) for m in methods}) == 1000)
exceptions = []
for i in range(500):
    try:
        raise ValueError(i, [i])
    except ValueError as e:
        exceptions.append(e)
print(sum(e.args[0] + e.args[1][0] for e in exceptions), exceptions[5].__traceback__ is not None)
classes = [type(f'C{i}', (Attr,), {'n': i, 'm': lambda self: self.n + self.i}) for i in range(200)]
print(sum(c(1).m() for c in classes))
nested = []
for i in range(2000):
    nested = [nested, i]
depth = 0
while nested:
    nested = nested[0]
    depth += 1
print(depth)
chunks = [bytes([i % 256]) * 1000 for i in range(500)]
joined = b''.join(chunks)
buffers = [bytearray(c) for c in chunks[:100]]
for b in buffers:
    b += b'end'
print(len(joined), joined[255000], sum(len(b) for b in buffers), memoryview(joined)[1000:1003].tolist())
sets = [frozenset(range(i, i + 5)) for i in range(1000)]
print(len(set(sets)), len(set().union(*sets)))
strings = {}
for i in range(20000):
    strings[f'key{i % 500}'] = strings.get(f'key{i % 500}', 0) + i
print(len(strings), strings['key7'], max(strings.values()))
