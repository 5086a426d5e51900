# env: SKEIN_JIT=on
# env: SKEIN_JIT_THRESHOLD=20
# env: SKEIN_JIT_EXIT_THRESHOLD=2
# Native functions of modules in hot loops, with items whose comparisons run Python code and raise.
import bisect
import functools
import heapq
import operator


class Item:
    def __init__(self, n):
        self.n = n

    def __lt__(self, other):
        if self.n == 13:
            raise ValueError('unlucky')
        return self.n < other.n

    def __repr__(self):
        return f'I{self.n}'


def mixed(n, make):
    heap, out, x = [], [], 7
    for i in range(n):
        x = (x * 1103515245 + 12345) % 65536
        try:
            heapq.heappush(heap, make(x % 40))
            if i % 3 == 2:
                out.append(heapq.heappop(heap))
            if i % 5 == 4:
                out.append(heapq.heapreplace(heap, make(x % 7)))
            if i % 7 == 6:
                out.append(heapq.heappushpop(heap, make(x % 11)))
        except (ValueError, TypeError) as e:
            out.append(str(e))
    out.append(sorted(str(h) for h in heap))
    return out


def digest(x):
    h = 0
    for c in str(x):
        h = (h * 31 + ord(c)) % 1000003
    return h


for make in int, float, str, lambda n: (n, str(n)), Item, lambda n: (n // 4, Item(n)), lambda n: n if n % 5 else str(n):
    print(digest(mixed(200, make)), mixed(30, make)[-1])

places = []
for i in range(100):
    bisect.insort(places, i * 37 % 101)
    if i > 90:
        places.insert(0, bisect.bisect_left(places, i))
print(places[-5:], bisect.bisect(places, 50))


@functools.lru_cache(maxsize=None)
def fib(n):
    return n if n < 2 else fib(n - 1) + fib(n - 2)


@functools.lru_cache(maxsize=4)
def few(n):
    return [n]


total = 0
for i in range(200):
    total += fib(i % 50)
    total += few(i % 6)[0]
print(total, fib.cache_info(), few.cache_info())

rows = [(i, -i, {'k': i}) for i in range(100)]
second, key = operator.itemgetter(1), operator.itemgetter('k')
total = 0
for r in rows:
    total += second(r) * operator.mul(r[0], 2) + key(r[2]) - operator.index(r[0])
print(total)


class N(int):
    def __new__(cls, n):
        return int.__new__(cls, n + 1)


class T(tuple):
    def __new__(cls, *items):
        return tuple.__new__(cls, items)


class P:
    def __new__(cls, n):
        self = object.__new__(cls)
        object.__setattr__(self, 'n', n)
        setattr(self, 'm' + str(n % 3), n)
        return self


class D(P):
    def __del__(self):
        gone.append(self.n)


gone = []
total = 0
for i in range(100):
    total += N(i) + len(T(i, i)) + P(i).n + int.from_bytes(b'\x01\x02', 'big')
    total += getattr(P(i), 'm1', 0)
    if i > 60:
        D(i)
print(total, sorted(gone)[:3])

it = iter([1, 2, 3] * 30)
out = []
while True:
    try:
        out.append(next(it))
    except StopIteration:
        break
print(sum(out), next(it, 'end'))
