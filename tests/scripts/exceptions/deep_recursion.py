# only: skein
# timeout: 120
# gc-stress: off
# Frames do not use the native stack: a recursion of a million frames works.
import sys
sys.setrecursionlimit(2_000_000)


def down(n):
    return 0 if n == 0 else 1 + down(n - 1)


print(down(1_000_000))


class Node:
    def __init__(self, n):
        self.child = Node(n - 1) if n else None

    def depth(self):
        return 1 + self.child.depth() if self.child else 1

    def __getitem__(self, n):
        return self.child[n - 1] if n else 'bottom'

    @property
    def last(self):
        return self.child.last if self.child else self

    def __len__(self):
        return 1


node = Node(100_000)
print(node.depth(), node[50_000], node.last.child)


def numbers(n):
    if n:
        yield from numbers(n - 1)
    yield n


print(sum(numbers(2000)))
