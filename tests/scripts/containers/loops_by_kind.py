"""Loops over each builtin kind of iterator: order, ends, changes meanwhile, and items taken apart."""


def failing(make, change):
    seen = []
    try:
        for item in make():
            seen.append(item)
            change()
            if len(seen) > 3:
                break
    except RuntimeError as error:
        return seen, str(error)
    return seen


d = {'a': 1, 'b': 2, 'c': 3}
del d['a']
d['a'] = 4
print([k for k in d], [v for v in d.values()], [(k, v) for k, v in d.items()], [pair for pair in d.items()])
for kind in (dict.keys, dict.values, dict.items):
    grown = {1: 1, 2: 2}
    print(failing(lambda: kind(grown), lambda: grown.update({len(grown) + 1: 0})))
    replaced = {1: 1, 2: 2}
    print(failing(lambda: kind(replaced), lambda: (replaced.pop(1, None), replaced.update({3: 3}))))
grown = {1: 1, 2: 2}
try:
    for key, value in grown.items():
        grown[key + 10] = value
except RuntimeError as error:
    print(error)
s = {1, 2}
print(failing(lambda: s, lambda: s.add(len(s) + 10)))

print([c for c in 'aé☃z'], [c for c in ''], [b for b in b'\x00az'], [b for b in bytearray(b'xy')])
growing = [1, 2, 3]
print([(growing.append(9) if len(growing) < 6 else None, x)[1] for x in growing])
shrinking = [1, 2, 3, 4]
print([(shrinking.pop() if len(shrinking) > 2 else None, x)[1] for x in reversed(shrinking)])
print([x for x in reversed([1, 2, 3])], [x for x in reversed((1, 2))], [x for x in reversed({1: 2, 3: 4})])

it = iter([1, 2, 3, 4, 5])
print([(a, b) for a, b in zip(it, it)], list(it))
it = iter(range(3))
try:
    print([(a, b) for a, b in zip(it, it, strict=True)])
except ValueError as error:
    print(error)
longer, shorter = iter([1, 2, 3]), iter((7, 8))
print([(a, b) for a, b in zip(longer, shorter)], list(longer), list(shorter))
longer, shorter = iter([1, 2, 3]), iter((7, 8))
print([(a, b) for a, b in zip(shorter, longer)], list(longer), list(shorter))
try:
    for a, b in zip([1, 2], range(3), strict=True):
        print(a, b)
except ValueError as error:
    print(error)
print([(a, b) for a, b in zip('ab', [1, 2])], [(a, b) for a, b in zip({1: 2}, {3})], [t for t in zip([1], [2], [3])])

big = 2**62 - 2
print([(n - big, c) for n, c in enumerate('abcd', big)], [(n, x) for n, x in enumerate(range(2**62 - 1, 2**62 + 2))])
e = enumerate(['x', 'y', 'z'])
for n, x in e:
    print(n, x, next(e, None))
for n, (a, b) in enumerate([(1, 2), (3, 4)]):
    print(n, a, b)
for pair in enumerate('ab'):
    print(pair)
try:
    for a, b in [(1, 2), (3, 4, 5)]:
        print(a, b)
except ValueError as error:
    print(error)


class Items(dict):
    def items(self):
        return [('own', 1)]

    def __iter__(self):
        return iter('xy')


own = Items(a=1)
print([(k, v) for k, v in own.items()], [k for k in own], [(k, v) for k, v in dict.items(own)])


class Text(str):
    def __iter__(self):
        return iter([1, 2])


print([c for c in Text('ab')], [(n, c) for n, c in enumerate(Text('ab'))], [(a, b) for a, b in zip(Text('ab'), 'cd')])


class Numbers(enumerate):
    def __next__(self):
        return 'n', super().__next__()


class Pairs(zip):
    def __next__(self):
        return super().__next__()[::-1]


print([(n, x) for n, x in Numbers('ab')], [(a, b) for a, b in Pairs([1, 2], [3, 4])])
exhausted = iter([1])
list(exhausted)
print([x for x in exhausted], next(exhausted, 'end'))
letters = iter('ab')
for c in letters:
    pass
print(list(letters), next(letters, 'end'))
