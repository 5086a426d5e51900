# dataclasses.
import dataclasses
from dataclasses import dataclass, field, fields, asdict, astuple, replace, is_dataclass, InitVar, KW_ONLY
from typing import ClassVar


@dataclass
class P:
    x: int
    y: int = 0
    tags: list = field(default_factory=list, repr=False, compare=False)
    total: int = field(init=False)
    shared: ClassVar[int] = 5

    def __post_init__(self):
        self.total = self.x + self.y


p = P(1, 2)
print(p, p == P(1, 2), p == P(2, 1), p.total, [f.name for f in fields(P)], asdict(p), astuple(p), replace(p, x=10), is_dataclass(P), P.__match_args__)
p.tags.append('t')
print(P(1).tags, p.tags)


@dataclass(order=True, frozen=True)
class F:
    a: int
    b: str = 'b'


print(F(1) < F(2), sorted([F(2), F(1, 'z'), F(1)]), hash(F(1)) == hash(F(1)), {F(1): 'k'}[F(1)])
try:
    F(1).a = 2
except dataclasses.FrozenInstanceError as e:
    print(e)


@dataclass
class Base:
    a: int
    b: int = 2


@dataclass
class Derived(Base):
    c: int = 3
    a: str = 'over'


print(Derived(), Derived('x', 1, 0))


@dataclass
class K:
    a: int
    _: KW_ONLY
    b: int = 1
    c: int = field(kw_only=True)


print(K(1, c=5))
try:
    K(1, 2, 3)
except TypeError as e:
    print('TypeError')


@dataclass(slots=True)
class S:
    x: int
    y: int = 1


s = S(1)
print(s, hasattr(s, '__dict__'), S.__slots__)


@dataclass
class I:
    x: int
    scale: InitVar[int] = 2

    def __post_init__(self, scale):
        self.x *= scale


print(I(3), I(3, 5), [f.name for f in fields(I)])


@dataclass(eq=False, repr=False)
class N:
    x: int


print(N(1) == N(1), repr(N(1)).startswith('<__main__.N'))
for bad in ('class A:\n    x: list = []', 'class A:\n    x: int = 1\n    y: int'):
    try:
        exec('@dataclass\n' + bad)
    except (ValueError, TypeError) as e:
        print(type(e).__name__)


@dataclass
class Nested:
    p: P
    items: list[P]
    mapping: dict


n = Nested(P(1), [P(2)], {'k': P(3)})
print(asdict(n)['mapping'], asdict(n)['items'], astuple(n)[0])
M = dataclasses.make_dataclass('M', [('x', int), ('y', int, 5)], namespace={'double': lambda self: self.x * 2})
print(M(1), M(2).double())


@dataclass(unsafe_hash=True)
class H:
    x: int
    skip: int = field(default=0, hash=False)


print(hash(H(1, 2)) == hash(H(1, 3)))
print(field(default=1).default, dataclasses.MISSING is not None, P.__eq__(p, 5))
