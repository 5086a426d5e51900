# typing module: generics, protocols, TypedDict, NamedTuple, overloads, get_type_hints.
import typing
from typing import Any, Callable, ClassVar, Generic, NamedTuple, Optional, Protocol, TypedDict, TypeVar, Union, runtime_checkable

T = TypeVar('T')
K = TypeVar('K', bound=int)


class Stack(Generic[T]):
    def __init__(self):
        self.items: list[T] = []

    def push(self, item: T) -> None:
        self.items.append(item)


s = Stack[int]()
s.push(1)
print(s.items, Stack[int].__origin__ is Stack, Stack[int].__args__, Stack.__parameters__, s.__orig_class__)
print(T, K.__bound__, T.__name__, list[T][int], dict[str, T].__parameters__)


class Named(NamedTuple):
    x: int
    y: str = 'default'

    def method(self):
        return self.x * 2


n = Named(1)
print(n, n.method(), Named._fields, Named._field_defaults, n == (1, 'default'))


class Movie(TypedDict, total=False):
    title: str
    year: int


m = Movie(title='x', year=1)
print(m, type(m), Movie.__total__, sorted(Movie.__optional_keys__))


@runtime_checkable
class HasLen(Protocol):
    def __len__(self) -> int: ...


print(isinstance([], HasLen), isinstance(5, HasLen), issubclass(str, HasLen))


class P(Protocol):
    x: int

    def m(self) -> int: ...


try:
    P()
except TypeError as e:
    print(type(e).__name__)


class Impl(P):
    x = 1

    def m(self):
        return 5


print(Impl().m())
print(Optional[int] == Union[int, None], Union[int, str, int] == Union[int, str], Union[int], typing.get_origin(list[int]), typing.get_args(dict[str, int]), typing.get_origin(Callable[[int], str]).__name__)
print(typing.get_type_hints(Stack.push), typing.get_type_hints(Named), typing.cast(int, 'x'), typing.Any is Any)


def hints(a: 'int', b: Optional['str'] = None) -> 'list[int]':
    pass


h = typing.get_type_hints(hints)
print(h['a'], h['return'], sorted(h))


class WithClassVar:
    shared: ClassVar[int] = 1
    own: int = 2


print(sorted(typing.get_type_hints(WithClassVar)))


@typing.overload
def over(x: int) -> int: ...
@typing.overload
def over(x: str) -> str: ...
def over(x):
    return x


print(over(5), len(typing.get_overloads(over)))


@typing.final
class Final:
    pass


print(Final.__final__, typing.NewType('UserId', int)(5), typing.TYPE_CHECKING, typing.no_type_check(lambda: 1)())
print(list[int] | None, int | str | int, isinstance(5, int | str), issubclass(bool, int | str), (int | None).__args__, type(int | str).__name__ != '')
try:
    isinstance([], list[int])
except TypeError as e:
    print(e)
try:
    int[str]
except TypeError as e:
    print(e)
print(list[int]([1, 2]), type(list[int]()), tuple[()].__args__, tuple[int, ...].__args__, dict[str, int] == dict[str, int], hash(list[int]) == hash(list[int]), list[int].append is not None)


class Base:
    def __class_getitem__(cls, item):
        return f'{cls.__name__}[{item.__name__}]'


print(Base[int], typing.Literal['a', 1].__args__, typing.Annotated[int, 'meta'].__metadata__)
