# ABCs, virtual subclasses, __instancecheck__, __subclasshook__, numbers of protocol dunders at once.
from abc import ABC, ABCMeta, abstractmethod, abstractproperty


class Shape(ABC):
    @abstractmethod
    def area(self): ...

    @property
    @abstractmethod
    def name(self): ...

    @classmethod
    @abstractmethod
    def make(cls): ...

    @staticmethod
    @abstractmethod
    def info(): ...

    def describe(self):
        return f'{self.name}: {self.area()}'


print(sorted(Shape.__abstractmethods__))


class Half(Shape):
    def area(self):
        return 1


class Square(Shape):
    name = 'square'

    def __init__(self, a):
        self.a = a

    def area(self):
        return self.a ** 2

    @classmethod
    def make(cls):
        return cls(2)

    @staticmethod
    def info():
        return 'info'


for cls in (Shape, Half):
    try:
        cls()
    except TypeError as e:
        print(type(e).__name__, "abstract" in str(e), cls.__name__ in str(e))
print(Square.make().describe(), Square.info(), isinstance(Square(1), Shape), issubclass(Half, Shape))


@Shape.register
class Virtual:
    pass


print(issubclass(Virtual, Shape), isinstance(Virtual(), Shape), Virtual in Shape.__subclasses__(), Shape in Virtual.__mro__)
try:
    Virtual.register(int)
except AttributeError as e:
    print(e)


class HasClose(metaclass=ABCMeta):
    @classmethod
    def __subclasshook__(cls, other):
        if cls is HasClose:
            return any('close' in b.__dict__ for b in other.__mro__)
        return NotImplemented


class Closer:
    def close(self): ...


print(issubclass(Closer, HasClose), issubclass(int, HasClose), isinstance(open(__file__), HasClose))


class Meta(type):
    def __instancecheck__(cls, inst):
        print('instancecheck')
        return 'truthy'

    def __subclasscheck__(cls, sub):
        print('subclasscheck')
        return 0


class M(metaclass=Meta):
    pass


print(isinstance(5, M), issubclass(int, M), isinstance(M(), M))
for bad in (lambda: isinstance(1, 5), lambda: issubclass(1, int), lambda: isinstance(1, (int, 'x')), lambda: isinstance(1.5, (int, 'x')), lambda: issubclass(int, (str, 5))):
    try:
        print(bad())
    except TypeError as e:
        print(e)
print(isinstance(1, ()), isinstance(1, ((), (str, (int,)))), isinstance(True, (int, str)), isinstance([], list | None), isinstance(None, int | None))


class Fake:
    @property
    def __class__(self):
        return int


print(isinstance(Fake(), int), type(Fake()).__name__, isinstance(Fake(), Fake))


class Everything:
    def __init__(self):
        self.d = {}

    def __enter__(self): return self
    def __exit__(self, *a): self.d['exit'] = a[0]
    def __iter__(self): return iter(self.d)
    def __len__(self): return len(self.d)
    def __getitem__(self, k): return self.d[k]
    def __setitem__(self, k, v): self.d[k] = v
    def __delitem__(self, k): del self.d[k]
    def __contains__(self, k): return k in self.d
    def __call__(self, *a): return a
    def __bool__(self): return True
    def __int__(self): return 7
    def __reversed__(self): return reversed(list(self.d))


with Everything() as e:
    e['a'] = 1
    e['b'] = 2
    del e['a']
print(len(e), list(e), 'b' in e, e(1, 2), bool(e), int(e), list(reversed(e)), e['exit'])
print(callable(e), callable(Everything), hasattr(e, '__iter__'), isinstance(e, __import__('collections.abc').abc.Sized))


class Late(Shape):
    pass


Late.area = Late.name = Late.make = Late.info = lambda *a: 'late'
try:
    Late()
except TypeError:
    print('abstract methods are fixed at class creation')
import abc
abc.update_abstractmethods(Late)
print(Late().area())
