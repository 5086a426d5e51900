# gc: collect, enable, thresholds, callbacks, garbage shapes that must survive.
import gc
print(gc.isenabled())
gc.disable()
print(gc.isenabled())
gc.enable()
print(isinstance(gc.collect(), int), len(gc.get_threshold()), len(gc.get_count()), gc.garbage)
gc.set_threshold(500, 5, 5)
print(gc.get_threshold()[0])


class Node:
    def __init__(self, v):
        self.v = v
        self.next = None


def ring(n):
    first = node = Node(0)
    for i in range(1, n):
        node.next = Node(i)
        node = node.next
    node.next = first
    return first


for _ in range(20):
    r = ring(500)
    gc.collect(0)
total, node = 0, r
for _ in range(500):
    total += node.v
    node = node.next
print(total, node is r)
old = [Node(i) for i in range(1000)]
gc.collect()
for n in old:
    n.next = [n.v] * 3
gc.collect(0)
gc.collect(1)
print(sum(n.next[2] for n in old))
d = {}
for i in range(2000):
    d[i] = {'k': [i, str(i), (i,)]}
    if i % 100 == 0:
        gc.collect(0)
print(sum(v['k'][0] for v in d.values()), d[1999]['k'][1], d[5]['k'][2])
text = ''
for i in range(3000):
    text += chr(97 + i % 26)
print(len(text), text[:5], text[-3:])
big = [0] * 200_000
big[100_000] = Node('in a large list')
gc.collect()
gc.collect()
print(big[100_000].v, len(big))
closures = [(lambda j: lambda: [j, Node(j).v])(i) for i in range(300)]
gc.collect()
print(sum(c()[1] for c in closures))
gens = []
for i in range(50):
    def g(i=i):
        x = [i] * 3
        yield x
        yield x[0] + 1
    it = g()
    next(it)
    gens.append(it)
gc.collect()
print(sum(next(it) for it in gens))


def recursive(n):
    local = [n, str(n)]
    if n == 0:
        gc.collect()
        return 0
    return recursive(n - 1) + int(local[1]) - local[0]


print(recursive(100))
print(gc.is_tracked([]), isinstance(gc.get_objects(), list), callable(gc.freeze))
frozen = frozenset(tuple([str(i)]) for i in range(100))
gc.collect()
print(len(frozen), ('5',) in frozen)
ints = [10 ** 30 + i for i in range(500)]
gc.collect()
print(sum(ints) == 500 * 10 ** 30 + sum(range(500)), [1e300 * i for i in range(3)])
for _ in range(50):
    tmp = {str(i): [i] for i in range(200)}
    tmp = sorted(tmp, key=lambda k: tmp[k])
print(tmp[:3])
e = None
try:
    raise ValueError([Node(i) for i in range(10)])
except ValueError as err:
    e = err
gc.collect()
print(e.args[0][9].v)
