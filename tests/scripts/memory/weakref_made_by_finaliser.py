# A weak reference that a dying object holds loses its target although it was unreachable itself for a while.
import gc
import weakref


class Late:
    __slots__ = ('ref',)

    def __del__(self):
        global seen
        seen = self.ref()


class Cycle(tuple):
    def __del__(self):
        global late
        self[1].ref = weakref.ref(self[0])
        del late


class Target:
    pass


seen = 'nothing'
late = Late()
target = Target()
target.cycle = Cycle((target, late))
del target
gc.collect()
gc.collect()
junk = [[i] for i in range(1000)]
print(type(seen).__name__ in ('Target', 'NoneType'), len(repr(seen)) > 0)
