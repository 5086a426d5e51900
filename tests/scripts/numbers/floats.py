# float: repr, parsing, rounding, special values, methods.
inf, nan = float('inf'), float('nan')
print(0.1, 0.1 + 0.2, 1e16, 1e15, 123456789012345680.0, 1e22, 1e23, 5e-324, 1.7976931348623157e308, 2.5, -0.0, 1e-5, 0.0001, 1e-4)
print(1.0, 100.0, 1e5, 1234567.0, 12345678901234567.0, 0.30000000000000004, 1 / 3, 2 / 3, 1e100, 1.5e-10, 9007199254740993.0)
print(inf, -inf, nan, inf - inf, inf * 0, inf > 1e308, nan < nan, min(nan, 1), max(1, nan))
print(float('1e3'), float('  -1.5  '), float('1_000.5'), float('.5'), float('5.'), float('INF'), float('-Infinity'), float('NaN'), float('1E-2'), float(b'2.5'))
for bad in ('', 'a', '1.5.5', '1e', '_1', '1__0', '0x1p3', '1 2', '--1'):
    try:
        float(bad)
    except ValueError as e:
        print(e)
print(7.5 // 2, -7.5 // 2, 7.5 % 2, -7.5 % 2, 7.5 % -2, divmod(7.5, 2), divmod(-7.5, 2), 1e300 * 1e10, -1e300 * 1e10, 2.0 ** 0.5, (-8) ** (1 / 3))
print(0.0 == -0.0, str(-0.0), -0.0 + 0, 0.0 * -1, 1 / inf, -1 / inf, inf // 1 if False else 'skip', 5 % inf, -5 % inf)
print(round(2.5), round(3.5), round(-2.5), round(0.5), round(2.675, 2), round(1.005, 2), round(1234.5678, -2), round(1e20), round(2.5, 0), round(1.25, 1), round(nan, 2), round(-0.4))
for v in (inf, nan):
    for f in (round, int):
        try:
            f(v)
        except (ValueError, OverflowError) as e:
            print(type(e).__name__, e)
print((2.5).is_integer(), (2.0).is_integer(), inf.is_integer(), (0.75).as_integer_ratio(), (-0.1).as_integer_ratio(), (1e20).as_integer_ratio())
print((1.5).hex(), (-0.1).hex(), (0.0).hex(), inf.hex(), (5e-324).hex(), float.fromhex('0x1.8p1'), float.fromhex('-0x.8'), float.fromhex('1p-1074'), float.fromhex('inf'))
print(hash(0.5), hash(1e100), hash(inf), hash(-inf), hash(0.1), hash(-0.0), hash(1.0) == hash(1))
print((3.7).__trunc__(), (3.7).__floor__(), (3.2).__ceil__(), (-3.7).__floor__(), (-3.7).__ceil__(), (3.5).conjugate(), (3.5).real, (3.5).imag)
print(1.5 + 1, 1 + 1.5, 3 * 0.5, 3 - 0.5, 2 ** 0.5, 4 ** -1, 2.0 ** -2, 10.0 // 3, 1 // 0.3, True + 0.5)
print(0.1 < 0.2 < 0.3, 0.1 + 0.2 == 0.3, 1.0 == 1, 2 ** 53 + 1 > 2.0 ** 53, 1e400 == inf, 3 < 3.5 < 4)
print('%.3f %e %g %G %10.2f|%-10.2f|%+.1f %05.1f' % (3.14159, 12345.678, 1e-10, 1e20, 2.5, 2.5, 2.5, 2.5))
print(f'{1234567.891:,.2f} {0.5:%} {1e10:g} {1e-7:f} {123.456:.1e} {nan:10}|{inf:<10}|{-inf:^10}| {1.0:.0f} {0.5:.0f} {1.5:.0f}')
print(f'{3.0} {3.0:g} {1e16:} {1e16:.1f} {100000:g} {1000000:g} {0.0001:g} {0.00001:g} {1.10:.3g} {1.1:#.3g} {-0.0:+} {1e5:_}')
import math
print(math.sqrt(2), math.pi, math.e, math.floor(-1.5), math.ceil(1.2), math.trunc(-1.9), math.fmod(-7, 3), math.copysign(1, -0.0), math.hypot(3, 4))
print(math.isnan(nan), math.isinf(-inf), math.isfinite(1.0), math.frexp(8.5), math.ldexp(0.5, 4), math.modf(-2.75), math.fsum([0.1] * 10), math.isclose(0.1 + 0.2, 0.3))
print(math.log(math.e), math.log2(8), math.log10(1000), math.log(8, 2), math.exp(0), math.sin(0), math.cos(0), math.atan2(1, 1), math.degrees(math.pi), math.log1p(0), math.expm1(0))
for f in (lambda: math.sqrt(-1), lambda: math.log(0), lambda: math.exp(1000), lambda: math.factorial(-1)):
    try:
        f()
    except (ValueError, OverflowError) as e:
        print(type(e).__name__)
print(math.nextafter(1.0, 2.0), math.ulp(1.0), math.remainder(7, 4), math.gamma(5), math.erf(0), math.dist((0, 0), (3, 4)))
print(float.__getformat__('double')[:4], float(3), float(), float(True), float('1' * 400) == inf, 1e308 * 10 == inf)
print(sum([1.5, 2.5, 3]), sum([0.5] * 4, 1), max(1, 2.5, 2), min(0.5, 0), abs(-2.5), abs(-0.0), pow(2.0, 3), divmod(5, 0.5))
print(4.35, 2.51, 1.1, 1e21, 1.23e-7, 99999999999999990.0, 0.1e-6, 123e-7, 179769313486231570000.0)
