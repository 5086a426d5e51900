"""Truth and length of deques and of their subclasses, and loops over several iterables at once."""
from collections import deque

q = deque([1, 2, 3])
taken = []
while q:
    taken.append((len(q), q.popleft()))
print(taken, bool(q), not q, len(q), 'empty' if not q else 'full')


class Proud(deque):
    def __bool__(self):
        return True


class Long(deque):
    def __len__(self):
        return 7


print(bool(Proud()), len(Proud('ab')), bool(Long()), len(Long()), bool(deque(maxlen=0)), bool(deque('x')))

for row in zip('abc', [1, 2, 3, 4], (x * x for x in range(9))):
    print(row, end=' ')
print(list(zip(*[range(3)] * 5)), list(zip(*[range(2)] * 8)), list(zip('ab')), list(zip()))
for i, (a, b) in enumerate(zip('xyz', [1.5, 2.5])):
    print(i, a, b, end=' ')
for i, (a, b, c) in enumerate(zip('xy', 'zw', {1: 2, 3: 4}), 5):
    print(i, a, b, c, end=' ')
for i, row in enumerate(zip('xy', range(5))):
    print(i, row, end=' ')
print()
for lengths in ((2, 1, 2), (1, 2, 2), (2, 2, 3), (1, 1, 0)):
    try:
        print(list(zip(*map(range, lengths), strict=True)))
    except ValueError as e:
        print(e)
grown = {1: 2}
try:
    for i, (k, n) in enumerate(zip(grown, [1, 2, 3])):
        grown[i + 10] = k
except RuntimeError as e:
    print(e)
