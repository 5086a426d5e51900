# The descriptor protocol and its precedence.
class Data:
    def __init__(self, label):
        self.label = label

    def __get__(self, obj, owner=None):
        return self.label, 'get', obj is not None, owner.__name__ if owner else None

    def __set__(self, obj, value):
        obj.__dict__['stored'] = value

    def __delete__(self, obj):
        print('delete')


class NonData:
    def __get__(self, obj, owner=None):
        return 'non-data', obj is not None


class SetOnly:
    def __set__(self, obj, value):
        print('set', value)


class C:
    data = Data('d')
    non = NonData()
    set_only = SetOnly()


c = C()
print(c.data, C.data)
c.data = 5
c.__dict__['data'] = 'in dict'
print(c.data, c.stored)
del c.data
print(c.non, C.non)
c.non = 'instance'
print(c.non)
del c.non
print(c.non)
print(type(c.set_only).__name__)
c.set_only = 1
c.__dict__['set_only'] = 'from dict'
print(c.set_only)


class Named:
    def __set_name__(self, owner, name):
        print('set_name', owner.__name__, name)
        self.name = name

    def __get__(self, obj, owner):
        if obj is None:
            return self
        return obj.__dict__.get(self.name, 'unset')

    def __set__(self, obj, value):
        if value < 0:
            raise ValueError(f'{self.name} must not be negative')
        obj.__dict__[self.name] = value


class Account:
    balance = Named()
    limit = Named()


a = Account()
print(a.balance)
a.balance = 10
print(a.balance, a.__dict__)
try:
    a.limit = -1
except ValueError as e:
    print(e)


class Prop:
    def __init__(self):
        self._x = 1

    @property
    def x(self):
        """The x."""
        return self._x

    @x.setter
    def x(self, value):
        self._x = value

    @property
    def read_only(self):
        return 'ro'

    y = property(fset=lambda self, v: print('y =', v), doc='write only')


p = Prop()
p.x += 5
print(p.x, Prop.x.__doc__, Prop.y.__doc__, Prop.x.fget.__name__)
for action in (lambda: setattr(p, 'read_only', 1), lambda: delattr(p, 'x'), lambda: p.y, lambda: delattr(p, 'read_only')):
    try:
        action()
    except AttributeError as e:
        print(e)
p.y = 3


class Sub(Prop):
    @Prop.x.getter
    def x(self):
        return 'sub', self._x


s = Sub()
s.x = 4
print(s.x, Prop().x)


def func(self):
    return self


bound = func.__get__(42)
print(bound(), bound.__self__, func.__get__(None, int) is func)
print(classmethod(func).__get__(None, int)(), staticmethod(func).__get__(None, int)(7))


class Lazy:
    def __init__(self, f):
        self.f = f

    def __get__(self, obj, owner):
        value = obj.__dict__[self.f.__name__] = self.f(obj)
        return value


class L:
    @Lazy
    def value(self):
        print('computed')
        return 99


lazy = L()
print(lazy.value, lazy.value)


class Raises:
    @property
    def bad(self):
        raise AttributeError('inner')

    def __getattr__(self, name):
        return 'fallback ' + name


print(Raises().bad, Raises().other)
C.data = 'replaced'
print(C.data)
del c.__dict__['data']
print(c.data)
print(type(C.__dict__['non']).__name__, type(Prop.__dict__['x']).__name__)
