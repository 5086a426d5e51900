# __del__: called once, resurrection, order with weakrefs, errors, cycles.
import gc
import weakref
log = []


class D:
    def __init__(self, name):
        self.name = name

    def __del__(self):
        log.append(self.name)


d = D('one')
del d
gc.collect()
print(log)
log.clear()
a, b = D('a'), D('b')
a.other, b.other = b, a
del a, b
gc.collect()
print(sorted(log))
log.clear()
saved = []


class Phoenix:
    def __del__(self):
        log.append('del')
        saved.append(self)


p = Phoenix()
del p
gc.collect()
print(log, len(saved))
saved.clear()
gc.collect()
print(log, len(saved))
log.clear()


class WithRef:
    def __del__(self):
        log.append(('del', ref() is not None))


w = WithRef()
ref = weakref.ref(w, lambda r: log.append('callback'))
del w
gc.collect()
print(log, ref() is None)
log.clear()


def local():
    x = D('local')
    return x.name


print(local())
gc.collect()
print(log)
log.clear()


def generator():
    try:
        yield 1
    finally:
        log.append('generator finalised')


g = generator()
next(g)
del g
gc.collect()
print(log)
log.clear()


class Sub(D):
    def __del__(self):
        super().__del__()
        log.append('sub')


s = Sub('base')
s = None
gc.collect()
print(log)
log.clear()
items = [D(i) for i in range(5)]
items.clear()
gc.collect()
print(sorted(log))
log.clear()


class Late:
    pass


Late.__del__ = lambda self: log.append('added later')
x = Late()
del x
gc.collect()
print(log)
log.clear()


class InInit:
    def __init__(self):
        raise ValueError('in init')

    def __del__(self):
        log.append('del after failed init')


try:
    InInit()
except ValueError:
    pass
gc.collect()
print(log)
log.clear()
d = D('rebound')
d = D('second')
gc.collect()
print(log)
container = {'k': D('in dict')}
container['k'] = None
gc.collect()
print(log[-1])


class Slots:
    __slots__ = ('x',)

    def __del__(self):
        log.append('slots')


s = Slots()
s.x = s
del s
gc.collect()
print(log[-1])
