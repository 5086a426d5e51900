"""Calls: the Fibonacci numbers by recursion, plain, as a method and as a closure.

usage: fib.py [n]
"""
# perf: 32
import sys


def fib(n):
    return n if n < 2 else fib(n - 1) + fib(n - 2)


class Fib:
    def at(self, n):
        if n < 2:
            return n
        return self.at(n - 1) + self.at(n - 2)


def make():
    def inner(n, *, low=2):
        return n if n < low else inner(n - 1, low=low) + inner(n - 2, low=low)
    return inner


def main():
    n = int(sys.argv[1]) if len(sys.argv) > 1 else 24
    print(fib(n))
    print(Fib().at(n))
    print(make()(n))


if __name__ == '__main__':
    main()
