# golden: 3.14
import math
# Ints before floats are summed by themselves; what cannot be exact ends the exact part.
print(math.sumprod((-5, -5, 10), (1.5, 4611686018427387904, 2305843009213693952)), math.sumprod([2, 0.5], [3, 4]))
print(math.nextafter(-5e-324, 1.0), math.nextafter(-5e-324, 1.0, steps=1), math.nextafter(5e-324, -0.0, steps=9))
