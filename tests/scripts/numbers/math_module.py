# math and cmath: exact and special values, integer functions, errors.
import math
inf, nan = math.inf, math.nan
cases = [0.0, -0.0, 0.5, 1.0, -1.0, 2.0, 10.0, 0.1, 1e-300, 1e300, inf, -inf, nan, 3, -7, True, 10 ** 30]
for name in ('sqrt exp log log2 log10 log1p expm1 sin cos tan asin acos atan sinh cosh tanh asinh acosh atanh floor ceil trunc fabs degrees radians isnan isinf isfinite frexp modf exp2 ulp gamma lgamma erf erfc').split():
    f = getattr(math, name)
    out = []
    for x in cases:
        try:
            v = f(x)
            out.append(repr(round(v, 9)) if isinstance(v, float) and math.isfinite(v) and abs(v) < 1e12 else repr(v) if not isinstance(v, float) or not math.isfinite(v) else f'{v:.6e}')
        except (ValueError, OverflowError) as e:
            out.append(type(e).__name__[:3])
    print(name, *out)
for a, b in ((7, 3), (-7, 3), (7.5, -2), (0, 5), (inf, 2), (2, inf), (nan, 1), (1e300, 1e-300), (-0.0, 1), (3, 0.5)):
    for name in ('atan2 copysign fmod remainder pow hypot nextafter dist_ ldexp_ isclose').split():
        if name.endswith('_'):
            continue
        try:
            v = getattr(math, name)(a, b)
            print(name, round(v, 9) if isinstance(v, float) and math.isfinite(v) and abs(v) < 1e12 else f'{v:.5e}' if isinstance(v, float) and math.isfinite(v) else v, end='; ')
        except (ValueError, OverflowError) as e:
            print(name, type(e).__name__, end='; ')
    print()
print(math.gcd(), math.gcd(12, 18, 27), math.gcd(-4, 6), math.gcd(0, 5), math.lcm(), math.lcm(4, 6), math.lcm(0, 3), math.isqrt(0), math.isqrt(99), math.isqrt(10 ** 50), math.comb(5, 2), math.comb(5, 7), math.comb(100, 50), math.perm(5), math.perm(5, 2), math.factorial(0), math.factorial(25))
print(math.prod([]), math.prod([2, 3], start=10), math.prod([1.5, 2]), math.fsum([0.1] * 10), math.fsum([1e100, 1, -1e100]), math.fsum([]), math.dist([1, 2], [4, 6]), math.hypot(), math.hypot(3, 4, 12), math.hypot(inf, nan), math.isclose(1, 1 + 1e-10), math.isclose(0, 1e-12), math.isclose(0, 1e-12, abs_tol=1e-9), math.isclose(inf, inf))
print(math.ldexp(1.5, 3), math.ldexp(1, -1074), math.frexp(0.0), math.frexp(-inf), math.modf(inf), math.log(100, 10), math.log(8, 2), math.log(10 ** 400), math.log2(2 ** 2000), math.log10(10 ** 500), math.exp(-1000), math.floor(10 ** 20 + 0.5), math.ceil(-0.5), math.trunc(-2.7), math.tau / math.pi, math.cos(math.pi), round(math.sin(math.pi), 15))
for bad in (lambda: math.sqrt(-1), lambda: math.log(0), lambda: math.log(-1), lambda: math.log(10, 1), lambda: math.factorial(-1), lambda: math.factorial(1.5), lambda: math.comb(-1, 2), lambda: math.isqrt(-1), lambda: math.gcd(1.5), lambda: math.sqrt('x'), lambda: math.floor('x'), lambda: math.exp(1e4), lambda: math.acos(2), lambda: math.fmod(1, 0), lambda: math.ldexp(1, 10 ** 20), lambda: math.dist([1], [1, 2]), lambda: math.floor(inf), lambda: math.ceil(nan), lambda: math.pow(-1, 0.5), lambda: math.pow(0, -1), lambda: math.hypot('a'), lambda: math.gamma(0), lambda: math.fsum([1, 'a']), lambda: math.sqrt(10 ** 400), lambda: math.isclose(1, 1, rel_tol=-1)):
    try:
        print(bad())
    except (ValueError, TypeError, OverflowError, ZeroDivisionError) as e:
        print(type(e).__name__, end=' ')
print()


class F:
    def __float__(self):
        return 2.25

    def __floor__(self):
        return 'floor'

    def __ceil__(self):
        return 'ceil'

    def __trunc__(self):
        return 'trunc'

    def __index__(self):
        return 6


print(math.sqrt(F()), math.floor(F()), math.ceil(F()), math.trunc(F()), math.gcd(F(), 4), math.factorial(F()), math.isqrt(F()), math.comb(F(), 2))
import cmath
for z in (1j, -1, 3 + 4j, 0j, complex(inf, 1), 1e-200j):
    print([f'{v:.6g}' for v in (cmath.sqrt(z), cmath.exp(z) if z.real < 100 else z, cmath.sin(z) if abs(z) < 100 else z, cmath.atan(z) if z not in (1j,) else z)], f'{cmath.phase(z):.6f}', [f'{x:.6g}' for x in cmath.polar(z)], cmath.isinf(z), cmath.isfinite(z))
print(cmath.rect(2, 0), cmath.isclose(1j, 1j + 1e-12), cmath.inf, cmath.nanj, cmath.log(1), cmath.log(100, 10), cmath.e == math.e)
