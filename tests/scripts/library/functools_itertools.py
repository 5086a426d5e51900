# functools and itertools.
import functools
import itertools as it
import operator
print(functools.reduce(operator.add, [1, 2, 3]), functools.reduce(lambda a, b: a * b, [1, 2, 3, 4], 10), functools.reduce(max, 'abc'))
try:
    functools.reduce(operator.add, [])
except TypeError as e:
    print('TypeError')
p = functools.partial(int, base=2)
print(p('101'), p.func, p.args, p.keywords, functools.partial(p, '11')(), functools.partial(print, 1, sep='-')(2, 3))


class C:
    def __init__(self):
        self.calls = 0

    def m(self, a, b=0):
        return a, b

    pm = functools.partialmethod(m, 5, b=6)

    @functools.cached_property
    def cp(self):
        self.calls += 1
        return 'computed'


c = C()
print(c.pm(), c.cp, c.cp, c.calls)


@functools.lru_cache(maxsize=2)
def square(x):
    print('computing', x)
    return x * x


print(square(2), square(2), square(3), square(4), square(2), square.cache_info())
square.cache_clear()
print(square.cache_info().currsize, square.__wrapped__(5))


@functools.cache
def fib(n):
    return n if n < 2 else fib(n - 1) + fib(n - 2)


print(fib(100), fib.cache_info().hits > 0)


def deco(f):
    @functools.wraps(f)
    def wrapper(*args):
        """wrapper doc"""
        return f(*args)
    return wrapper


@deco
def documented(x):
    """the doc"""
    return x


print(documented.__name__, documented.__doc__, documented.__wrapped__(3))


@functools.total_ordering
class T:
    def __init__(self, v):
        self.v = v

    def __eq__(self, o):
        return self.v == o.v

    def __lt__(self, o):
        return self.v < o.v


print(T(1) <= T(2), T(2) > T(1), T(1) >= T(1))


@functools.singledispatch
def show(x):
    return 'object'


@show.register
def _(x: int):
    return 'int'


@show.register(list)
def _(x):
    return 'list'


class Disp:
    @functools.singledispatchmethod
    def f(self, x):
        return 'default'

    @f.register
    def _(self, x: str):
        return 'str'


print(show(1), show([]), show(True), show(2.5), Disp().f('x'), Disp().f(1), show.dispatch(bool)(1))
print(sorted('bca', key=functools.cmp_to_key(lambda a, b: (a < b) - (a > b))))
print(list(it.chain('ab', [1])), list(it.chain.from_iterable([[1], [2, 3]])), list(it.islice(it.count(5, 2), 3)), list(it.islice('abcdefg', 1, 6, 2)), list(it.repeat('x', 3)), list(it.islice(it.cycle('ab'), 5)))
print(list(it.accumulate([1, 2, 3, 4])), list(it.accumulate([1, 2, 3], operator.mul, initial=10)), list(it.takewhile(lambda x: x < 3, [1, 2, 3, 1])), list(it.dropwhile(lambda x: x < 3, [1, 2, 3, 1])), list(it.filterfalse(lambda x: x % 2, range(5))))
print(list(it.product('ab', [1, 2])), list(it.product([0, 1], repeat=2)), list(it.permutations('abc', 2)), list(it.combinations('abcd', 2)), list(it.combinations_with_replacement('ab', 2)), list(it.permutations([])))
print([(k, list(g)) for k, g in it.groupby('aaabbc')], [(k, len(list(g))) for k, g in it.groupby([1, 3, 2, 4], key=lambda x: x % 2)])
a, b = it.tee([1, 2, 3])
print(next(a), list(b), list(a), list(it.zip_longest('abc', [1], fillvalue='-')), list(it.starmap(pow, [(2, 3), (3, 2)])), list(it.compress('abcd', [1, 0, 1, 0])), list(it.pairwise('abc')), list(it.pairwise([1])))
print(list(zip('abc', range(2))), list(map(lambda a, b: a + b, [1, 2], [10, 20, 30])), list(zip()), list(zip('ab', 'cd', strict=True)))
try:
    list(zip('ab', 'c', strict=True))
except ValueError as e:
    print(e)
g = it.groupby('aab')
k1, g1 = next(g)
k2, g2 = next(g)
print(k1, k2, list(g1), list(g2))
print(operator.itemgetter(1, 2)('abc'), operator.attrgetter('real', 'imag')(5), operator.methodcaller('upper')('x'), operator.itemgetter('k')({'k': 1}), operator.attrgetter('a.b')(type('X', (), {'a': type('Y', (), {'b': 7})})))
print(operator.lt(1, 2), operator.truth([]), operator.is_(None, None), operator.index(5), operator.mod(7, 3), operator.iadd([1], [2]), operator.countOf([1, 1], 1), operator.indexOf('abc', 'c'), operator.matmul.__name__, operator.not_(1))
import heapq
h = [5, 1, 4]
heapq.heapify(h)
heapq.heappush(h, 0)
print([heapq.heappop(h) for _ in range(4)], heapq.nlargest(2, [1, 5, 3]), heapq.nsmallest(2, 'hello', key=lambda c: -ord(c)), list(heapq.merge([1, 4], [2, 3])), heapq.heapreplace([1, 2], 9), heapq.heappushpop([3], 1))
