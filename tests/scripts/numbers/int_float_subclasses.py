# Subclasses of the number types.
class I(int):
    def __repr__(self):
        return f'I({int(self)})'

    def __add__(self, other):
        return I(int(self) + int(other))


i = I(5)
print(i, i + 1, 1 + i, i * 2, -i, type(i * 2).__name__, type(+i).__name__, type(abs(i)).__name__, type(int(i)).__name__)
print(i == 5, hash(i) == hash(5), {5: 'x'}[i], [0] * I(2), 'abcdef'[i], range(10)[i], i.bit_length(), isinstance(i, int))
i.extra = 'attr'
print(i.extra, f'{i} {i:03d} {i!r}', '%d %s' % (i, i), str(i), int.__repr__(i))
print(sum([I(1), I(2)]), type(sum([I(1), I(2)], I(0))).__name__, max(I(1), 3, I(2)), sorted([I(3), 1, I(2)]))


class F(float):
    def __str__(self):
        return 'F!'

    def __mul__(self, other):
        return 'mul'


f = F(2.5)
print(f, repr(f), f * 2, 2 * f, f + 1, type(f + 1).__name__, f == 2.5, hash(f) == hash(2.5), f'{f:.2f}', F('1e3').is_integer())


class B(int):
    def __bool__(self):
        return False

    def __index__(self):
        return 3

    def __int__(self):
        return 42


b = B(1)
print(bool(b), b == 1, int(b), [10, 20, 30, 40][b], b + 1, 'yes' if b else 'no')


class Eq(int):
    def __eq__(self, o):
        return 'eq'

    def __lt__(self, o):
        return 'lt'

    def __hash__(self):
        return 1


e = Eq(3)
print(e == 3, 3 == e, e < 1, 3 > e, e != 3, e > 5)


class C(complex):
    pass


c = C(1, 2)
print(c, type(c + 1).__name__, c.imag, isinstance(c, complex))


class Temp(float):
    def __new__(cls, value, unit='C'):
        self = super().__new__(cls, value)
        self.unit = unit
        return self


t = Temp(21.5, unit='F')
print(t, t.unit, t + 1, t > 20)
from enum import IntEnum


class Level(IntEnum):
    LOW = 1
    HIGH = 10


print(Level.HIGH > Level.LOW, Level.HIGH + 1, [*range(12)][Level.HIGH], Level(1).name, repr(Level.LOW), f'{Level.LOW}', int(Level.HIGH), '%d' % Level.HIGH)
import numbers
print(isinstance(1, numbers.Integral), isinstance(1.5, numbers.Real), isinstance(1j, numbers.Real), isinstance(True, numbers.Number))
from fractions import Fraction
print(Fraction(1, 3) + Fraction(1, 6), Fraction('0.125'), Fraction(0.5), Fraction(7, 3) // 1, Fraction(1, 3) < 0.5, float(Fraction(1, 4)), Fraction(3, 4) ** 2, 1 + Fraction(1, 2))
print(round(Fraction(7, 2)), Fraction(10, 4).limit_denominator(3), hash(Fraction(5)) == hash(5), str(Fraction(-3, 6)))
from decimal import Decimal, getcontext
print(Decimal('0.1') + Decimal('0.2'), Decimal(1) / Decimal(7), Decimal('1.10').normalize(), Decimal('2.675').quantize(Decimal('0.01')), Decimal(2).sqrt())
getcontext().prec = 6
print(Decimal(1) / 3, Decimal('1e5') * 3, Decimal('NaN').is_nan(), Decimal('-0'), Decimal(10) % 3, Decimal('1.5') > 1, f'{Decimal("1234.5"):,.2f}')
