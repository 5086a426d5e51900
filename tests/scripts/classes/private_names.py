# Name mangling.
class A:
    __secret = 'A secret'
    __dunder__ = 'kept'
    _single = 'single'

    def __init__(self):
        self.__value = 1

    def get(self):
        return self.__value, self.__secret, __class__.__name__

    def __method(self):
        return 'private method'

    def call(self):
        return self.__method()

    def local(self, __arg=5):
        __var = __arg + 1
        return sorted(locals())


class B(A):
    __secret = 'B secret'

    def __init__(self):
        super().__init__()
        self.__value = 2

    def get_b(self):
        return self.__value, self.__secret


b = B()
print(b.get(), b.get_b(), b.call(), b.__dunder__)
print(sorted(b.__dict__), b._A__value, B._B__secret)
print(b.local())
try:
    b.__value
except AttributeError as e:
    print(e)


class _Lead:
    def f(self):
        self.__x = 1
        return list(self.__dict__)


class __Both:
    def f(self):
        self.__x = 1
        return list(self.__dict__)


class ___:
    def f(self):
        self.__x = 1
        return list(self.__dict__)


print(_Lead().f(), __Both().f(), ___().f())
_C__outside = 'mangled global'


class C:
    def f(self):
        return __outside

    def g(self):
        import os.path as __p
        return 'p' in str(__p)

    def h(self, **kw):
        return kw

    def i(self):
        return self.h(__k=1)

    def j(self):
        def __inner():
            return 'inner'
        return __inner()

    class __D:
        pass


print(C().f(), C().g(), C().i(), C().j(), '_C__D' in vars(C))
print(getattr(C, '_C__D').__name__, getattr(C, '_C__D').__qualname__)
