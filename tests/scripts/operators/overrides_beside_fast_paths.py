# Subclasses whose overrides must be seen where exact types take a short cut.
class B(bytes):
    def __getitem__(self, k): return ('item', k)
    def __eq__(self, o): return 'eq'
    def __hash__(self): return 5
    def __add__(self, o): return 'add'
    def __radd__(self, o): return 'radd'
    def __len__(self): return 99
s = B(b'abc')
print(s[0], s[1:2], s == b'abc', b'abc' == s, s + b'x', b'x' + s, len(s), hash(s), s[:])
class C(bytes): pass
c = C(b'abc'); print(type(c[:]), c[:] == c, type(c[0:2]), b'ab'[:] is b'ab'[0:99], (b'abcd')[::-2], b'abc' [-1])
class L(list):
    def __getitem__(self, k): return ('item', k)
    def __add__(self, o): return 'add'
    def __iadd__(self, o): return 'iadd'
    def __mul__(self, o): return 'mul'
    def __radd__(self, o): return 'radd'
l = L([1, 2, 3]); print(l[0:1], l + [1], [1] + l, l * 2)
l += [3]; print(l)
m = [1]; n = m; n += [2]; print(m); n *= 2; print(m); n = n + [5]; print(m, n)
class T(tuple):
    def __eq__(self, o): return 'eq'
    def __hash__(self): return 7
    def __radd__(self, o): return 'radd'
t = T((1, 2)); print({(7, 8): 1}.get(t), hash(t), (1, 2) == t, (1,) + t, (1, 2) + (3,), (1,) * 2)
class U(tuple): pass
class V(str): pass
class W(str):
    def __hash__(self): return 3
print(hash(U((1, 2))) == hash((1, 2)), {U((1, 2)): 'u'}[(1, 2)], hash(V('x')) == hash('x'), {V('x'): 1}['x'], hash(W('x')))
class Odd:
    __hash__ = object.__repr__
try: hash(Odd())
except TypeError as e: print(e)
class S(set):
    def __and__(self, o): return 'and'
    def __rand__(self, o): return 'rand'
    def __ror__(self, o): return 'ror'
s = {1, 2, 3}
print(s & {2, 3}, s | {4}, s - {1}, s ^ {1, 9}, S(s) & s, s & S(s), s | S(s), type(frozenset(s) & frozenset({1})))
q = s; q &= {1, 2}; print(s); q |= {7}; print(s)
class N(float):
    def __eq__(self, o): raise KeyError('eq')
for x, y in [((N(1), 2), (N(1), 2, 3)), ((N(1),), (N(2),))]:
    try: print(x == y)
    except KeyError as e: print(e)
class P:
    @property
    def __class__(self): return int
class G:
    def __getattribute__(self, n):
        if n == '__class__': return str
        return object.__getattribute__(self, n)
class K: pass
print(isinstance(P(), int), isinstance(P(), str), isinstance(G(), str), isinstance(K(), int))
d = {}
for i in range(20): d[i] = i
del d[3]
try: del d[3]
except KeyError as e: print(repr(e))
class D(dict):
    def __delitem__(self, k): print('del', k)
del D(a=1)['a']
# Generators with nothing to run at their end, and with something.
def plain(n):
    for i in range(n):
        yield i
def guarded(n):
    try:
        for i in range(n):
            yield i
    finally:
        print('closed')
def deep(n):
    yield from guarded(n)
g = plain(3); next(g); print(g.close(), list(g))
g = deep(3); next(g); print(g.close(), list(g))
def stops():
    yield 1
    next(iter(()))
try: list(stops())
except RuntimeError as e: print(e)
class E1:
    def __eq__(self, o): return 'E1'
class E2: pass
class E3:
    def __ne__(self, o): return 'E3'
print(E1() == E2(), E2() == E1(), E2() != E3(), E3() != E2(), E3() == E3(), E2() != E2(), E1() != E2())
print(hash(0.5), hash(-1.0), hash(1e300), hash(5e-324), hash(2.0 ** 61), hash(-2.5), hash(1e-310), hash(2.0 ** 53 + 2))
print(str(b'abc', 'ascii'), str(b'\xff', 'latin-1'), str(b'\xff', 'ascii', 'replace'), int('ff', 16), int('0b11', 0), bytes([1, 2]), bytes(3))
for f in (lambda: str(b'', 5), lambda: int(5, 10), lambda: int('z', 40), lambda: bytes('x')):
    try: f()
    except (TypeError, ValueError) as e: print(e)
class Sub(bytes): pass
print(type(bytes(Sub(b'q'))), bool(b''), bool(b'a'), {b'a': 1}.get(b'a'), b'a' < b'b', (1, 'a') == (1, 'b'))
class NewOnly:
    def __new__(cls, *a): return super().__new__(cls)
class Both:
    def __new__(cls, *a): return super().__new__(cls)
    def __init__(self, *a): print('init', a)
NewOnly(1, 2); Both(3)
class TwoArgs(tuple):
    def __new__(cls, a, b): return super().__new__(cls, (a, b))
print(TwoArgs(1, 2))
try: object(1)
except TypeError as e: print(e)
