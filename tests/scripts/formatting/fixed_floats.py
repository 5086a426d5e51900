"""Floats with a fixed number of places: exact rounding of ties, signs, sizes."""
values = [0.0, -0.0, 0.5, 1.5, 2.5, -2.5, 0.125, 0.375, 1.005, 2.675, 1e-7, 5e-324, 2.2250738585072014e-308, 1e15, 1e16,
          123456789.987654321, 9007199254740991.0, 4503599627370495.5, 0.1, 1 / 3, 2 / 3, 99.995, 0.05, 0.15, 0.25, 0.35, 999999.9999995,
          18446744073709551615.0, 1.7976931348623157e308, 1e22, 0.045, 0.0005, 0.00049999, 8.5, 9.5, float('inf'), float('-inf'), float('nan')]
for v in values:
    print(f'{v:.0f} {v:.1f} {v:.2f} {v:.3f} {v:f} {v:.17f}'[:150])
print('%.2f|%8.3f|%-8.1f|%+.0f|%#.0f|%.20f' % (2.675, 3.14159, 2.25, 0.5, 2.5, 0.1))
print(f'{1234567.891:,.2f} {0.00001:.3%} {-0.001:.2f} {-0.001:z.2f} {2.5:#.0f} {1e-300:.5f} {12.5:08.2f}')
print(''.join(f'{i / 8:.2f} ' for i in range(-9, 10)))


class Celsius(float):
    def __format__(self, spec):
        return float.__format__(self, spec) + '°'


print(f'{Celsius(21.55):.1f}', '%.1f' % Celsius(21.55), format(Celsius(-0.04), '.1f'))
