"""Loops and what one turn of each may cost in machine code, as the comment above each function says."""
from array import array


class Point:
    def __init__(self, x):
        self.x = x

    def step(self, d):
        self.x += d
        return self.x

    @property
    def double(self):
        return self.x * 2

    def __add__(self, other):
        return self.x + other.x


# at most 4 guards, 1 load, 0 stores, 0 calls
def int_sum(n):
    s = 0
    for i in range(n):
        s += i & 7
    return s


# at most 3 guards, 1 load, 0 stores, 0 calls
def float_recurrence(n):
    x = 0.5
    for i in range(n):
        x = x * 0.5 + 1.25
    return x


# at most 2 guards, 1 load, 0 stores, 0 calls
def while_loop(n):
    i = 0
    while i < n:
        i += 1
    return i


# at most 6 guards, 1 load, 2 stores, 0 calls
def method_call(n):
    p = Point(1)
    for i in range(n):
        p.step(2)
    return p.x


# at most 4 guards, 1 load, 1 store, 0 calls
def property_read(n):
    p, s = Point(1), 0
    for i in range(n):
        s += p.double
    return s


# at most 18 guards, 14 loads, 11 stores, 1 call
def operator_method(n):
    p, q, s = Point(1), Point(2), 0
    for i in range(n):
        s += p + q
    return s


# at most 6 guards, 2 loads, 0 stores, 0 calls
def list_by_index(n):
    items, s = [1] * n, 0
    for i in range(n):
        s += items[i]
    return s


# at most 4 guards, 2 loads, 0 stores, 0 calls
def list_by_iterator(n):
    s = 0
    for x in [1] * n:
        s += x
    return s


# at most 4 guards, 1 load, 2 stores, 0 calls
def function_call(n):
    def twice(x):
        return x + x

    s = 0
    for i in range(n):
        s = twice(i)
    return s


# at most 4 guards, 3 loads, 6 stores, 1 call
def list_append(n):
    items = []
    for i in range(n):
        items.append(i)
    return len(items)


# at most 4 guards, 3 loads, 5 stores, 1 call
def dict_counting(n):
    counts = {}
    for i in range(n):
        counts[i & 3] = i
    return len(counts)


# at most 3 guards, 2 loads, 1 store, 0 calls
def array_of_floats(n):
    a = array('d', [0.5]) * n
    for i in range(n):
        a[i] *= 1.5
    return a[-1]


# at most 4 guards, 2 loads, 0 stores, 0 calls
def array_of_ints(n):
    a, s = array('h', [-1]) * n, 0
    for i in range(n):
        s += a[i]
    return s


# at most 3 guards, 1 load, 1 store, 0 calls
def bytearray_cleared(n):
    b = bytearray(n)
    for i in range(n):
        b[i] = 1
    return sum(b)


# at most 4 guards, 2 loads, 0 stores, 0 calls
def bytes_by_iterator(n):
    s = 0
    for x in b'a' * n:
        s += x
    return s


for f in (int_sum, float_recurrence, while_loop, method_call, property_read, operator_method, list_by_index, list_by_iterator, function_call, list_append, dict_counting, array_of_floats,
          array_of_ints, bytearray_cleared, bytes_by_iterator):
    print(f.__name__, f(3000))
