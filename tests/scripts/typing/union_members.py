# golden: 3.14
# Members of a union are compared like those of a set: by hash first. Unpacked aliases can be copied and pickled.
import copy
import pickle
import typing


class BadEq(type):
    def __eq__(cls, other):
        return 1 / 0

    __hash__ = type.__hash__


class Unhashable(type):
    __hash__ = None


A = BadEq('A', (), {})
print((int | A).__args__, (A | A).__args__ if hasattr(A | A, '__args__') else 'one')
U, V = Unhashable('U', (), {}), Unhashable('V', (), {})
print((U | V | U).__args__, (list[int] | list[int] | list[str]))
print(typing.Union[int, 'x', int], typing.Union[str, typing.Union[int, str]])
(star,) = tuple[int, str]
for alias in (star, next(iter(list[int]))):
    print(copy.copy(alias) == alias, copy.deepcopy(alias) == alias, pickle.loads(pickle.dumps(alias)) == alias)
it = iter(tuple[int])
print(it.__reduce__())
next(it)
print(it.__reduce__())
