# collections.abc, UserDict, user-made containers.
import collections.abc as cabc
from collections import UserDict, UserList, UserString


class Seq(cabc.Sequence):
    def __init__(self, *items):
        self.items = items

    def __getitem__(self, i):
        return self.items[i]

    def __len__(self):
        return len(self.items)


s = Seq(1, 2, 3, 2)
print(2 in s, s.index(2), s.count(2), list(reversed(s)), list(s), isinstance(s, cabc.Iterable), s.index(2, 2))


class Map(cabc.MutableMapping):
    def __init__(self):
        self.d = {}

    def __getitem__(self, k):
        return self.d[k]

    def __setitem__(self, k, v):
        self.d[k] = v

    def __delitem__(self, k):
        del self.d[k]

    def __iter__(self):
        return iter(self.d)

    def __len__(self):
        return len(self.d)


m = Map()
m['a'] = 1
m.update(b=2)
m.setdefault('c', 3)
print(dict(m), m.get('z', 0), m.pop('a'), 'b' in m, list(m.items()), m == {'b': 2, 'c': 3}, m.keys() & {'b'}, list(m.values()), m.popitem(), m.pop('none', 'default'), len(m))
m.clear()
print(dict(**m), list(m.keys()), {**m})


class Set(cabc.MutableSet):
    def __init__(self, items=()):
        self.l = []
        for i in items:
            self.add(i)

    def __contains__(self, x):
        return x in self.l

    def __iter__(self):
        return iter(self.l)

    def __len__(self):
        return len(self.l)

    def add(self, x):
        if x not in self.l:
            self.l.append(x)

    def discard(self, x):
        if x in self.l:
            self.l.remove(x)


a, b = Set([1, 2, 3]), Set([3, 4])
print(list(a | b), list(a & b), list(a - b), list(a ^ b), a <= b, a == {1, 2, 3}, a.isdisjoint([9]), list({1} | a), a.pop(), len(a))
a |= b
a.remove(4)
print(list(a))
try:
    a.remove(99)
except KeyError as e:
    print('KeyError', e)
for cls, value in ((cabc.Hashable, 1), (cabc.Hashable, []), (cabc.Callable, len), (cabc.Iterator, iter([])), (cabc.Generator, (x for x in ())), (cabc.Mapping, {}), (cabc.MutableSequence, ()), (cabc.Sized, 5), (cabc.Container, 'x'), (cabc.Collection, {1}), (cabc.Reversible, {}), (cabc.Reversible, set()), (cabc.Awaitable, 1), (cabc.KeysView, {}.keys()), (cabc.Set, frozenset()), (cabc.Sequence, 'str'), (cabc.Sequence, range(1)), (cabc.Buffer if hasattr(cabc, 'Buffer') else cabc.Sized, b'')):
    print(isinstance(value, cls), end=' ')
print()


class D(UserDict):
    def __setitem__(self, k, v):
        super().__setitem__(k, v * 2)


d = D(a=1)
d.update(b=2)
print(d, d['a'], d.data, 'a' in d, d | {'z': 1}, len(d), D({'x': 5}).copy())


class L(UserList):
    pass


l = L([3, 1, 2])
l.append(5)
l.sort()
print(l, l[1:], l + [9], l * 2, 5 in l, type(l[1:]).__name__, l.index(5), l == [1, 2, 3, 5])
u = UserString('text')
print(u.upper(), u + '!', u[1:3], 'ex' in u, u == 'text', len(u), type(u.upper()).__name__)


class I(cabc.Iterator):
    def __init__(self):
        self.n = 0

    def __next__(self):
        self.n += 1
        if self.n > 3:
            raise StopIteration
        return self.n


print(list(I()), isinstance(I(), cabc.Iterable))


class G(cabc.Generator):
    def send(self, v):
        return ('sent', v)

    def throw(self, *a):
        raise StopIteration


g = G()
print(next(g), g.send(5), g.close())
try:
    cabc.Sequence()
except TypeError as e:
    print('TypeError')
@cabc.Sized.register
class Reg:
    pass
print(isinstance(Reg(), cabc.Sized), issubclass(dict, cabc.MutableMapping), issubclass(int, cabc.Iterable), cabc.Mapping[str, int].__args__, cabc.Callable[[int], str].__args__)
