# complex numbers.
z = 3 + 4j
print(z, z.real, z.imag, abs(z), z.conjugate(), -z, +z, z * z, z / (1 - 2j), z ** 2, z ** 0.5, z ** -1)
print(complex(1, 2), complex('1+2j'), complex('-1.5e3-2J'), complex('j'), complex('  (2+3j) '), complex(5), complex(), complex(1.5), complex('inf'))
print(1j ** 2, 1j * 1j, (1 + 1j) == (1 + 1j), 1 + 0j == 1, 1 + 0j == 1.0, hash(1 + 0j) == hash(1), hash(2j), bool(0j), bool(1j))
print(repr(1j), repr(-1j), str(1 + 0j), repr(complex(0.0, -1.0)), repr(complex(-1, 0)), repr(complex(1e20, 1e-20)), repr(complex(float('inf'), 2)))
for f in (lambda: z < 1, lambda: int(z), lambda: float(z), lambda: z // 1, lambda: z % 1, lambda: divmod(z, 1), lambda: complex('1 + 2j'), lambda: complex('abc'),
          lambda: complex('1', 2), lambda: round(z)):
    try:
        print(f())
    except (TypeError, ValueError) as e:
        print(type(e).__name__)
print(f'{z} {z:.2f} {z:>12} {z:g} {1j:e} {3 + 0j:,}', '%s' % z, str(1e100j))
print(1 + 2j - 1, 2 * (1 + 2j), (1 + 2j) + 1.5, 1.5 - (1 + 2j), (1 + 2j) / 2, 2 / (1 + 1j), (2 + 0j) ** 3, 0j ** 0)
print(sum([1j, 2, 3.5]), [1j, 2j].index(2j), {1j: 'a'}[1j], max([1, 2], key=lambda v: abs(v * 1j)))
import cmath
print(cmath.sqrt(-1), cmath.phase(1j) == cmath.pi / 2, cmath.polar(1 + 0j), cmath.isnan(complex('nan')), cmath.exp(0))


class C:
    def __complex__(self):
        return 1 + 2j


print(complex(C()), complex(True), type(z.real).__name__)
try:
    0j / 0
except ZeroDivisionError:
    print('ZeroDivisionError')
try:
    0j ** -1
except ZeroDivisionError:
    print('ZeroDivisionError')
try:
    z.real = 5
except AttributeError as e:
    print(e)
print((1 + 2j).__getnewargs__(), (1e-5 + 1e16j), 1.0j, 100j, complex(1, -0.0), complex(-0.0, 1))
