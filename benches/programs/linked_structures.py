"""Linked objects by hand: an LRU cache on a doubly linked list, an AVL tree with rotations, in-order walks, look-ups.

usage: linked_structures.py [operations]
"""
# perf: 100000
import sys


class Link:
    __slots__ = ('key', 'value', 'before', 'after')

    def __init__(self, key=None, value=None):
        self.key, self.value = key, value
        self.before = self.after = self


class LRUCache:
    def __init__(self, capacity):
        self.capacity = capacity
        self.links = {}
        self.root = Link()
        self.hits = self.misses = 0

    def unlink(self, link):
        link.before.after = link.after
        link.after.before = link.before

    def push(self, link):
        last = self.root.before
        last.after = self.root.before = link
        link.before, link.after = last, self.root

    def get(self, key, default=None):
        link = self.links.get(key)
        if link is None:
            self.misses += 1
            return default
        self.hits += 1
        self.unlink(link)
        self.push(link)
        return link.value

    def put(self, key, value):
        if key in self.links:
            self.unlink(self.links[key])
        elif len(self.links) >= self.capacity:
            oldest = self.root.after
            self.unlink(oldest)
            del self.links[oldest.key]
        link = self.links[key] = Link(key, value)
        self.push(link)


class Node:
    def __init__(self, key):
        self.key = key
        self.left = self.right = None
        self.height = 1


class AVLTree:
    def __init__(self):
        self.root = None
        self.rotations = 0

    @staticmethod
    def height(node):
        return node.height if node else 0

    def fix(self, node):
        node.height = 1 + max(self.height(node.left), self.height(node.right))
        balance = self.height(node.left) - self.height(node.right)
        if balance > 1:
            if self.height(node.left.left) < self.height(node.left.right):
                node.left = self.rotate(node.left, 'right', 'left')
            return self.rotate(node, 'left', 'right')
        if balance < -1:
            if self.height(node.right.right) < self.height(node.right.left):
                node.right = self.rotate(node.right, 'left', 'right')
            return self.rotate(node, 'right', 'left')
        return node

    def rotate(self, node, heavy, light):
        self.rotations += 1
        top = getattr(node, heavy)
        setattr(node, heavy, getattr(top, light))
        setattr(top, light, node)
        node.height = 1 + max(self.height(node.left), self.height(node.right))
        top.height = 1 + max(self.height(top.left), self.height(top.right))
        return top

    def insert(self, key):
        self.root = self._insert(self.root, key)

    def _insert(self, node, key):
        if node is None:
            return Node(key)
        if key < node.key:
            node.left = self._insert(node.left, key)
        elif key > node.key:
            node.right = self._insert(node.right, key)
        return self.fix(node)

    def __contains__(self, key):
        node = self.root
        while node is not None and node.key != key:
            node = node.left if key < node.key else node.right
        return node is not None

    def __iter__(self):
        stack, node = [], self.root
        while stack or node:
            while node:
                stack.append(node)
                node = node.left
            node = stack.pop()
            yield node.key
            node = node.right


def numbers(count, limit, state=1):
    for _ in range(count):
        state = (state * 48271) % 2147483647
        yield state % limit


def main():
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 25000
    cache = LRUCache(100)
    for n in numbers(count * 2, 300):
        if cache.get(n) is None:
            cache.put(n, str(n))
    print('cache', cache.hits, cache.misses, cache.root.after.key, cache.root.before.value)
    tree = AVLTree()
    for n in numbers(count, 10**6, 7):
        tree.insert(n)
    ordered = list(tree)
    print('tree', len(ordered), ordered == sorted(ordered), tree.root.height, tree.rotations)
    print('found', sum(n in tree for n in range(0, 10**6, 499)))


if __name__ == '__main__':
    main()
