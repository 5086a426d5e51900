# Hashing and equality: equal things hash alike, keys of mixed kinds, identity shortcuts, user hashes.
for a, b in ((1, 1.0), (1, True), (0, False), (1, 1 + 0j), (2 ** 61, float(2 ** 61)), (10 ** 20, 1e20), (-1, -1.0), ('a', 'a'), (b'a', b'a'), ((1, 2), (1.0, 2)), (frozenset([1]), frozenset([1.0])), (0.0, -0.0), (range(0), range(5, 5)), (1.5, 1.5 + 0j)):
    print(a == b, hash(a) == hash(b), {a: 'x'}.get(b), b in {a}, end=' | ')
print()
from fractions import Fraction
from decimal import Decimal
print(hash(Fraction(1, 2)) == hash(0.5) == hash(Decimal('0.5')), {0.5: 'x'}[Fraction(1, 2)], Fraction(3) == 3, Decimal(3) == 3.0)
d = {1: 'int', 1.0: 'float', True: 'true'}
print(d, {True: 1, 1: 2}, {0: 'a', False: 'b', 0.0: 'c'})
nan = float('nan')
print(nan in [nan], nan == nan, [nan] == [nan], {nan: 1}[nan], {nan} == {nan}, [nan].index(nan), [nan].count(nan), (nan,) == (nan,), {1: nan} == {1: nan}, [float('nan')] == [float('nan')])


class Loud:
    def __init__(self, v):
        self.v = v

    def __eq__(self, o):
        log.append(('eq', self.v, o.v if isinstance(o, Loud) else o))
        return isinstance(o, Loud) and self.v == o.v

    def __hash__(self):
        log.append(('hash', self.v))
        return self.v % 4


log = []
d = {Loud(1): 'one'}
print(log)
log.clear()
print(Loud(1) in d, Loud(5) in d, Loud(2) in d, log)
log.clear()
k = Loud(9)
d[k] = 'nine'
log.clear()
print(d[k], log)
log.clear()
print(k in [k], k == k, log)
log.clear()
print([k, Loud(3)].index(Loud(3)), log)


class AlwaysEqual:
    def __eq__(self, o):
        return True

    def __hash__(self):
        return hash('key')


print({'key': 1}.get(AlwaysEqual()), AlwaysEqual() in ['x'], 'x' in [AlwaysEqual()], AlwaysEqual() == None, None == AlwaysEqual(), 5 != AlwaysEqual())


class NoEq:
    pass


n = NoEq()
print(n == n, n == NoEq(), hash(n) == hash(n), {n: 1}[n], n in {n}, n != n)


class HashOnly:
    def __hash__(self):
        return 5


h1, h2 = HashOnly(), HashOnly()
print(len({h1, h2, h1}), h1 == h2)
for bad in (type('A', (), {'__hash__': lambda s: 'x'}), type('B', (), {'__hash__': lambda s: 1.5}), type('C', (), {'__eq__': lambda s, o: True}), type('D', (), {'__hash__': None}), type('E', (list,), {}), type('F', (dict,), {})):
    try:
        hash(bad())
        print('hashed')
    except TypeError as e:
        print(type(e).__name__)
print(hash(type('G', (), {'__hash__': lambda s: 2 ** 100})()) == hash(2 ** 100), hash(type('H', (), {'__hash__': lambda s: -1})()), hash(type('I', (), {'__hash__': lambda s: True})()))


class Mutable:
    def __init__(self, v):
        self.v = v

    def __hash__(self):
        return self.v

    def __eq__(self, o):
        return self.v == o.v


m = Mutable(1)
s = {m}
m.v = 2
print(m in s, Mutable(1) in s, len(s), [x.v for x in s])
print(hash(()) == hash(()), hash((1,)) != hash((2,)), hash((1, (2, 3))) == hash((1, (2, 3))), hash(None) == hash(None), hash(len) == hash(len), hash(int) == hash(int), hash('') == hash(b''))
a = [1, 2, {'k': [3]}]
b = [1, 2, {'k': [3]}]
print(a == b, a is b, a != b, (a, b) == (b, a), [a] == [b], {'x': a} == {'x': b}, a == tuple(a), [] == False, '' == False, () == [], {} == set())
x = [1]
y = [1]
x.append(x)
y.append(y)
try:
    x == y
except RecursionError:
    print('RecursionError')
print(x == x, x in x)
tests = [1, 1.0, '1', b'1', None, (), [], 0, False, '', True, (1,), [1], {1}, frozenset({1}), {}, range(1), 1j, ..., int]
print([[i for i, v in enumerate(tests) if v == w] for w in tests])
