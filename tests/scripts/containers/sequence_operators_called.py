# golden: 3.14
# The methods behind + and * of sequences, called directly and through the operators.
import array
import collections


def show(f, *args):
    try:
        print(f(*args))
    except Exception as e:
        print(type(e).__name__ + ":", e)


sequences = [1], (1,), "a", b"a", bytearray(b"a"), array.array("b", b"a"), collections.deque([1])
for s in sequences:
    for other in "z", 1.5, None, 2**100:
        show(s.__mul__, other)
        show(s.__rmul__, other)
        show(lambda: s * other)
        show(lambda: other * s)
show(b"".__add__, "z")
show(bytearray().__add__, 1)


class Reflected:
    def __rmul__(self, other):
        return "reflected"

    __radd__ = __rmul__

    def __index__(self):
        print("not asked")
        return 2


for s in sequences:
    show(lambda: s * Reflected())
    show(lambda: s + Reflected())

b = b"same"
print(b * 1 is b, bytearray(b"x") * 1)

# What runs while a bytearray is searched cannot resize it.
class Evil:
    def __init__(self, target):
        self.target = target

    def __index__(self):
        self.target.clear()
        return 65


for name in "find", "rindex", "count":
    ba = bytearray(b"ABC")
    show(getattr(ba, name), Evil(ba))
ba = bytearray(b"ABC")
show(lambda: Evil(ba) in ba)
view = memoryview(b"abcdef")


class Releases:
    def __index__(self):
        view.release()
        return 4


print(bytes(view[: Releases()]))
