"""Arrays made of and extended by lists and tuples: plain items, items that run code, items that do not fit, sequences that change meanwhile."""
import array


class Index:
    def __init__(self, n, act=None):
        self.n, self.act = n, act

    def __index__(self):
        if self.act:
            self.act()
        return self.n


class Float:
    def __float__(self):
        return 2.5


class L(list):
    def __iter__(self):
        return iter([7, 8])


def shown(code, items):
    try:
        return array.array(code, items)
    except (TypeError, OverflowError, ValueError) as e:
        return type(e).__name__, str(e)


print(shown('B', [1, 2, 255]), shown('B', (0, True, 3)), shown('b', [-128, 127]))
print(shown('B', [1, 256, 2]), shown('b', (-129,)), shown('H', [-1]), shown('i', ['a', 1]))
print(shown('q', [2 ** 62, -2 ** 63]), shown('Q', [2 ** 64 - 1, 5]), shown('q', [2 ** 63])[0])
print(shown('d', [1.5, 2, Float(), 0.0, -0.0, 1e300]), shown('f', (0.1, 3)))
print(shown('i', [1, Index(5), 2, Index(6), 3]), shown('u', ['a', 'b']))

target = array.array('b')
target.extend(L([1, 2]))
print(target)
grown = [1, 2]
grown.append(Index(3, lambda: len(grown) < 4 and grown.append(9)))
target = array.array('i')
target.extend(grown)
print(target, len(grown))
cut = [1, Index(2, lambda: cut.clear()), 3, 4]
target = array.array('i')
target.extend(cut)
print(target, cut)

a = array.array('i', [1])
a.extend([2, 3])
a.extend((4, Index(5)))
view = memoryview(a)
for more in ([], [6], ['x'], (Index(1),)):
    try:
        a.extend(more)
        print('extended', more)
    except (BufferError, TypeError) as e:
        print(type(e).__name__, e)
view.release()
try:
    a.extend([6, 'x', 7])
except TypeError as e:
    print(e)
print(a)
held = array.array('i')
try:
    held.extend([1, 2, Index(3, lambda: globals().update(kept=memoryview(held))), 4])
except BufferError as e:
    print(e)
print(list(held))
