# Binary operators: reflected methods, subclass priority, NotImplemented.
class L:
    def __add__(self, o):
        return 'L.add'

    def __radd__(self, o):
        return 'L.radd'

    def __sub__(self, o):
        return NotImplemented

    def __rsub__(self, o):
        return 'L.rsub'


class R:
    def __radd__(self, o):
        return 'R.radd'

    def __rsub__(self, o):
        return 'R.rsub'


class SubL(L):
    pass


class SubLOverride(L):
    def __radd__(self, o):
        return 'SubLOverride.radd'

    def __add__(self, o):
        return 'SubLOverride.add'


l, r, s, so = L(), R(), SubL(), SubLOverride()
print(l + r, r + l, l + s, s + l, l + so, so + l)
print(l - r, 5 - l, 5 + r, 5 + l)
for f in (lambda: l - l, lambda: r - 5, lambda: r + r, lambda: l - 5, lambda: l * 2, lambda: l @ r, lambda: l ** 2,
          lambda: 2 << l, lambda: divmod(l, 2), lambda: -l, lambda: ~l, lambda: +l, lambda: abs(l)):
    try:
        print(f())
    except TypeError as e:
        print(e)


class Int(int):
    def __radd__(self, o):
        return 'Int.radd'

    def __rmul__(self, o):
        return 'Int.rmul'

    def __rfloordiv__(self, o):
        return 'Int.rfloordiv'


print(1 + Int(2), Int(2) + 1, 3 * Int(4), Int(4) * 3, 7 // Int(2), 7 - Int(2))


class Str(str):
    def __radd__(self, o):
        return 'Str.radd ' + str(o)

    def __rmod__(self, o):
        return 'Str.rmod'


print('a' + Str('b'), '%s' % Str('x'), [1] and 5 + Str('z'))


class Float(float):
    def __rsub__(self, o):
        return 'Float.rsub'


print(1 - Float(2), 1.5 - Float(2), 2 * Float(3))


class List(list):
    def __radd__(self, o):
        return 'List.radd'


print([1] + List([2]), (1,) + List([2]) if False else 'skip')


class All:
    pass


def make(name):
    return lambda self, *args: (name, *args)


for op in 'add sub mul truediv floordiv mod pow lshift rshift and or xor matmul divmod'.split():
    setattr(All, f'__{op}__', make(op))
    setattr(All, f'__r{op}__', make('r' + op))
a = All()
print(a + 1, 1 + a, a - 1, 1 - a, a * 1, 1 * a, a / 1, 1 / a, a // 1, 1 // a)
print(a % 1, 1 % a, a ** 1, 1 ** a, a << 1, 1 << a, a >> 1, 1 >> a)
print(a & 1, 1 & a, a | 1, 1 | a, a ^ 1, 1 ^ a, a @ 1, 1 @ a, divmod(a, 1), divmod(1, a))
print(pow(a, 2, 3), pow(2, 3, 5), 'x' + 'y')
print([1] * All() if False else All().__rmul__([1]), '%s' % (a + 1,))


class RaisesInAdd:
    def __add__(self, o):
        raise ValueError('from add')


try:
    RaisesInAdd() + R()
except ValueError as e:
    print(e)


class SameType:
    def __add__(self, o):
        return NotImplemented

    def __radd__(self, o):
        return 'never for the same type'


try:
    SameType() + SameType()
except TypeError as e:
    print(e)


class NoneAdd(L):
    __radd__ = None
    __add__ = None


for f in (lambda: NoneAdd() + 1, lambda: 1 + NoneAdd()):
    try:
        f()
    except TypeError as e:
        print(type(e).__name__)
