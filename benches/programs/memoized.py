"""Recursion with memory: lru_cache, cache, cached_property and a hand-made memo on counting and game problems.

usage: memoized.py [size]
"""
# perf: 600
import sys
from functools import cache, cached_property, lru_cache, partial, reduce


class memoize:
    """A decorator with its own dict, as one writes it before one knows functools."""

    def __init__(self, function):
        self.function = function
        self.memo = {}
        self.hits = 0

    def __call__(self, *args):
        try:
            result = self.memo[args]
        except KeyError:
            result = self.memo[args] = self.function(*args)
        else:
            self.hits += 1
        return result


@memoize
def partitions(total, largest):
    """The ways to write total as a sum of positive numbers up to largest."""
    if total == 0:
        return 1
    if total < 0 or largest == 0:
        return 0
    return partitions(total - largest, largest) + partitions(total, largest - 1)


@lru_cache(maxsize=None)
def lattice_paths(x, y, blocked=frozenset({(2, 3), (5, 5), (4, 1)})):
    if (x, y) in blocked or x < 0 or y < 0:
        return 0
    if x == y == 0:
        return 1
    return lattice_paths(x - 1, y) + lattice_paths(x, y - 1)


@lru_cache(maxsize=64)
def digits_product(n):
    return n if n < 10 else digits_product(reduce(lambda a, b: a * b, map(int, str(n))))


@cache
def grundy(heap):
    """Kayles: take one pin or two neighbours, which may split the row."""
    reachable = set()
    for take in (1, 2):
        for left in range(heap - take + 1):
            reachable.add(grundy(left) ^ grundy(heap - take - left))
    value = 0
    while value in reachable:
        value += 1
    return value


def palindrome_cuts(text):
    @cache
    def is_palindrome(i, j):
        return j - i < 2 or text[i] == text[j - 1] and is_palindrome(i + 1, j - 1)

    @cache
    def cuts(i):
        if is_palindrome(i, len(text)):
            return 0
        return 1 + min(cuts(j) for j in range(i + 1, len(text)) if is_palindrome(i, j))

    return cuts(0), is_palindrome.cache_info().currsize


def decode_count(message, words):
    @lru_cache
    def ways(position):
        if position == len(message):
            return 1
        return sum(ways(position + len(word)) for word in words if message.startswith(word, position))

    return ways(0)


class Tree:
    def __init__(self, depth, number=1):
        self.number = number
        self.children = [Tree(depth - 1, 3 * number + i) for i in range(3)] if depth else []

    @cached_property
    def weight(self):
        return self.number % 97 + sum(child.weight for child in self.children)

    @cached_property
    def heaviest(self):
        return max([self.weight, *(child.heaviest for child in self.children if child.number % 2)])


def best_split(values):
    """Two players take from either end of a row; how much the first gains over the second."""
    memo = {}

    def gain(low, high):
        if low > high:
            return 0
        if (low, high) not in memo:
            memo[low, high] = max(values[low] - gain(low + 1, high), values[high] - gain(low, high - 1))
        return memo[low, high]

    return gain(0, len(values) - 1), len(memo)


def main():
    size = int(sys.argv[1]) if len(sys.argv) > 1 else 220
    sys.setrecursionlimit(20000)
    print('partitions', partitions(size, size), len(partitions.memo), partitions.hits)
    print('paths', lattice_paths(size, size) % 10**12, lattice_paths.cache_info())
    roots = [digits_product(n) for n in range(200 * size)]
    info = digits_product.cache_info()
    print('products', sum(roots), info.hits, info.misses, info.currsize)
    print('kayles', [n for n in range(size * 2) if grundy(n) == 0], grundy(size))
    text = ''.join('abcb'[i * i % 7 % 4] + 'xy'[i % 3 == 0] for i in range(size))
    print('palindromes', *palindrome_cuts(text))
    print('readings', decode_count('aab' * (size // 2), ('a', 'aa', 'b', 'ab', 'ba', 'aba')) % 10**9)
    tree = Tree(7)
    print('tree', tree.weight, tree.heaviest, 'weight' in vars(tree))
    add_mod = partial(pow, 3, mod=1009)
    print('row', *best_split([add_mod(i) for i in range(size)]))


if __name__ == '__main__':
    main()
