# Precedence and associativity, made visible by a class that records.
class R:
    def __init__(self, text):
        self.text = text

    def __repr__(self):
        return self.text


def binary(symbol):
    def method(self, other):
        return R(f'({self} {symbol} {other})')
    return method


for name, symbol in dict(add='+', sub='-', mul='*', truediv='/', floordiv='//', mod='%', pow='**', matmul='@',
                         lshift='<<', rshift='>>', and_='&', or_='|', xor='^').items():
    setattr(R, f'__{name.rstrip("_")}__', binary(symbol))
for name, symbol in dict(neg='-', pos='+', invert='~').items():
    setattr(R, f'__{name}__', lambda self, symbol=symbol: R(f'({symbol}{self})'))

a, b, c, d = map(R, 'abcd')
print(a + b * c - d)
print(a ** b ** c)
print(-a ** b)
print(a ** -b)
print(a << b + c)
print(a & b | c ^ d)
print(a | b & c)
print(~a * b)
print(a // b % c @ d)
print(a - b - c)
print((a - (b - c)))
print(a * b ** c + -d)
print(- - a, + - ~a)
print(2 + 3 * 4 ** 2 // 5 % 7)
print(-2 ** 2, (-2) ** 2, 2 ** -1, 2 ** 3 ** 2)
print(not 1 == 2, not (1 == 2) == False)
print(1 < 2 < 3, 1 < 3 < 2, 1 < 2 > 1, (1 < 2) < 2, 1 == 1.0 == True)
print(1 or 2 and 0, (1 or 2) and 0, not 1 or 1)
print(1 if 0 else 2 if 0 else 3)
print((lambda: 1 if 0 else 2)())
print([] or {} or 'last', 'first' and 0 and 'never')
print(5 & 3 == 1, (5 & 3) == 1)
print(1 in [1] in [[1]], 1 not in [2], None is not None)
x = 3
x += 2 * 2
x -= 1 if x else 0
x **= 2
x //= 5
x %= 4
x <<= 3
x |= 5
x ^= 1
x &= 0xE
x >>= 1
print(x)
