# Corners of % formatting, str.format nesting and number formatting.
for fmt, value in (('%d', 10 ** 25), ('%d', -0.5), ('%5d|', True), ('%-8d|', -42), ('%+d', 0), ('% d', -3), ('%05d', -12), ('%.5d', 42), ('%x', -255), ('%#X', 255), ('%o', 8), ('%#o', 0), ('%e', 0), ('%.0e', 12345), ('%g', 1e6), ('%g', 123456), ('%g', 1e-5), ('%#g', 1.0), ('%.3g', 0.00012345), ('%f', float('inf')), ('%5.1f|', float('nan')), ('%+f', -0.0), ('%010.3f', -3.14159), ('%s', ''), ('%5s|', 'é'), ('%.3s|', 'abcdef'), ('%-6s|', None), ('%c', 'x'), ('%c', 0x1F600), ('%r', 'q\n'), ('%a', '\u20ac'), ('%%', ()), ('%i', '5' and 5), ('%ld', 5), ('%hd', 6), ('%Lf', 1.5), ('%s', (1,))):
    try:
        print(fmt, '->', fmt % value)
    except (TypeError, ValueError) as e:
        print(fmt, type(e).__name__)
print('%(a)d %(b)s %(a)x' % {'a': 10, 'b': [1]}, '%(a b)s' % {'a b': 1}, '%()s' % {'': 'empty key'}, '%(x)5.2f|' % {'x': 1.005}, '%(a)s %%' % {'a': 1}, '%(k)s' % type('M', (dict,), {'__missing__': lambda s, k: k + '!'})())
print('%s %s' % ('a', ('b',)), '%s' % ((1, 2),), '%*s|%-*s|' % (5, 'r', 5, 'l'), '%.*f' % (3, 2.0), '%*.*f' % (8, 2, 3.14159), '%s%s' % ('a', 'b') * 2, ('%s' * 3) % tuple('xyz'))
for args in (('%s', ()), ('%s %s', 'one'), ('%s', (1, 2)), ('%d', '1'), ('%*d', ('a', 1)), ('%(a)s', [1]), ('%(a)s', {}), ('%z', 1), ('%', 1), ('%(a', {'a': 1}), ('%.', 1), ('abc', (1,)), ('%c', 'ab'), ('%c', -1), ('%x', 1.0), ('%d', 1j)):
    try:
        print(args[0] % args[1])
    except (TypeError, ValueError, KeyError, OverflowError) as e:
        print(args[0], type(e).__name__)
print(b'%d %s %b %c %r %a %x %5.1f %%' % (1, b'x', b'y', 65, b'z', 'é', 255, 2.5), b'%(k)s' % {b'k': b'v'}, bytearray(b'%s') % b'q')
for n in (0, 1, -1, 12, 123, 1234, 12345, 1234567, -1234567, 10 ** 20):
    print(f'{n:,} {n:_} {n:15,}| {n:<15,}| {n:+,} {n:#_x} {n:_b} {n:e} {n:.3g}')
for x in (0.0, -0.0, 1.0, 0.1, 1.5, 2.5, 123.456, 1e-10, 1e10, 1e16, 1e100, 1234567.891, float('inf'), float('nan'), -1 / 3):
    print(f'{x} {x:.0f} {x:.3f} {x:e} {x:g} {x:.2%} {x:,} {x:+.1f} {x:012.4f} {x:z.1f} {x:#.0f} {x:_.2f}' if True else '')
print('{:{}{}{}.{}}'.format(3.14159, '*', '^', 12, 3), '{0:{1}}'.format('x', 5), '{:{w}}'.format('y', w=3), '{0[a]} {0[1]} {1.real} {1.__class__.__name__}'.format({'a': 'A', 1: 'one'}, 5), '{0[0][1]}'.format([[1, 2]]), '{a[b c]}'.format(a={'b c': 1}))
print('{!s:>5}|{!r:<6}|{!a:^8}'.format('x', 'y', 'é'), '{:}'.format(5), '{0!r:}'.format('q'), '{:s}'.format('s'), '{:d}'.format(True), '{:n}'.format(1234), '{:c}'.format(97), '{:%}'.format(1), '{:.1%}'.format(0.0555))
print(format('x', '>3'), format(5, '^5'), format(-5, '=+6'), format(5, '<05'), format(3.0, '05'), format(True, '5'), format('x', '05') if True else '', format(-1.5, '=8.2f'), format(1 + 2j, '>12'), format(1.5 + 2j, '.2f'), format(None, ''), format([1], ''))
for value, spec in (('x', '=5'), ('x', '+'), ('x', ' '), ('x', ','), ('x', '#'), (5, '.2'), (5, 'c,'), (5, ',_'), (5, '_n'), (1.5, 'd'), (1.5, 'x'), (1.5, 'c'), (1j, '%'), (1j, '05'), (1j, '=10'), (None, '5'), ([], '>5'), (5, 's'), ('x', 'd'), (5, '1000000000000000000000'), (1.5, '.1000000000000000000000'), (5, 'zd')):
    try:
        print(spec, format(value, spec))
    except (ValueError, TypeError, OverflowError) as e:
        print(spec, type(e).__name__)
