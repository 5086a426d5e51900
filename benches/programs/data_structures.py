"""Containers by hand: a binary heap with a key function, a trie of words, a hash table with open addressing.

usage: data_structures.py [operations]
"""
# perf: 100000
import sys


class Heap:
    def __init__(self, key=lambda item: item):
        self.items = []
        self.key = key

    def push(self, item):
        items, key = self.items, self.key
        items.append(item)
        i = len(items) - 1
        while i > 0 and key(items[i]) < key(items[(i - 1) // 2]):
            parent = (i - 1) // 2
            items[i], items[parent] = items[parent], items[i]
            i = parent

    def pop(self):
        items, key = self.items, self.key
        smallest, last = items[0], items.pop()
        if items:
            items[0] = last
            i = 0
            while True:
                children = [c for c in (2 * i + 1, 2 * i + 2) if c < len(items)]
                best = min(children, key=lambda c: key(items[c]), default=None)
                if best is None or key(items[i]) <= key(items[best]):
                    break
                items[i], items[best] = items[best], items[i]
                i = best
        return smallest

    def __len__(self):
        return len(self.items)


class Trie:
    def __init__(self):
        self.children = {}
        self.count = 0

    def add(self, word):
        node = self
        for letter in word:
            if letter not in node.children:
                node.children[letter] = Trie()
            node = node.children[letter]
        node.count += 1

    def walk(self, prefix=''):
        if self.count:
            yield prefix, self.count
        for letter in sorted(self.children):
            yield from self.children[letter].walk(prefix + letter)

    def starting_with(self, prefix):
        node = self
        for letter in prefix:
            node = node.children.get(letter)
            if node is None:
                return
        yield from node.walk(prefix)


class HashTable:
    """Open addressing with tombstones."""

    GONE = object()

    def __init__(self):
        self.slots = [None] * 8
        self.used = self.filled = 0

    def find(self, key):
        mask = len(self.slots) - 1
        i = key * 2654435769 >> 7 & mask
        free = None
        while True:
            slot = self.slots[i]
            if slot is None:
                return i if free is None else free
            if slot is self.GONE:
                free = i if free is None else free
            elif slot[0] == key:
                return i
            i = i + 1 & mask

    def __setitem__(self, key, value):
        i = self.find(key)
        if self.slots[i] is None or self.slots[i] is self.GONE:
            self.used += 1
            self.filled += self.slots[i] is None
        self.slots[i] = key, value
        if self.filled * 3 > len(self.slots) * 2:
            self.grow()

    def __getitem__(self, key):
        slot = self.slots[self.find(key)]
        if slot is None or slot is self.GONE:
            raise KeyError(key)
        return slot[1]

    def __delitem__(self, key):
        self[key]
        self.slots[self.find(key)] = self.GONE
        self.used -= 1

    def grow(self):
        old = [slot for slot in self.slots if slot is not None and slot is not self.GONE]
        self.slots = [None] * (8 << (len(old) // 4).bit_length())
        self.used = self.filled = 0
        for key, value in old:
            self[key] = value


def numbers(count, limit, state=1):
    for _ in range(count):
        state = (state * 48271) % 2147483647
        yield state % limit


def main():
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 20000
    heap = Heap(key=lambda pair: (pair[0] % 1000, pair[1]))
    for i, n in enumerate(numbers(count // 2, 10**6, 11)):
        heap.push((n, i))
    print('heap', [heap.pop() for _ in range(len(heap))][::count // 8])
    trie = Trie()
    for n in numbers(count, 9000, 5):
        trie.add(oct(n)[2:].translate(str.maketrans('01234567', 'abcdelst')))
    print('trie', sum(1 for _ in trie.walk()), list(trie.starting_with('bes'))[:4], list(trie.starting_with('z')))
    table = HashTable()
    for n in numbers(count, 2 * count, 3):
        table[n] = table.used
        if n % 3 == 0:
            del table[n]
    missing = 0
    for n in range(2 * count):
        try:
            table[n]
        except KeyError:
            missing += 1
    print('table', table.used, missing, len(table.slots))


if __name__ == '__main__':
    main()
