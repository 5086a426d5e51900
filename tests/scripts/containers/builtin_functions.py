# Builtin functions over iterables and their corners.
print(sorted([3, 1, 2]), sorted('bca', reverse=True), sorted({'b': 1, 'a': 2}), sorted([(1, 'b'), (1, 'a')], key=lambda p: p[0]), sorted([], key=None), sorted([True, 0, 2.5]))
print(min(3, 1, 2), max([1, 5, 3]), min('hello'), max('a', 'b', key=ord), min([], default=None), max(['aa', 'b'], key=len), min([(2, 'a'), (1, 'b')]), max(1, 1.0), max(1.0, 1), min(-0.0, 0.0))
print(sum([1, 2]), sum([], 5), sum([[1], [2]], []), sum((0.5, 0.25)), sum([1, 2.5, 3j]), sum([True, True]), sum(range(10), start=100), sum([10 ** 20, 1]))
for f in (lambda: max([]), lambda: min(), lambda: max(1), lambda: max(1, 'a'), lambda: sum(['a']), lambda: sum(['a'], ''), lambda: sum(5), lambda: sorted([1, 'a']), lambda: sorted(5), lambda: max(1, 2, default=0), lambda: sum([b'x'], b'')):
    try:
        print(f())
    except (TypeError, ValueError) as e:
        print(type(e).__name__, e if 'default' not in str(e) and 'empty' not in str(e) else '')
print(list(map(lambda x, y: x * y, [1, 2, 3], [4, 5])), list(map(str, [])), list(filter(lambda x: x > 1, [1, 2, 3])), list(filter(None, [0, 'a', [], 5])), list(zip()), list(zip([1])), list(zip('ab', [1, 2], (3, 4))), next(map(abs, [-5])))
print(list(enumerate('ab')), list(enumerate('ab', start=5)), list(reversed('abc')), list(reversed(range(3))), list(reversed({'a': 1})), list(reversed((1, 2))), list(iter(lambda it=iter([1, 2, 0, 3]): next(it), 0)))
print(any([]), all([]), any([0, '', None, 5]), all([1, 'a', [0]]), any(x > 2 for x in [1, 2, 3]), all(x for x in [1, 0, 1 / 1]))
print(abs(-5), abs(-2.5), abs(3 + 4j), abs(True), divmod(7, 3), divmod(-7, 3), pow(2, 10), pow(2, 10, 1000), pow(2, -1), round(2.5), round(-1.5), round(1.234, 2), round(1234, -2), round(2.5, None))
print(bin(10), oct(8), hex(255), chr(8364), ord('€'), ascii('é'), repr('x'), format(3.14159, '.2f'), hash('a') == hash('a'), id(None) == id(None), callable(print), len('abc'), len({1: 2}), len(range(5)))
print(int('ff', 16), float('1.5'), complex('1+2j'), bool([]), bool('x'), str(5), list('ab'), tuple([1]), set('a'), frozenset(), dict(a=1), bytes(2), bytearray(b'x'), type(5), object() is not None, slice(1), range(2))
print(getattr(5, 'real'), getattr(5, 'zz', 'd'), hasattr('', 'upper'), isinstance(5, int), issubclass(bool, int), vars(type('X', (), {'a': 1})())  , dir(5)[0][:2], next(iter([1])), next(iter([]), 'end'))
for f in (lambda: next(iter([])), lambda: next(5), lambda: iter(5), lambda: getattr(5, 'zz'), lambda: getattr(5, 5), lambda: setattr(5, 'x', 1), lambda: vars(5), lambda: len(5), lambda: abs('x'), lambda: round('x'), lambda: chr('a'), lambda: ord(5), lambda: ord(''), lambda: hash([]), lambda: int([]), lambda: divmod(1, 'a'), lambda: pow(2, 'a'), lambda: format(5, 5), lambda: isinstance(5, 5), lambda: enumerate(5), lambda: zip(5), lambda: map(abs), lambda: reversed(5), lambda: all(5), lambda: hex('a'), lambda: bytes([300]), lambda: print(1, sep=5), lambda: type(), lambda: type(1, 2), lambda: object(5), lambda: map()):
    try:
        f()
        print('no error')
    except StopIteration:
        print('StopIteration')
    except (TypeError, AttributeError, ValueError) as e:
        print(type(e).__name__)


class It:
    def __iter__(self):
        yield 1
        raise ValueError('while iterating')


for f in (list, tuple, set, sum, max, sorted, any, dict.fromkeys, ','.join, lambda x: [*x], lambda x: [a for a in x], lambda x: list(map(str, x)), lambda x: [].extend(x), enumerate, lambda x: list(enumerate(x)), lambda x: dict(zip(x, x)), lambda x: frozenset(x), bytes, bytearray):
    try:
        r = f(It())
        print('result', type(r).__name__, r if r is True else '')
    except ValueError as e:
        print('ValueError', e)
    except TypeError as e:
        print('TypeError')
z = zip([1, 2, 3], iter([1, 2]))
print(list(z), list(z))
m = map(lambda x: x, iter([1, 2]))
print(next(m), list(m), next(m, 'done'))
e = enumerate(iter('ab'), 10 ** 30)
print(next(e), list(e))
print(__import__('math').pi, eval('2 ** 5'), exec('pass'), compile('1', 'f', 'eval').co_filename, globals() is not locals() if False else True, breakpoint is not None, open is not None, input is not None)
print(list(map(None.__class__, [])), [type(x).__name__ for x in (map(abs, []), filter(None, []), zip(), enumerate([]), reversed([]), iter([]), iter(()), iter(''), iter({}), iter(set()), iter(range(1)), iter(b''), iter({}.items()), iter(bytearray()), (x for x in ()))])
