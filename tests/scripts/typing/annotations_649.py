# golden: 3.14
# PEP 649/749: annotations are evaluated when asked for.
import annotationlib


def f(a: later, b: int = 5, *args: str, k: 'text', **kw: list[int]) -> undefined:
    x: never_evaluated = 1
    return x


print(f(1, k=0))
try:
    f.__annotations__
except NameError as e:
    print(e)
later = float
undefined = None
print(f.__annotations__)
print(f.__annotations__ is f.__annotations__)


class C:
    x: int = 1
    y: Missing
    z: 'string annotation'
    if True:
        cond: bool

    def m(self) -> C:
        pass


try:
    C.__annotations__
except NameError as e:
    print(e)
Missing = str
print(C.__annotations__, C.m.__annotations__)


class D(C):
    pass


print(D.__annotations__)


class Node:
    next: Node | None


print(Node.__annotations__)
g = lambda x: x
print(g.__annotations__, g.__annotate__)
print(annotationlib.get_annotations(f, format=annotationlib.Format.STRING))


def h(x: unknown1, y: list[unknown2]):
    pass


print(annotationlib.get_annotations(h, format=annotationlib.Format.STRING))
forward = annotationlib.get_annotations(h, format=annotationlib.Format.FORWARDREF)
print(type(forward['x']).__name__, forward['x'].__forward_arg__)
print(callable(f.__annotate__), f.__annotate__(1)['b'])
try:
    f.__annotate__(99)
except NotImplementedError:
    print('NotImplementedError')
f.__annotations__ = {'set': 1}
print(f.__annotations__, f.__annotate__)
module_level: print('not evaluated') = 1
print(module_level)


def deleted(x: int):
    pass


del deleted.__annotations__
print(deleted.__annotations__)


class Meta(type):
    attr: int


class WithMeta(metaclass=Meta):
    pass


print(WithMeta.__annotations__, Meta.__annotations__)


def closure():
    local = 'closed over'

    def inner(x: local):
        pass
    local = 'changed'
    return inner


print(closure().__annotations__)


class Scope:
    name = 'class scope'

    def m(self, x: name):
        pass


print(Scope.m.__annotations__)
