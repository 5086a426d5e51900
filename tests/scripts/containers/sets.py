# set and frozenset.
s = {3, 1, 2}
s.add(4)
s.add(1)
s.discard(99)
s.update([5], (6,))
s.remove(6)
print(sorted(s), len(s), 3 in s, 9 not in s)
a, b = {1, 2, 3}, {2, 3, 4}
print(a | b, a & b, a - b, a ^ b, a.union([9], 'x' * 0), a.intersection(b, [2]), a.difference([1], [2]), a.symmetric_difference([1]))
print(a <= b, {2} < a, a >= {1}, a > a, a == {3, 2, 1}, a != b, a.issubset(range(5)), a.issuperset([1]), a.isdisjoint([9]), {1} | frozenset([2]))
a |= {10}
a &= {1, 10, 2}
a -= {2}
a ^= {7}
print(sorted(a))
a.intersection_update([1, 7])
a.difference_update([7])
a.symmetric_difference_update([1, 2])
print(a, a.pop(), a)
for f in (lambda: set().pop(), lambda: {1}.remove(2), lambda: {1} | [2], lambda: {1} < [1], lambda: set(5), lambda: {1} + {2}, lambda: frozenset().add(1), lambda: {1}[0]):
    try:
        f()
    except Exception as e:
        print(type(e).__name__, e)
for bad in ([], {}, set()):
    try:
        {bad}
    except TypeError as e:
        print('unhashable type' in str(e))
f = frozenset('ab')
print(hash(f) == hash(frozenset('ba')), {f: 1}[frozenset(['a', 'b'])], f == {'a', 'b'}, {frozenset([1])} == {frozenset([1])}, frozenset([1]) in {frozenset([1])}, {1} in {frozenset([1])})
print(set(), frozenset(), frozenset([1]), {1}, repr({'a'}), {None}, {()}, type(f | {'c'}).__name__, type({'c'} | f).__name__, f.copy() is f, frozenset(f) is f, set(f) == f)
print({1, 1.0, True}, {0, False, 0.0}, {'a', 'a'}, len({float('nan'), float('nan')}), set('hello') == set('olleh'), sorted(set([3, 1, 2, 1])))
big = set(range(1000))
big -= set(range(0, 1000, 2))
print(len(big), sum(big), 501 in big, 500 in big, min(big), max(big))
for i in range(500):
    big.discard(i)
print(len(big), len(big | set(range(100))))
small = set()
for i in range(100):
    small.add(i % 7)
print(small, all(x in small for x in range(7)))


class S(set):
    def add(self, v):
        super().add(v * 2)


t = S([1])
t.add(5)
print(sorted(t), type(t | {1}).__name__, type(t.copy()).__name__, isinstance(t, set), t == {1, 10}, S([1, 2]) - {1})


class H:
    def __init__(self, v):
        self.v = v

    def __hash__(self):
        return self.v % 3

    def __eq__(self, o):
        return self.v == o.v


hs = {H(i) for i in range(10)} | {H(3), H(20)}
print(len(hs), H(20) in hs, H(21) in hs)
hs.discard(H(0))
print(len(hs), sorted(h.v for h in hs))
it = iter({1, 2, 3})
print(sorted(it), list(it), set.union({1}, {2}), set().union(*[{1}, {2}]), {*range(3)} - {*range(2)}, {x for x in 'aab'} == {'a', 'b'})
print({1, 2}.__contains__(1), {1}.__len__(), set.__doc__ is not None, {1, 2} - {1: 'x'}.keys(), {1: 0}.keys() | {2}, {1, 2}.isdisjoint({3: 1}))
