"""Builds and walks many binary trees: allocation and collection of small objects.

usage: binary_trees.py [depth]
"""
# perf: 16
import sys


class Node:
    def __init__(self, left, right):
        self.left = left
        self.right = right

    def check(self):
        if self.left is None:
            return 1
        return 1 + self.left.check() + self.right.check()


def build(depth):
    if depth == 0:
        return Node(None, None)
    return Node(build(depth - 1), build(depth - 1))


def main():
    most = int(sys.argv[1]) if len(sys.argv) > 1 else 14
    least = 4
    most = max(least + 2, most)
    print(f'stretch tree of depth {most + 1}\t check: {build(most + 1).check()}')
    long_lived = build(most)
    for depth in range(least, most + 1, 2):
        count = 1 << (most - depth + least)
        total = 0
        for _ in range(count):
            total += build(depth).check()
        print(f'{count}\t trees of depth {depth}\t check: {total}')
    print(f'long lived tree of depth {most}\t check: {long_lived.check()}')


if __name__ == '__main__':
    main()
