# Errors in __del__ and weakref callbacks go to sys.unraisablehook and do not stop the program.
import gc
import sys
import weakref
caught = []
sys.unraisablehook = lambda info: caught.append((info.exc_type.__name__, str(info.exc_value)))


class D:
    def __del__(self):
        raise ValueError('in del')


d = D()
del d
gc.collect()
print(caught)
caught.clear()


class C:
    pass


def callback(ref):
    raise KeyError('in callback')


c = C()
r = weakref.ref(c, callback)
del c
gc.collect()
print(caught, r())
caught.clear()


def gen():
    try:
        yield
    finally:
        raise RuntimeError('in generator close')


g = gen()
next(g)
del g
gc.collect()
print(caught)
caught.clear()


class BadHook:
    def __del__(self):
        raise TypeError('first')


items = [BadHook() for _ in range(3)]
del items
gc.collect()
print(len(caught))
sys.unraisablehook = sys.__unraisablehook__
print('still running')
