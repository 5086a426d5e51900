# __index__, __int__, __float__, __complex__, __bool__, __str__, __repr__, __bytes__, __format__.
class Idx:
    def __init__(self, v):
        self.v = v

    def __index__(self):
        return self.v


i = Idx(2)
data = [10, 20, 30, 40]
print(data[i], data[i:], data[:i], 'abcd'[i], (1, 2, 3)[i], range(10)[i], bytes(i), b'abc'[i])
print(hex(i), bin(i), oct(i), list(range(i)), data * i, i.__index__(), [1] * Idx(3), 'x' * Idx(2))
print(int(i), float(i), complex(i), chr(Idx(65)), round(3.14159, i), '%d %x' % (i, i), 1 << 3)
print(slice(i, Idx(3)).indices(10), data[Idx(-1)], bytearray(i), divmod(7, 2), pow(2, 3))
data[i] = 'set'
del data[Idx(0)]
print(data)
for f in (lambda: data[Idx('x')], lambda: data['1'], lambda: data[1.0], lambda: 'abc'[None], lambda: range(1.5),
          lambda: [1] * 1.5, lambda: (1,)['a'], lambda: data[Idx(99)], lambda: bytes(Idx(-1)), lambda: hex(1.5)):
    try:
        f()
    except (TypeError, IndexError, ValueError) as e:
        print(type(e).__name__, e)


class Num:
    def __int__(self):
        return 7

    def __float__(self):
        return 2.5

    def __complex__(self):
        return 1 + 2j

    def __bool__(self):
        return False

    def __round__(self, n=None):
        return ('round', n)

    def __trunc__(self):
        return 'trunc'

    def __floor__(self):
        return 'floor'

    def __ceil__(self):
        return 'ceil'

    def __abs__(self):
        return 'abs'

    def __neg__(self):
        return 'neg'

    def __pos__(self):
        return 'pos'

    def __invert__(self):
        return 'invert'


import math
n = Num()
print(int(n), float(n), complex(n), bool(n), round(n), round(n, 2), math.trunc(n), math.floor(n), math.ceil(n))
print(abs(n), -n, +n, ~n, '%d' % n, '%.1f' % n, math.sqrt(n))


class Text:
    def __str__(self):
        return 'str'

    def __repr__(self):
        return 'repr'

    def __bytes__(self):
        return b'bytes'

    def __format__(self, spec):
        return f'format<{spec}>'


t = Text()
print(str(t), repr(t), bytes(t), format(t), format(t, 'x'), f'{t} {t!s} {t!r} {t:>5}', '%s %r' % (t, t), [t], {t: t})
print('{} {!r} {:abc}'.format(t, t, t))


class OnlyRepr:
    def __repr__(self):
        return 'only repr'


print(str(OnlyRepr()), f'{OnlyRepr()}', f'{OnlyRepr()!s:>12}')


class Bad:
    def __str__(self):
        return 5

    def __repr__(self):
        return None

    def __int__(self):
        return 'x'

    def __float__(self):
        return 1

    def __len__(self):
        return 'n'

    def __hash__(self):
        return 'h'

    def __bytes__(self):
        return 's'

    def __format__(self, spec):
        return 1

    def __iter__(self):
        return 5

    def __index__(self):
        return 1.5

    def __contains__(self, x):
        return 'truthy'


for f in (str, repr, int, float, len, hash, bytes, format, iter, hex, list):
    try:
        print(f(Bad()))
    except TypeError as e:
        print(f.__name__, e)
print(5 in Bad())
try:
    format(object(), 'x')
except TypeError as e:
    print(e)
