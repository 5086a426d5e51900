# weakref: references, proxies, callbacks, containers, finalize; with gc.collect().
import gc
import weakref


class C:
    def __init__(self, v=0):
        self.v = v

    def m(self):
        return self.v

    def __repr__(self):
        return f'C({self.v})'


c = C(1)
r = weakref.ref(c)
print(r() is c, r == weakref.ref(c), r is weakref.ref(c), hash(r) == hash(c), weakref.getweakrefcount(c))
log = []
r2 = weakref.ref(c, lambda ref: log.append(('dead', ref() is None, ref is r2)))
p = weakref.proxy(c)
print(p.v, p.m(), type(p).__name__, bool(p))
p.v = 5
print(c.v)
del c
gc.collect()
print(r(), r2(), log, r == r2, repr(r).startswith('<weakref at 0x'), repr(r).endswith('; dead>'))
try:
    p.v
except ReferenceError as e:
    print(e)
for bad in (5, 'x', (), [], {}, None, object()):
    try:
        weakref.ref(bad)
        print('ok', bad)
    except TypeError as e:
        print(e)
d = weakref.WeakValueDictionary()
keep = C(2)
d['keep'] = keep
d['drop'] = C(3)
gc.collect()
print(sorted(d), len(d), d.get('drop'), d['keep'])
k = weakref.WeakKeyDictionary()
k[keep] = 'value'
k[C(9)] = 'gone'
gc.collect()
print(len(k), k[keep], list(k))
s = weakref.WeakSet([keep, C(4)])
gc.collect()
print(len(s), keep in s)
del keep
gc.collect()
print(len(d), len(k), len(s))
x = C(7)
f = weakref.finalize(x, lambda *a: log.append(a), 'finalized', 7)
print(f.alive)
del x
gc.collect()
print(f.alive, log[-1], f())
x = C(8)
wm = weakref.WeakMethod(x.m)
print(wm()())
del x
gc.collect()
print(wm())


class Sub(weakref.ref):
    __slots__ = ('extra',)

    def __new__(cls, ob, cb=None, extra=None):
        self = super().__new__(cls, ob, cb)
        self.extra = extra
        return self

    def __init__(self, ob, cb=None, extra=None):
        super().__init__(ob, cb)


c = C(10)
sub = Sub(c, None, 'extra data')
print(sub() is c, sub.extra, isinstance(sub, weakref.ref))


def func():
    pass


print(weakref.ref(func)() is func, weakref.ref(C)() is C, weakref.ref({1}.__class__)() is set, weakref.ref(set())() is None or True)
g = (i for i in [1])
rg = weakref.ref(g)
print(rg() is g)
del g
gc.collect()
print(rg())


class Cycle:
    def __init__(self):
        self.me = self


cy = Cycle()
rc = weakref.ref(cy)
del cy
gc.collect()
print(rc())


def raising(ref):
    raise ValueError


order = []
a, b = C('a'), C('b')
ra = weakref.ref(a, lambda _: order.append('first'))
rb = weakref.ref(a, lambda _: order.append('second'))
del a
gc.collect()
print(sorted(order))
