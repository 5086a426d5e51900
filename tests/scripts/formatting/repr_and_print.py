# repr of everything, print's arguments, recursive containers.
import sys
print('a', 1, None, sep=', ', end='!\n')
print()
print('no newline', end='')
print('', 'x', sep='-')
print(*range(3), sep='')
print('to stdout', file=sys.stdout, flush=True)
for f in (lambda: print(sep=5), lambda: print(end=5), lambda: print(nothing=1)):
    try:
        f()
    except TypeError as e:
        print(type(e).__name__)


class Out:
    def __init__(self):
        self.parts = []

    def write(self, text):
        self.parts.append(text)


o = Out()
print('a', 'b', file=o)
print(o.parts)
a = [1]
a.append(a)
d = {'d': 1}
d['self'] = d
t = ([],)
t[0].append(t)
s = [a, d]
print(a, d, t, s)


class R(list):
    pass


r = R([1])
r.append(r)
print(r)


def func():
    pass


class C:
    def m(self):
        pass

    @property
    def p(self):
        pass


print(C, type(C()).__name__, func.__name__, repr(func).startswith('<function func at 0x'), repr(C().m).startswith('<bound method C.m of <__main__.C object at 0x'), repr(C()).startswith('<__main__.C object at 0x'))
print(len, [].append.__name__, repr([].append).startswith('<built-in method append of list object at 0x'), str.upper, int.__add__, (5).__add__.__name__, type, int, type(None), type(...), type(NotImplemented))
print(repr(lambda: 0).startswith('<function <lambda> at 0x'), repr(iter([])).startswith('<list_iterator object at'), repr(x for x in '').startswith('<generator object <genexpr> at 0x'), sys, repr(print))
print(Ellipsis, NotImplemented, None, True, {1: {2: {3: []}}}, (1,), (), [()], {(): []}, {'a': (1, [2, {3}])}, slice(1, 2), range(5), range(0, 5, 2), b'b', bytearray(b'x'))
print(repr(type('X', (), {})), type('Y', (), {'__module__': 'mod'}), C.m.__qualname__, repr(C.p)[:18], repr(staticmethod(func))[:14], repr(classmethod(func))[:13])
print(map.__name__, repr(map(abs, []))[:12], repr(zip())[:12], repr(enumerate([]))[:18], repr(reversed([]))[:28], repr({}.keys()), repr({1: 2}.items()), repr(memoryview(b''))[:11], repr(object())[:14])
print(ValueError('x'), repr(ValueError('x')), repr(ValueError('x', 1)), repr(ValueError()), str(KeyError('k')), repr(KeyError('k')), str(ValueError(1, 2)), str(OSError(2, 'No such file', 'name')), repr(OSError(2, 'msg')), repr(StopIteration(5)))


class E(Exception):
    pass


print(repr(E('a', 2)), str(E()), repr(E()), str(E(E('inner'))))


class Meta(type):
    def __repr__(cls):
        return 'MetaRepr'


class M(metaclass=Meta):
    pass


print(M, [M], f'{M}', repr(M()).split(' at ')[0])


class BadRepr:
    def __repr__(self):
        raise ValueError('no repr')


try:
    print([1, BadRepr()])
except ValueError as e:
    print(e)
print(ascii(['é', 1]), repr('é'), repr("a'b"), repr('a"b\'c'), repr(b"a'b"), ascii('\U0001F600\x00\xff'))
deep = []
for _ in range(50):
    deep = [deep]
print(str(deep).count('['))
import types
print(types.SimpleNamespace(a=1, b='x'), types.MappingProxyType({'k': 1}), types.ModuleType('m'), type(types.SimpleNamespace).__name__, types.SimpleNamespace(a=1) == types.SimpleNamespace(a=1))
print(list[int], dict[str, list[int]], int | str, int | None, tuple[int, ...], type[int], list[int] == list[int], (int | str) == (str | int), list[int].__origin__, list[int].__args__, list['X'])
