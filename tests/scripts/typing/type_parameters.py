# golden: 3.14
# PEP 695 and 696: type parameters, aliases, lazy bounds, defaults, scopes.
def first[T](items: list[T]) -> T:
    return items[0]


print(first([1, 2]), first.__type_params__, first.__type_params__[0].__name__)


class Box[T, *Ts, **P]:
    def __init__(self, value):
        self.value = value

    def map[U](self, f) -> 'Box[U]':
        return Box(f(self.value))

    def params(self):
        return T, Ts, P


print(Box.__type_params__, Box(5).map(str).value, Box.map.__type_params__, Box(1).params() == Box.__type_params__)
print(Box.__parameters__, Box[int, str, [int]].__origin__ is Box)


class Bounded[T: int, U: (int, str) = str]:
    pass


t, u = Bounded.__type_params__
print(t.__bound__, u.__constraints__, u.__default__, t.has_default(), u.has_default())
type Pair[A] = tuple[A, A]
print(Pair, type(Pair).__name__, Pair.__value__, Pair[int], Pair[int].__args__, Pair.__type_params__, Pair.__name__)
type Json = dict[str, Json] | list[Json] | str | None
print(Json.__value__)
type Lazy = undefined_name
try:
    Lazy.__value__
except NameError as e:
    print(e)
undefined_name = int
print(Lazy.__value__)


class Outer[T]:
    class Inner[U]:
        def f(self):
            return T, U

    x = T
    items = [T for _ in range(2)]


print(Outer.Inner().f(), Outer.x is Outer.__type_params__[0], Outer.items)


def scope[T](x: T = 'default'):
    T2 = T
    return T2.__name__


print(scope())
try:
    T
except NameError as e:
    print(e)


class Bound[T: later]:
    pass


try:
    Bound.__type_params__[0].__bound__
except NameError as e:
    print(e)
later = str
print(Bound.__type_params__[0].__bound__)
for source in ('def f[T, T](): pass', 'class C[T=int, U]: pass', 'type X[T] = (yield)', 'def f[T: (y := 1)](): pass', 'class A[T]:\n  nonlocal T', 'def f[*Ts: int](): pass'):
    try:
        compile(source, 's', 'exec')
    except SyntaxError as e:
        print(type(e).__name__)
type = 5
print(type)
async def gen[T](x: T):
    yield x
print(gen.__type_params__[0].__name__)
lam = (lambda: [T for T in 'ab'])()
print(lam)
