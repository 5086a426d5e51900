# Changing containers while iterating over them.
d = {1: 'a', 2: 'b', 3: 'c'}
try:
    for k in d:
        d[k + 10] = 'x'
except RuntimeError as e:
    print(e)
d = {1: 'a', 2: 'b'}
try:
    for k in d:
        del d[k]
except RuntimeError as e:
    print(e, d)
d = {1: 'a', 2: 'b'}
for k in d:
    d[k] = 'changed'
print(d)
d = {1: 'a', 2: 'b'}
try:
    for k in d:
        del d[1]
        d[3] = 'same size'
except RuntimeError as e:
    print(e)
except KeyError:
    print('KeyError')
for k in list(d):
    del d[k]
print(d)
s = {1, 2, 3}
try:
    for x in s:
        s.add(x + 10)
except RuntimeError as e:
    print(e)
a = [1, 2, 3, 4]
seen = []
for x in a:
    seen.append(x)
    if x == 2:
        a.remove(2)
print(seen, a)
a = [1, 2]
for x in a:
    if len(a) < 6:
        a.append(x * 10)
print(a)
a = [1, 2, 3]
it = iter(a)
print(next(it))
a.clear()
print(list(it))
a.extend([7, 8])
print(list(it))
a = [1, 2, 3]
r = reversed(a)
next(r)
a.append(4)
print(list(r))
a = [1, 2, 3, 4, 5]
del_it = iter(a)
for x in del_it:
    del a[0]
    if not a:
        break
print(a, list(del_it))
b = bytearray(b'abc')
out = []
for c in b:
    out.append(c)
    if len(b) < 6:
        b.append(c + 1)
print(out)
m = {i: i for i in range(5)}
it = iter(m.items())
next(it)
m[99] = 1
try:
    next(it)
except RuntimeError as e:
    print(e)
try:
    next(it)
except RuntimeError as e:
    print('again')
except StopIteration:
    print('stopped')


class Evil:
    def __init__(self, target):
        self.target = target

    def __eq__(self, other):
        self.target.clear()
        return False

    def __hash__(self):
        return 1


lst = []
lst.extend([Evil(lst), Evil(lst), 5])
print(lst.count(7), len(lst))
lst.extend([Evil(lst), 1, 2])
try:
    lst.remove('none')
except ValueError:
    print('not found', len(lst))
lst = [3, 2, 1]


def key(v):
    lst.append(99)
    return v


try:
    lst.sort(key=key)
except ValueError as e:
    print(e)
print(lst)


class Index:
    def __index__(self):
        big.clear()
        return 1


big = [1, 2, 3]
try:
    print(big[Index()])
except IndexError as e:
    print(e)
big = [1, 2, 3]
big[0:Index()] = ['x']
print(big)
dd = {}


class K:
    def __hash__(self):
        return 5

    def __eq__(self, o):
        dd.clear()
        return True


dd[K()] = 1
dd[K()] = 2
print(len(dd))
xs = [1, 2, 3]
xs.extend(x for x in list(xs))
xs[1:2] = xs
print(xs)
print([xs.pop() for _ in xs if len(xs) > 4])
from collections import deque
q = deque([1, 2, 3])
try:
    for x in q:
        q.append(x)
except RuntimeError as e:
    print(e)
g = [1, 2, 3]
print([(x, g.pop()) for x in g])
z = [1, 2, 3, 4]
print(list(zip(z, (z.pop() for _ in range(4)))))
