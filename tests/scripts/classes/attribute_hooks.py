# __getattr__, __getattribute__, __setattr__, __delattr__, __dir__.
class G:
    present = 'class attribute'

    def __getattr__(self, name):
        if name == 'missing':
            raise AttributeError('no ' + name)
        return 'made ' + name


g = G()
print(g.present, g.other, hasattr(g, 'missing'), getattr(g, 'missing', 'default'))
g.other = 'set'
print(g.other)
try:
    g.missing
except AttributeError as e:
    print(e)


class All:
    def __init__(self):
        self.x = 1

    def __getattribute__(self, name):
        if name.startswith('__'):
            return object.__getattribute__(self, name)
        return 'intercepted', name

    def method(self):
        return 'method'


a = All()
print(a.x, a.method, object.__getattribute__(a, 'x'), All.method(a))


class Both:
    def __getattribute__(self, name):
        if name == 'fallback':
            raise AttributeError(name)
        return object.__getattribute__(self, name)

    def __getattr__(self, name):
        return 'from getattr', name


b = Both()
b.real = 1
print(b.real, b.fallback, b.unknown)


class Log:
    def __setattr__(self, name, value):
        print('set', name, value)
        object.__setattr__(self, name, value)

    def __delattr__(self, name):
        print('del', name)
        super().__delattr__(name)


log = Log()
log.a = 1
log.a += 1
del log.a
try:
    del log.a
except AttributeError as e:
    print(type(e).__name__)


class Frozen:
    __slots__ = ('v',)

    def __init__(self, v):
        object.__setattr__(self, 'v', v)

    def __setattr__(self, name, value):
        raise TypeError('frozen')


f = Frozen(3)
try:
    f.v = 4
except TypeError as e:
    print(e, f.v)


class Dir:
    def __dir__(self):
        return ['z', 'a', 'm']


print(dir(Dir()))


class Meta(type):
    def __getattr__(cls, name):
        return cls.__name__ + '.' + name

    def __setattr__(cls, name, value):
        print('meta set', name)
        super().__setattr__(name, value)

    @property
    def upper(cls):
        return cls.__name__.upper()


class WithMeta(metaclass=Meta):
    known = 1


print(WithMeta.known, WithMeta.unknown, WithMeta.upper)
WithMeta.fresh = 5
print(WithMeta.fresh, hasattr(WithMeta(), 'upper'))


class Special:
    pass


s = Special()
s.__len__ = lambda: 5
try:
    len(s)
except TypeError as e:
    print(e)
Special.__len__ = lambda self: 7
print(len(s), s.__len__())


class Proxy:
    def __init__(self, target):
        self._target = target

    def __getattr__(self, name):
        return getattr(self._target, name)


p = Proxy([3, 1, 2])
p.sort()
print(p._target, p.index(2))


class Chain:
    def __init__(self, path=''):
        self.path = path

    def __getattr__(self, name):
        return Chain(self.path + '/' + name)

    def __call__(self, *args):
        return self.path, args


print(Chain().users.list(5))


class Recursive:
    def __getattr__(self, name):
        return self.name


try:
    Recursive().x
except RecursionError:
    print('RecursionError')
