# Builtin types without keywords leave them to the `__init__` of a subclass.
import itertools

MADE = [
    (list, ([1],)), (tuple, ([1],)), (set, ([1],)), (frozenset, ([1],)), (map, (len, ['a'])), (filter, (None, [1])),
    (itertools.chain, ([1],)), (itertools.cycle, ([1],)), (itertools.filterfalse, (None, [0])),
    (itertools.islice, ([1], 1)), (itertools.starmap, (len, ['a'])), (itertools.takewhile, (bool, [1])),
    (itertools.dropwhile, (bool, [0, 1])), (itertools.pairwise, ([1, 2],)),
]
for base, args in MADE:

    class WithInit(base):
        def __init__(self, *args, newarg=None):
            self.newarg = newarg

    class WithNew(base):
        def __new__(cls, *args, newarg=None):
            self = base.__new__(cls, *args)
            self.newarg = newarg
            return self

        def __init__(self, *args, newarg=None):
            pass

    class Plain(base):
        pass

    print(base.__name__, WithInit(*args, newarg=3).newarg, WithNew(*args, newarg=4).newarg, end=' ')
    try:
        Plain(*args, newarg=5)
        print('accepted')
    except TypeError:
        print('refused')


class Meta(type):
    def mro(cls):
        print('mro sees', cls.__dict__['f']().__name__)
        return super().mro()


class Cell(metaclass=Meta):
    def f():
        return __class__
