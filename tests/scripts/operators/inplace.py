# Augmented assignment: __iadd__ and friends, fallbacks, targets.
class I:
    def __init__(self, v):
        self.v = v

    def __iadd__(self, o):
        self.v.append(('iadd', o))
        return self

    def __isub__(self, o):
        return 'replaced'

    def __imul__(self, o):
        return NotImplemented

    def __mul__(self, o):
        return 'mul'


i = j = I([])
i += 1
print(i is j, i.v)
i -= 1
print(i)
i = I([])
i *= 2
print(i)
a = b = [1]
a += [2]
a += (3,)
a += 'x'
print(a is b, a)
a = a + [4]
print(a is b)
a *= 2
print(len(a))
t = u = (1,)
t += (2,)
print(t, u)
s = 'a'
s += 'b'
s *= 3
print(s)
d = {'k': 1}
d['k'] += 5
d |= {'z': 2}
print(d)
st = {1, 2}
alias = st
st |= {3}
st &= {2, 3, 4}
st ^= {2, 9}
st -= {9}
print(st, alias is st)
fs = frozenset([1])
fa = fs
fs |= {2}
print(fs == {1, 2}, fa)
try:
    frozen = ([],)
    frozen[0] += [1]
except TypeError as e:
    print(e, frozen)


class Item:
    def __getitem__(self, k):
        print('get', k)
        return 10

    def __setitem__(self, k, v):
        print('set', k, v)


def key():
    print('key once')
    return 'K'


def obj():
    print('obj once')
    return Item()


obj()[key()] += 5


class Attr:
    def __getattr__(self, n):
        print('getattr', n)
        return 1

    def __setattr__(self, n, v):
        print('setattr', n, v)


x = Attr()
x.value += 2
n = 5
n -= 2
n *= 7
n //= 2
n **= 2
n %= 64
n <<= 2
n >>= 1
n &= 0xFF
n |= 0x100
n ^= 3
print(n)
f = 1
f /= 4
f += 1
print(f)


def local():
    try:
        unset += 1
    except UnboundLocalError as e:
        print(e)


local()
try:
    undefined += 1
except NameError as e:
    print(e)
for bad in ("a = 1; a += 'x'", "a = []; a += 5", "a = 'x'; a -= 'y'", "a = None; a |= 1"):
    try:
        exec(bad)
    except TypeError as e:
        print(e)


class OnlyR:
    def __radd__(self, o):
        return ('radd', o)


v = 5
v += OnlyR()
print(v)
m = [0, 1, 2, 3]
m[1:3] += [9]
print(m)
