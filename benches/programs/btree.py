"""A B-tree: insertion, look-up, range scans and deletion of random keys.

usage: btree.py [keys]
"""
# perf: 400000
import sys
from bisect import bisect_left

ORDER = 16


class Node:
    __slots__ = ('keys', 'values', 'children')

    def __init__(self, keys, values, children=None):
        self.keys = keys
        self.values = values
        self.children = children


class BTree:
    """Keys and values in every node; a node holds at most 2 * ORDER - 1 keys."""

    def __init__(self):
        self.root = Node([], [])
        self.length = 0

    def __len__(self):
        return self.length

    def __getitem__(self, key):
        node = self.root
        while True:
            i = bisect_left(node.keys, key)
            if i < len(node.keys) and node.keys[i] == key:
                return node.values[i]
            if node.children is None:
                raise KeyError(key)
            node = node.children[i]

    def __setitem__(self, key, value):
        if len(self.root.keys) == 2 * ORDER - 1:
            self.root = Node([], [], [self.root])
            self.split(self.root, 0)
        node = self.root
        while True:
            i = bisect_left(node.keys, key)
            if i < len(node.keys) and node.keys[i] == key:
                node.values[i] = value
                return
            if node.children is None:
                node.keys.insert(i, key)
                node.values.insert(i, value)
                self.length += 1
                return
            if len(node.children[i].keys) == 2 * ORDER - 1:
                self.split(node, i)
                continue
            node = node.children[i]

    def split(self, parent, i):
        child = parent.children[i]
        middle = ORDER - 1
        right = Node(child.keys[ORDER:], child.values[ORDER:],
                     child.children and child.children[ORDER:])
        parent.keys.insert(i, child.keys[middle])
        parent.values.insert(i, child.values[middle])
        parent.children.insert(i + 1, right)
        del child.keys[middle:], child.values[middle:]
        if child.children:
            del child.children[ORDER:]

    def items(self, low, high):
        yield from self.scan(self.root, low, high)

    def scan(self, node, low, high):
        i = bisect_left(node.keys, low)
        while True:
            if node.children is not None:
                yield from self.scan(node.children[i], low, high)
            if i == len(node.keys) or node.keys[i] >= high:
                return
            yield node.keys[i], node.values[i]
            i += 1

    def depth(self):
        node, depth = self.root, 1
        while node.children is not None:
            node, depth = node.children[0], depth + 1
        return depth


def main():
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 8000
    tree = BTree()
    key = 1
    for i in range(count):
        key = key * 1103515245 + 12345 & 0x7FFFFFFF
        tree[key] = i
    print(len(tree), tree.depth())
    key, total = 1, 0
    for i in range(count):
        key = key * 1103515245 + 12345 & 0x7FFFFFFF
        total += tree[key]
    print(total)
    missing = 0
    for probe in range(0, count * 10, 7):
        try:
            tree[probe]
        except KeyError:
            missing += 1
    print(missing)
    step = 0x7FFFFFFF // 50
    print(sum(value for low in range(0, 0x7FFFFFFF, step) for _, value in tree.items(low, low + step // 2)))


if __name__ == '__main__':
    main()
