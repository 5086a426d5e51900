# Weak references without callback are made once per object.
import weakref, gc
class C: pass
c = C()
r = weakref.ref(c)
print(weakref.ref(c) is r, weakref.ref(c, print) is r, weakref.proxy(c) is weakref.proxy(c))
class R(weakref.ref): pass
print(R(c) is R(c), R(c) is r, type(R(c)) is R)
ident = id(r)
del r; gc.collect()
for i in range(100): weakref.ref(C()); weakref.ref(c)
gc.collect()
print(weakref.ref(c)() is c)
