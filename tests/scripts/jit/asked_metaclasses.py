# env: SKEIN_JIT=on
# env: SKEIN_JIT_THRESHOLD=20
# env: SKEIN_JIT_EXIT_THRESHOLD=2
# `isinstance` in hot loops where the metaclass answers in Python: of many classes, with answers that change or raise.
import abc
import collections.abc


class Asking(type):
    asked = 0

    def __instancecheck__(cls, x):
        Asking.asked += 1
        if cls.__name__ == 'Raises' and x == 30:
            raise KeyError(x)
        return cls.wanted(x)


class Even(metaclass=Asking):
    wanted = staticmethod(lambda x: isinstance(x, int) and x % 2 == 0)


class Text(metaclass=Asking):
    # Not a bool: only its truth counts.
    wanted = staticmethod(lambda x: x if isinstance(x, str) else '')


class Raises(metaclass=Asking):
    wanted = staticmethod(lambda x: [])


def count(classes, objects, turns):
    found = {}
    for _ in range(turns):
        for c in classes:
            for o in objects:
                try:
                    if isinstance(o, c) is True:
                        found[c.__name__] = found.get(c.__name__, 0) + 1
                except KeyError as e:
                    found['error'] = found.get('error', 0) + e.args[0]
    return found


# An object of the very class is not asked about.
objects = [1, 2, 30, 'x', '', None, Even(), Text(), 2.0]
print(count([Even, Text, Raises], objects, 100))
print(Asking.asked)


class Duck(abc.ABC):
    @classmethod
    def __subclasshook__(cls, other):
        return hasattr(other, 'quack') or NotImplemented


class Loud:
    quack = 1


class Quiet:
    pass


class Late:
    pass


class Posing:
    @property
    def __class__(self):
        return Loud


def ducks(n):
    out = []
    total = 0
    animals = [Loud(), Quiet(), Late(), 5, Posing()]
    for i in range(n):
        for a in animals:
            for c in Duck, collections.abc.Sized, collections.abc.Mapping:
                if isinstance(a, c):
                    total += 1
        if i == n // 2:
            Duck.register(Late)
        if i % 50 == 49:
            out.append(total)
            total = 0
    return out


print(ducks(300))


def change(n):
    seen = []
    for i in range(n):
        if i == n // 2:
            Asking.__instancecheck__ = lambda cls, x: x is None
        if i == n * 3 // 4:
            del Asking.__instancecheck__
        row = [isinstance(x, c) for c in (Even, Text) for x in (2, 'a', None)]
        if not seen or seen[-1][1] != row:
            seen.append((i, row))
    return seen


print(change(200))


def deep(n):
    class Deep(type):
        def __instancecheck__(cls, x):
            return isinstance(x, cls)

    class D(metaclass=Deep):
        pass

    try:
        return isinstance(n, D)
    except RecursionError:
        return 'too deep'


print([deep(1) for _ in range(3)])
