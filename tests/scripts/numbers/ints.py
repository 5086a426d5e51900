# int: arithmetic, big numbers, methods, parsing.
print(7 // 2, -7 // 2, 7 // -2, -7 // -2, 7 % 3, -7 % 3, 7 % -3, -7 % -3)
print(divmod(7, -2), divmod(-7, 2), divmod(10 ** 20, 7), divmod(-10 ** 20, 10 ** 9 + 7))
print(2 ** 100, 2 ** 0, (-2) ** 3, 10 ** 30 // 7, -10 ** 30 // 7, 10 ** 30 % -7)
print(2 ** 62, 2 ** 62 - 1 + 1, -2 ** 62, -2 ** 62 - 1, 2 ** 63, 2 ** 64 - 1)
print(4611686018427387903 + 1, 4611686018427387904 - 1, -4611686018427387904 - 1, 9223372036854775807 + 1)
print(3037000500 * 3037000500, 4294967296 * 4294967296, -4294967296 * 2147483648, 99999999999 * 99999999999)
print(1 << 62, 1 << 63, 1 << 100 >> 98, -1 >> 5, -5 >> 1, -1 << 70, 5 >> 1000, -5 >> 1000)
print(0xF0 & 0x3C, 0xF0 | 0x0F, 0xF0 ^ 0xFF, ~0xFF, -1 & 0xFF, -256 | 1, -1 ^ 5, (1 << 70) & -1, -(1 << 70) | 1, -(1 << 70) ^ 12345)
print((5).bit_length(), (-5).bit_length(), (0).bit_length(), (2 ** 100).bit_length(), (255).bit_count(), (-7).bit_count())
print((1024).to_bytes(2, 'big'), (1024).to_bytes(4, 'little'), (-1).to_bytes(3, 'big', signed=True), (5).to_bytes())
print(int.from_bytes(b'\x04\x00', 'big'), int.from_bytes(b'\xff\xff', 'big', signed=True), int.from_bytes([1, 2, 3], 'little'))
print(int('123'), int('-0x1f', 16), int('z', 36), int('0b101', 2), int('  42\n'), int('1_000'), int(3.99), int(-3.99), int('٣'))
print(int(b'12'), int(bytearray(b'7')), int('-0'), int(True), int(), int('11', base=2), int(1e20), int('1' * 50))
for bad in ('', 'a', '1.5', '0x1f', '1__0', '_1', '1_', '- 1', '12 3'):
    try:
        int(bad)
    except ValueError as e:
        print(e)
for f in (lambda: int('1', 1), lambda: int('1', 37), lambda: int(5, 10), lambda: int(None), lambda: int([]), lambda: int(float('nan')),
          lambda: int(float('inf')), lambda: (-1).to_bytes(2, 'big'), lambda: (256).to_bytes(1, 'big'), lambda: 1 << -1, lambda: 1 << 'a'):
    try:
        print(f())
    except (ValueError, TypeError, OverflowError) as e:
        print(type(e).__name__, e)
print(pow(3, 100, 7), pow(3, -1, 7), pow(2, 10), pow(-2, 3, 5), pow(2, 3, -5), pow(10 ** 20, 3, 10 ** 9 + 7), pow(0, 0))
try:
    pow(2, -1, 4)
except ValueError as e:
    print(e)
print(round(15, -1), round(25, -1), round(-15, -1), round(1234, -2), round(5), round(5, 2), round(10 ** 25 + 5, -1))
print((5).numerator, (5).denominator, (5).real, (5).imag, (5).conjugate(), (7).as_integer_ratio(), (5).is_integer() if hasattr(int, 'is_integer') else True)
print(hash(5), hash(-1), hash(-2), hash(2 ** 61 - 1), hash(2 ** 61), hash(10 ** 30), hash(-10 ** 30))
print(str(10 ** 25), repr(-10 ** 25), f'{10 ** 25:,}', hex(10 ** 20), bin(-10), oct(-8), hex(-255), bin(2 ** 65))
print(1 / 3, 10 ** 400 / 10 ** 399, -7 / 2, 2 ** 60 / 3, (2 ** 70 + 1) / 2 ** 70, 1 / 10 ** 300)
try:
    10 ** 400 / 3
except OverflowError as e:
    print(e)
try:
    float(10 ** 400)
except OverflowError as e:
    print(e)
print(10 ** 20 == 1e20, 10 ** 16 + 1 == 1e16 + 1, 2 ** 53 + 1 == 2.0 ** 53, 10 ** 400 > 1e308, 10 ** 400 == float('inf'), -10 ** 400 < float('-inf'))
print(isinstance(True, int), True + True, True * 10, -True, ~5, True & 3, True & False, True | False, True ^ True, type(True & True).__name__)
import sys
print(sys.maxsize, sys.int_info.bits_per_digit > 0)
n = 1
for i in range(1, 61):
    n *= i
print(n)
for i in range(60, 0, -1):
    n //= i
print(n)
a, b = 0, 1
for _ in range(300):
    a, b = b, a + b
print(a)
x = 0x123456789ABCDEF123456789ABCDEF
print(x * x, x * -x, x // 0xFFFFFFFFFFF, x % 0xFFFFFFFFFFF, -x % 0xFFFFFFFFFFF, x >> 33, x << 7, x & (x >> 3), x | ~x)
import math
print(math.gcd(2 ** 80, 6 ** 40), math.lcm(4, 6, 10), math.isqrt(10 ** 40), math.comb(50, 25), math.perm(10, 3), math.factorial(30), math.prod([1, 2, 3]))
