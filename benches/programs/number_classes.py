"""Classes with operators: rational numbers, polynomials, vectors with slots, and a ray tracer's spheres made of them.

usage: number_classes.py [size]
"""
# perf: 2000
import math
import sys
from dataclasses import dataclass, field, replace
from functools import total_ordering


@total_ordering
class Rational:
    __slots__ = ('top', 'bottom')

    def __init__(self, top, bottom=1):
        if bottom == 0:
            raise ZeroDivisionError('a rational number over zero')
        if bottom < 0:
            top, bottom = -top, -bottom
        common = math.gcd(top, bottom)
        self.top, self.bottom = top // common, bottom // common

    @classmethod
    def coerce(cls, value):
        return value if isinstance(value, cls) else cls(value)

    def __add__(self, other):
        other = self.coerce(other)
        return Rational(self.top * other.bottom + other.top * self.bottom, self.bottom * other.bottom)

    __radd__ = __add__

    def __neg__(self):
        return Rational(-self.top, self.bottom)

    def __sub__(self, other):
        return self + -self.coerce(other)

    def __mul__(self, other):
        other = self.coerce(other)
        return Rational(self.top * other.top, self.bottom * other.bottom)

    __rmul__ = __mul__

    def __truediv__(self, other):
        other = self.coerce(other)
        return Rational(self.top * other.bottom, self.bottom * other.top)

    def __eq__(self, other):
        other = self.coerce(other)
        return self.top == other.top and self.bottom == other.bottom

    def __lt__(self, other):
        other = self.coerce(other)
        return self.top * other.bottom < other.top * self.bottom

    def __hash__(self):
        return hash((self.top, self.bottom))

    def __bool__(self):
        return self.top != 0

    def __float__(self):
        return self.top / self.bottom

    def __repr__(self):
        return str(self.top) if self.bottom == 1 else f'{self.top}/{self.bottom}'


class Polynomial:
    def __init__(self, *coefficients):
        self.coefficients = list(coefficients)

    def __call__(self, x):
        value = 0
        for c in reversed(self.coefficients):
            value = value * x + c
        return value

    def __add__(self, other):
        longer, shorter = sorted((self.coefficients, other.coefficients), key=len, reverse=True)
        return Polynomial(*(c + shorter[i] if i < len(shorter) else c for i, c in enumerate(longer)))

    def __mul__(self, other):
        product = [Rational(0)] * (len(self.coefficients) + len(other.coefficients) - 1)
        for i, a in enumerate(self.coefficients):
            for j, b in enumerate(other.coefficients):
                product[i + j] = product[i + j] + a * b
        return Polynomial(*product)

    @classmethod
    def through(cls, points):
        """Lagrange's interpolation."""
        total = cls(Rational(0))
        for i, (xi, yi) in enumerate(points):
            term = cls(Rational(yi))
            for j, (xj, _) in enumerate(points):
                if i != j:
                    term *= cls(Rational(-xj, xi - xj), Rational(1, xi - xj))
            total += term
        return total


class Vector:
    __slots__ = ('x', 'y', 'z')

    def __init__(self, x, y, z):
        self.x, self.y, self.z = x, y, z

    def __iter__(self):
        yield self.x
        yield self.y
        yield self.z

    def __add__(self, other):
        return Vector(self.x + other.x, self.y + other.y, self.z + other.z)

    def __sub__(self, other):
        return Vector(self.x - other.x, self.y - other.y, self.z - other.z)

    def __mul__(self, factor):
        return Vector(self.x * factor, self.y * factor, self.z * factor)

    def __matmul__(self, other):
        return self.x * other.x + self.y * other.y + self.z * other.z

    def __abs__(self):
        return math.sqrt(self @ self)

    @property
    def unit(self):
        return self * (1 / abs(self))


@dataclass(frozen=True)
class Ray:
    origin: Vector
    direction: Vector


@dataclass
class Sphere:
    centre: Vector
    radius: float
    colour: str = '#'
    hits: int = field(default=0, compare=False)

    def meet(self, ray):
        towards = ray.origin - self.centre
        half = towards @ ray.direction
        inside = half * half - (towards @ towards - self.radius**2)
        if inside < 0:
            return None
        distance = -half - math.sqrt(inside)
        return distance if distance > 0 else None


def trace(ray, spheres, light):
    nearest, found = math.inf, None
    for sphere in spheres:
        distance = sphere.meet(ray)
        if distance is not None and distance < nearest:
            nearest, found = distance, sphere
    if found is None:
        return ' '
    found.hits += 1
    point = ray.origin + ray.direction * nearest
    brightness = (point - found.centre).unit @ light
    return found.colour if brightness > 0.3 else '.' if brightness > 0 else ':'


def picture(width, height):
    spheres = [Sphere(Vector(0, 0, 6), 1.5), Sphere(Vector(1.5, 1, 4), 0.7, 'o')]
    spheres.append(replace(spheres[1], centre=Vector(-2, -1, 5), colour='x'))
    light = Vector(-1, 1, -1).unit
    eye = Vector(0, 0, 0)
    lines = []
    for row in range(height):
        y = 1 - 2 * row / (height - 1)
        rays = (Ray(eye, Vector((2 * column / (width - 1) - 1) * 1.2, y, 2).unit) for column in range(width))
        lines.append(''.join(trace(ray, spheres, light) for ray in rays))
    return lines, [sphere.hits for sphere in spheres]


def main():
    size = int(sys.argv[1]) if len(sys.argv) > 1 else 500
    harmonic = sum(Rational(1, k) for k in range(1, size // 2))
    print(f'{float(harmonic):.12f}', len(str(harmonic.bottom)))
    curve = Polynomial.through([(x, x**3 - 2 * x + 1) for x in range(-6, 7)])
    print([c for c in curve.coefficients if c], curve(Rational(1, 2)))
    numbers = sorted({Rational(i * 7 % 31, i % 13 + 1) for i in range(size * 5)})
    print(len(numbers), numbers[:5], numbers[-1], max(numbers) >= Rational(30))
    lines, hits = picture(size, size // 2)
    print(hits, sum(line.count('#') for line in lines))
    for line in picture(60, 16)[0]:
        print(line.rstrip())


if __name__ == '__main__':
    main()
