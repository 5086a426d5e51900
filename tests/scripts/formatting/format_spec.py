# format(), str.format and the format specification mini-language.
print(f'{5:3}|{5:<3}|{5:^3}|{5:>3}|{5:03}|{5:+}|{5: }|{-5:=4}|{5:*^7}|{5:x<4}|{-5:06}|{5:,}|{12345678:_}|{5:#x}|{255:#b}|{8:#o}|{255:#X}|{255:08b}|{255:#010x}')
print(f'{1234.5678:.2f}|{1234.5678:10.1f}|{1234.5678:<10.1f}|{1234.5678:e}|{1234.5678:.3E}|{1234.5678:g}|{0.00001234:g}|{1234.5678:,.1f}|{0.256:.1%}|{1e10:n}|{3.0:}|{2.50:.0f}|{1234567.0:,}')
print(f'{"s":5}|{"s":>5}|{"s":^5}|{"long text":.4}|{"ab":_^6.1}|{"x":<3}|{"":5}|{"é":>3}')
print(f'{True:5}|{True}|{True:d}|{None!s:>6}|{[1]!s:>6}|{(1, 2)!r:>8}|{65:c}|{1j:.1f}|{b"x"!r:>6}')
print('{:>{w}.{p}f}|{:{fill}{align}{width}}'.format(3.14159, 'x', w=8, p=2, fill='*', align='^', width=5))
print('{0} {1} {0}'.format('a', 'b'), '{a.real} {b[0]} {b[1][k]}'.format(a=5, b=[1, {'k': 'v'}]), '{{}} {{{}}}'.format(1), '{!r} {!s} {!a}'.format('é', 'é', 'é'))
print('{:%}'.format(0.5), '{:,}'.format(-1234567), '{:=+8}'.format(-42), '{:+,.2f}'.format(9876.543), '{:08.3f}'.format(-3.14159), '{: }'.format(7), '{:<+5}|'.format(3))
print('{:e} {:.0e} {:#.0f} {:#g} {:g} {:g} {:G}'.format(0.0, 15.0, 2.0, 1.0, 1e15, 1e16, 1e-7), '{:.3}'.format(123456.0), '{:.10g}'.format(0.1), '{:.17g}'.format(0.1), '{:.20f}'.format(0.1))
print(format(1e100, 'f')[:20], format(123, 'e'), format(10 ** 20, ',d'), format(2 ** 70, 'x'), format(-255, '#x'), format(0, 'b'), format(5, '.2f'), format(7, '%'), format(3, 'g'), format(True, 'x'))
for spec, value in (('d', 1.5), ('x', 'a'), ('s', 5), ('c', -1), ('q', 5), (',s', 'a'), ('=5', 'a'), ('.2d', 5), ('+', 'a'), ('#', 'a'), ('z', 5)):
    try:
        print(spec, format(value, spec))
    except (ValueError, OverflowError, TypeError) as e:
        print(spec, type(e).__name__)
for bad in ('{', '}', '{0', '{a', '{!}', '{!x}', '{0!rr}', '{:{:{}}}', '{} {0}', '{0} {}', '{1}', '{k}', '{0.nothing}', '{0[k]}', '{.x}'):
    try:
        print(bad, bad.format(5))
    except (ValueError, KeyError, IndexError, AttributeError, TypeError) as e:
        print(bad, type(e).__name__)
try:
    '{k}'.format(5)
except KeyError as e:
    print(e)
try:
    '{} {}'.format(1)
except IndexError as e:
    print(e)
try:
    '{} {0}'.format(1)
except ValueError as e:
    print(e)


class F:
    def __format__(self, spec):
        return f'<{spec}>'

    def __str__(self):
        return 'str'


print(f'{F()} {F():abc} {F()!s:>5} {F():{"x" * 2}} {F():{1}{2}}', '{:a b c}'.format(F()), '{:{}}'.format(F(), 'dyn'), format(F()), format(F(), ''))
print('%s %d %r' % ('a', 5, 'q'), '%5d|%-5d|%05d|%+d|% d' % (1, 2, 3, 4, 5), '%x %X %#x %o %#o' % (255, 255, 255, 8, 8), '%c%c' % ('a', 98), '%%', '%5.1f|%-8.2e|%g' % (2.55, 1234.5, 0.0001))
print('%(a)s %(b)05.1f' % {'a': 1, 'b': 2.5}, '%*d %.*f' % (5, 42, 2, 3.14159), '%s' % (1,), '%s' % [1], '%a' % 'é', '%i %u' % (1, 2), '%10s|%-10s|%.2s' % ('r', 'l', 'cut'), '%s' % None, '%d' % 3.99, '%x' % True)
for fmt, args in (('%d', 'a'), ('%s %s', (1,)), ('%s', (1, 2)), ('%q', 1), ('%(k)s', 5), ('%c', 'ab'), ('%x', 1.5), ('%', 1), ('%d', None), ('%(k)s', {}), ('no args', 5), ('%c', 0x110000)):
    try:
        print(fmt % args)
    except (TypeError, ValueError, KeyError, OverflowError) as e:
        print(fmt, type(e).__name__)
