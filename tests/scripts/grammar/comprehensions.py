# Comprehensions and their scopes.
print([x * x for x in range(5) if x % 2 == 0])
print({x: y for x, y in zip('abc', range(3))})
print(sorted({c for c in 'hello'}))
print(list(x for x in 'ab'))
print([(x, y) for x in range(3) for y in range(x)])
print([[y for y in range(x)] for x in range(4)])
print([x for x in range(20) if x % 2 if x % 3 if x > 4])
x = 'outer'
print([x for x in range(3)], x)
fs = [lambda: i for i in range(3)]
print([f() for f in fs])
fs = [lambda i=i: i for i in range(3)]
print([f() for f in fs])
gs = [(lambda j: lambda: j)(i) for i in range(3)]
print([g() for g in gs])


class C:
    data = [1, 2, 3]
    size = 2
    doubled = [d * 2 for d in data]
    pairs = [(a, b) for a in data for b in (10, 20)]
    try:
        scaled = [d * size for d in data]
    except NameError as e:
        scaled = type(e).__name__


print(C.doubled, C.pairs, C.scaled)


def outer():
    n = 10
    inner = [n + i for i in range(3)]

    def set_n():
        nonlocal n
        n += 1
        return n
    calls = [set_n() for _ in range(3)]
    return inner, calls, n


print(outer())
print([y := 5, y ** 2], y)
print([last := i for i in range(4)], last)


def walrus():
    total = 0
    partial = [total := total + v for v in [1, 2, 3]]
    return partial, total


print(walrus())
print([a for a, *b in ['xyz', 'pq']], [b for a, *b in ['xyz']])
print({**{k: v for k, v in [(1, 2)]}, 3: 4})
nested = [[1, 2], [3, 4]]
print([item for row in nested for item in row], [[row[i] for row in nested] for i in range(2)])


def evaluated_now():
    def source():
        print('source called')
        return [1]
    g = (i for i in source())
    print('made')
    return list(g)


print(evaluated_now())
try:
    list(i for i in 5)
except TypeError as e:
    print(e)
print(sum(i for i in range(10)), max((len(w), w) for w in 'a bbb cc'.split()))
d = {k: [] for k in 'ab'}
d['a'].append(1)
print(d)
print([(lambda v: v * 2)(i) for i in range(3)])
print([i for i in range(5) if (j := i * 2) > 4], j)
print({i: i for i in [1, 1, 2]}, [*{1: 2}], [() for _ in '12'])
print([x for x in 'abc' for x in x + '!'])
z = 1
print([z for z in [2]] + [z])
def deep():
    return [[[a + b + c for c in 'xy'] for b in 'mn'] for a in 'ab']
print(deep())
