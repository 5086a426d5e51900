# Iterator objects: exhaustion, copies, pickling states, length hints, reuse.
import copy
import operator
for make in (lambda: iter([1, 2, 3]), lambda: iter((1, 2, 3)), lambda: iter('abc'), lambda: iter(b'abc'), lambda: iter(range(3)), lambda: reversed([1, 2, 3]), lambda: iter({1: 2, 3: 4}), lambda: iter({5}), lambda: iter({1: 2}.items()), lambda: reversed(range(3)), lambda: enumerate('ab'), lambda: zip('ab', 'cd'), lambda: map(str, [1, 2]), lambda: filter(None, [0, 1]), lambda: iter(lambda l=[1, 2]: l.pop(), 1)):
    it = make()
    assert iter(it) is it
    first = next(it)
    rest = list(it)
    print(type(it).__name__, first, rest, list(it), next(it, 'done'))
for value in ([1, 2, 3], (1, 2), 'ab', range(4), {1: 2}, {1}, b'xy'):
    it = iter(value)
    n = operator.length_hint(it)
    next(it)
    print(n, operator.length_hint(it), end=' | ')
print()
for value in ([1, 2, 3], (1, 2, 3), 'abc', range(3), b'abc'):
    it = iter(value)
    next(it)
    other = copy.copy(it)
    print(list(it), list(other), end=' | ')
print()
f, args, *state = iter([1, 2]).__reduce__()
print(f.__name__, args, state)
it = iter([1])
list(it)
print(it.__reduce__()[1] in (((),), ([],)))
it = iter([1, 2, 3, 4])
it.__setstate__(2)
print(list(it))
shared = iter([1, 2, 3, 4, 5, 6])
print(next(shared), [next(shared) for _ in range(2)], list(zip(shared, shared)), list(shared))
for x in (it := iter([1, 2, 3, 4])):
    print(x, next(it), end=' ')
print()


class Stop:
    def __init__(self):
        self.n = 0

    def __iter__(self):
        return self

    def __next__(self):
        self.n += 1
        if self.n % 3 == 0:
            raise StopIteration
        return self.n


s = Stop()
print(list(s), list(s), next(s), next(s, 'stop'), list(s))


class IterOnly:
    def __iter__(self):
        return iter([1, 2])


class GetItem:
    def __getitem__(self, i):
        if i < 3:
            return i * 10
        raise IndexError


class GetItemStop:
    def __getitem__(self, i):
        if i < 2:
            return i
        raise StopIteration


class Both:
    def __iter__(self):
        return iter('iter')

    def __getitem__(self, i):
        return 'getitem'


print(list(IterOnly()), list(GetItem()), list(GetItemStop()), list(Both()), 20 in GetItem(), [a for a in GetItem()], dict.fromkeys(GetItem()), sum(GetItem()), min(GetItem()), sorted(GetItem(), reverse=True))
a, *b = GetItem()
print(a, b, [*GetItem(), *IterOnly()], tuple(map(str, GetItem())), list(zip(GetItem(), IterOnly())))


class BadNext:
    def __iter__(self):
        return 5


class NoneIter:
    __iter__ = None


for bad in (BadNext(), NoneIter(), 5, None, len):
    for use in (iter, list, lambda v: [*v], lambda v: (lambda *a: a)(*v), lambda v: dict(v), lambda v: [x for x in v], lambda v: ','.join(v), set):
        try:
            use(bad)
            print('no error')
        except TypeError:
            pass
print('all refused')
calls = []
it = iter(lambda: calls.append(1) or len(calls), 4)
print(list(it), list(it), len(calls))
try:
    iter(5, 1)
except TypeError:
    print('TypeError')
e = enumerate([], 5)
print(list(e), next(zip(), 'empty'), list(zip([], [1])), list(map(lambda: 0)) if False else 'skip')
z = zip([1, 2, 3], (x for x in [1, 2]))
print(next(z), next(z), next(z, 'end'))
def count_reads(log, items):
    for i in items:
        log.append(i)
        yield i
log = []
print(list(zip(count_reads(log, 'abc'), 'x')), log)
log = []
print(list(zip('x', count_reads(log, 'abc'))), log)
d = {'a': 1}
it = iter(d)
d['b'] = 2
try:
    next(it)
except RuntimeError as err:
    print(err)
d = {1: 1, 2: 2}
r = reversed(d)
print(next(r), list(r), list(reversed(d.values())), list(reversed(d.items())))
