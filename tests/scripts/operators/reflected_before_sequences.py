# Reflected arithmetic comes before concatenation and repetition; endless __repr__ is an error.
class R:
    def __radd__(self, other):
        return 'radd'

    def __rmul__(self, other):
        return 'rmul'

    def __index__(self):
        return 2


print([1] + R(), 'a' + R(), (1,) + R(), [1] * R(), 'a' * R(), (1,) * R(), b'a' * R())
a = [1]
a += R()
b = [1]
b *= R()
print(a, b)


class Endless:
    pass


Endless.__repr__ = Endless.__str__
try:
    repr(Endless())
except RecursionError:
    print('too deep')


class C:
    functions = [lambda: __class__ for _ in 'a']


print(C.functions[0].__name__)
