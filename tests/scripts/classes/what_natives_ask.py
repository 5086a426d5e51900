# golden: 3.14
# Which overrides of builtin types' subclasses native code asks, and what it refuses of unusual classes and values.
import copy
import types
import typing
import weakref


def show(f, *args, **kwargs):
    try:
        print(f(*args, **kwargs))
    except Exception as e:
        print(type(e).__name__ + ":", e)


class Items(list):
    def __iter__(self):
        print("iter", end=" ")
        return iter([9, 8])

    def __len__(self):
        print("len", end=" ")
        return 7


show(list, Items([1, 2, 3]))
show(sorted, Items([1, 2, 3]))


class Odd(set):
    def __iter__(self):
        return iter([4])


odd = Odd([1, 2])
print({1}.isdisjoint(odd), {4}.isdisjoint(odd), {1} | odd)
print(odd, set(copy.copy(odd)) == {4})


class Table(dict):
    pass


show(str.maketrans, Table(a="b"))


class Power(int):
    def __rpow__(self, other, mod=None):
        return "rpow", other, mod


print(pow(2, Power(3), 5), 2 ** Power(3))
show((1).__pow__)
show((1).__rpow__, 1, 2, 3)

# Names and texts that C could not show.
show(type, "A\udcdc", (), {})
show(type, "A", (), {"__doc__": "\udcdc"})


class Named:
    pass


show(setattr, Named, "__name__", "\udcdc")
Named.__type_params__ = "anything"
print(Named.__type_params__, Named.__name__)


# Classes that are not finished, or whose metaclass leaves them out of their own MRO.
class Meta(type):
    def mro(cls):
        if cls.__mro__ is None and cls.__name__ == "Early":
            show(lambda: type("X", (cls,), {}))
            show(lambda: super(cls, cls).attribute)
        return (object,) if cls.__name__ == "Without" else type.mro(cls)


show(lambda: Meta("Early", (), {}).__name__)
show(lambda: Meta("Without", (), {}))


class A:
    __slots__ = ("a", "b")


class B:
    __slots__ = ("b", "a")


class A1(A):
    __slots__ = ("c",)


class B1(B):
    __slots__ = ("c",)


a = A()
a.__class__ = B
print(type(a).__name__)
show(setattr, A1(), "__class__", B1)


class Namespace(types.SimpleNamespace):
    def __new__(cls, *args, **kwargs):
        return 5 if ready else super().__new__(cls)


ready = False
namespace = Namespace()
ready = True
show(copy.replace, namespace)
show(typing.Union)
print(typing.Union[int, str] | "float", "float" | typing.Union[int, str])
show(compile, "1", "f", "eval", 0xFF)

error = UnicodeEncodeError("codec", "xxxxx", 1, 5, "reason")
for error.start, error.end in (1, 2), (1000, 5), (-3, 5), (4, 900):
    print(error)
error = UnicodeDecodeError("codec", b"xxxxx", 1000, 1001, "reason")
print(error)


class Reference(weakref.ref):
    pass


class Target:
    pass


target = Target()
first, plain, second = Reference(target), weakref.ref(target), Reference(target)
print([r is w for r, w in zip(weakref.getweakrefs(target), (plain, second, first))])


class Attributes(dict):
    def __getattr__(self, name):
        return self[name]


target = Attributes()
print(repr(weakref.ref(target)).split(" at ")[1].split(";")[1])


class Module(types.ModuleType):
    __dict__ = 8


show(dir, Module("m"))
show(lambda: int("1") if b"" else bytearray(b"x").translate(b"1", 1))
