# Rich comparison: reflection, subclass priority, chaining, identity, defaults.
class C:
    def __init__(self, v):
        self.v = v

    def __lt__(self, o):
        print('lt', end=' ')
        return self.v < getattr(o, 'v', o)

    def __eq__(self, o):
        print('eq', end=' ')
        return self.v == getattr(o, 'v', o)

    def __hash__(self):
        return hash(self.v)


a, b = C(1), C(2)
print(a < b, a > b, a == b, a != b)
print(sorted([C(3), C(1), C(2)])[0].v)
print(max(C(1), C(5)).v, min(C(4), C(2)).v)
try:
    a <= b
except TypeError as e:
    print(e)
for f in (lambda: 1 < 'a', lambda: [] < (), lambda: None < None, lambda: {} < {}, lambda: 1j < 2j, lambda: object() >= 5):
    try:
        f()
    except TypeError as e:
        print(e)
print(1 == '1', [] == (), None == 0, object() == object(), 1 != '1', 1 == 1.0 == 1 + 0j, 2 ** 53 == float(2 ** 53))


class Base:
    def __eq__(self, o):
        return 'Base.eq'

    def __lt__(self, o):
        return 'Base.lt'

    def __gt__(self, o):
        return 'Base.gt'


class Derived(Base):
    def __eq__(self, o):
        return 'Derived.eq'

    def __gt__(self, o):
        return 'Derived.gt'


print(Base() == Derived(), Base() < Derived(), Base() > Derived(), Base() != Derived())


class Never:
    def __eq__(self, o):
        return NotImplemented

    def __ne__(self, o):
        return 'ne called'


n = Never()
print(n == n, n == Never(), n != n, n == 5)


class Weird:
    def __eq__(self, o):
        return []

    def __bool__(self):
        return False


w = Weird()
print(w == 1, w != 1, not w == 1, w in [w], [w] == [w], w in [1])


def order(name, value):
    print(name, end=' ')
    return value


print(order('a', 1) < order('b', 3) < order('c', 2) < order('d', 9))
print(order('a', 5) < order('b', 3) < order('c', 2))
nan = float('nan')
print(nan == nan, nan != nan, [nan] == [nan], nan in [nan], nan < 1, sorted([3, 1, 2], reverse=True))
print([1, 2] < [1, 2, 3], [1, 3] > [1, 2, 9], (1, 'a') < (1, 'b'), [] < [0], 'a' < 'b' < 'ba', b'a' < b'b')
print({1} < {1, 2}, {1} <= {1}, {1} < {2}, {1, 2} > {1}, {1: 2} == {1: 2.0}, range(3) == range(0, 3, 1))
print(True == 1, True is 1 if False else 'skip', 0 == False, hash(1) == hash(1.0) == hash(True))


class OnlyEq:
    def __eq__(self, o):
        return True


try:
    hash(OnlyEq())
except TypeError as e:
    print(e)


class Hashed(OnlyEq):
    __hash__ = object.__hash__


print(isinstance(hash(Hashed()), int), OnlyEq.__hash__)


class BoolFails:
    def __bool__(self):
        return 5


try:
    if BoolFails():
        pass
except TypeError as e:
    print(e)


class LenBool:
    def __init__(self, n):
        self.n = n

    def __len__(self):
        return self.n


print(bool(LenBool(0)), bool(LenBool(3)))
for bad in (-1, 'x', 1.5):
    try:
        bool(LenBool(bad))
    except (ValueError, TypeError) as e:
        print(type(e).__name__, e)
print(not [], not [0], not '', not ' ', not 0.0, not 0j, not None, not range(0))


class Cmp:
    def __lt__(self, o):
        return 'lt'
    __gt__ = __le__ = __ge__ = lambda self, o: 'other'


print(5 < Cmp(), 5 > Cmp(), Cmp() < 5, 5 >= Cmp())
