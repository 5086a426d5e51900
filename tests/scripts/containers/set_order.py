# Sets iterate, print and pop in the order of CPython's hash table.
print({3, 1, 2}, {10, 1, 7}, {1, 2, 3, 17, 33}, set([1, 2, 3, 17, 33]), frozenset(range(9, 3, -1)))
print(set([-1, -2, 5, 64, 1 << 40]), set([(1, 2), (0, 0), (5,)]), set([2.5, 0.5, 1e300, True]))
s = set(range(20))
s.discard(3)
s.add(50)
print(s)
s.add(3)
print(s, [s.pop() for _ in range(5)], s)
s |= {1, 0}
print(s.pop(), s)
a, b = set(range(0, 100, 7)), {49, 300, 14, 21, 1000, 8}
print(a | b, b | a, a & b, a - b, b - a, a ^ b, b ^ a, sep='\n')
print(a.union(b, [5, 6]), b.difference([8]), b.symmetric_difference([8, 9, 9]), sep='\n')
for change in ('update', 'difference_update', 'intersection_update', 'symmetric_difference_update'):
    for source in (a, list(a), dict.fromkeys(a)):
        c = b.copy()
        getattr(c, change)(source)
        print(change, c)
d = dict.fromkeys([40, 8, 24, 33, 1], 0)
print(set(d), set(d.keys()), d.keys() | b, d.keys() & b, d.keys() & frozenset(b), d.keys() - b, d.keys() ^ b)
print(d.items() ^ {8: 0, 24: 1, 99: 2}.items())
it = iter(range(10))
print({1, 2}.intersection(it), next(it))
words = set(range(70_000)) - set(range(10, 69_990))
print(words)


class Odd:
    def __init__(self, n):
        self.n = n

    def __hash__(self):
        return self.n

    def __eq__(self, other):
        return self is other

    def __repr__(self):
        return f'o{self.n}'


print({Odd(8), Odd(8), Odd(0), Odd(16)}, {Odd(2**61 + 3), 11, 19})
