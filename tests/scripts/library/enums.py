# enum.
import enum
from enum import Enum, IntEnum, Flag, IntFlag, StrEnum, auto, unique


class Color(Enum):
    RED = 1
    GREEN = 2
    BLUE = 3
    CRIMSON = 1

    @property
    def lower(self):
        return self.name.lower()

    @classmethod
    def default(cls):
        return cls.GREEN

    def __str__(self):
        return f'color {self.name}'


print(Color.RED, repr(Color.RED), Color.RED.name, Color.RED.value, Color(2), Color['BLUE'], list(Color), len(Color), Color.CRIMSON is Color.RED, Color.RED.lower, Color.default())
print(Color.RED in Color, Color.RED == 1, Color.RED == Color.RED, Color.RED is Color(1), {Color.RED: 'k'}[Color.RED], Color.__members__.keys(), isinstance(Color.RED, Color), type(Color.RED))
for bad in (lambda: Color(99), lambda: Color['NOPE'], lambda: Color.NOPE, lambda: Color.RED < Color.BLUE, lambda: setattr(Color, 'RED', 5), lambda: Color()):
    try:
        bad()
    except (ValueError, KeyError, AttributeError, TypeError) as e:
        print(type(e).__name__, e if type(e) in (ValueError, KeyError) else '')


class Num(IntEnum):
    ONE = 1
    TWO = 2


print(Num.ONE + 1, Num.TWO > Num.ONE, Num.ONE == 1, sorted([Num.TWO, Num.ONE]), int(Num.TWO), f'{Num.ONE}', repr(Num.ONE), str(Num.ONE), [10, 20, 30][Num.ONE])


class Auto(Enum):
    A = auto()
    B = auto()
    C = 'c'


print([(m.name, m.value) for m in Auto])


class Perm(Flag):
    R = 4
    W = 2
    X = 1
    RW = R | W


print(Perm.R | Perm.X, Perm.RW, Perm.R in Perm.RW, Perm.X in Perm.RW, ~Perm.R, Perm(0), bool(Perm(0)), Perm.RW & Perm.W, Perm.RW ^ Perm.R, list(Perm.RW), Perm(7), (Perm.R | Perm.W) is Perm.RW, len(Perm.RW))


class IF(IntFlag):
    A = 1
    B = 2


print(IF.A | IF.B, IF.A | 8, IF.A + 1, int(IF.A | IF.B), IF.A == 1)


class S(StrEnum):
    X = 'x'
    LOWER = auto()


print(S.X, S.X == 'x', S.LOWER, S.X + 'y', f'{S.X:>3}', repr(S.X), S('x'), 'x' in [S.X])


class Planet(Enum):
    EARTH = (5.97, 6.37)
    MARS = (0.64, 3.39)

    def __init__(self, mass, radius):
        self.mass = mass
        self.radius = radius


print(Planet.EARTH.mass, Planet.MARS.radius, Planet.EARTH.value, Planet((0.64, 3.39)).name)
try:
    @unique
    class Dup(Enum):
        A = 1
        B = 1
except ValueError as e:
    print(e)
try:
    class Sub(Color):
        PURPLE = 9
except TypeError as e:
    print(type(e).__name__)
Animal = Enum('Animal', 'CAT DOG', start=5)
print(list(Animal), Animal.DOG.value, Enum('M', {'P': 1, 'Q': 2}).Q, Animal.__module__)


class Missing(Enum):
    KNOWN = 1

    @classmethod
    def _missing_(cls, value):
        return cls.KNOWN if value == 'alias' else None


print(Missing('alias'))


class Mixed(str, Enum):
    A = 'a'


print(Mixed.A.upper(), Mixed.A == 'a', Mixed('a'), len(Mixed.A))


class WithMember(Enum):
    @enum.member
    def func():
        return 5

    @enum.nonmember
    class Helper:
        pass
    _ignore_ = 'i'
    for i in range(2):
        locals()[f'N{i}'] = i


print(list(WithMember.__members__), WithMember.Helper.__name__)
import pickle, copy
print(pickle.loads(pickle.dumps(Color.RED)) is Color.RED, copy.deepcopy(Color.BLUE) is Color.BLUE, hash(Color.RED) == hash(Color.RED), dir(Color.RED)[-1] != '', Color.RED.__class__.__name__)
