"""Micro benchmarks: nanoseconds per operation, one family of instructions or builtins each.

usage: skein benches/micro.py [name ...]                    times this interpreter
       python3 benches/micro.py --compare skein [name ...]  runs both and prints ratios (above 1: the other is faster)

Each function runs its operation n times in a loop and returns how many operations that were; the cost of the empty loop is not subtracted.
"""

import sys
from time import perf_counter

BENCHES = {}


def bench(f):
    BENCHES[f.__name__] = f
    return f


class Point:
    shared = 5

    def __init__(self, x, y):
        self.x = x
        self.y = y

    def method(self, a):
        return a

    @property
    def prop(self):
        return self.x

    @staticmethod
    def static(a):
        return a

    @classmethod
    def klass(cls, a):
        return a

    def __add__(self, other):
        return other

    def __getitem__(self, i):
        return i

    def __len__(self):
        return 3

    def __eq__(self, other):
        return True

    def __hash__(self):
        return 1

    def __iter__(self):
        yield 1

    def __enter__(self):
        return self

    def __exit__(self, *exc):
        return False

    def __call__(self, a):
        return a


class Child(Point):
    def method(self, a):
        return super().method(a)


class Slots:
    __slots__ = ('x', 'y')

    def __init__(self, x, y):
        self.x = x
        self.y = y


class Dynamic:
    def __getattr__(self, name):
        return name


def nothing():
    pass


def one(a):
    return a


def defaults(a, b=2, c=3):
    return a


def star(*args, **kwargs):
    return args


GLOBAL = 1


@bench
def empty_loop(n):
    for i in range(n):
        pass
    return n


@bench
def while_loop(n):
    i = 0
    while i < n:
        i += 1
    return n


@bench
def int_arithmetic(n):
    a, b = 7, 3
    for i in range(n):
        a = (a * b + i) & 0xFFFF
    return n


@bench
def int_divmod(n):
    a = 0
    for i in range(n):
        a += i // 7 + i % 5
    return n


@bench
def big_int(n):
    a, m = 3 ** 100, 2 ** 200
    for i in range(n):
        a = (a * a + i) % m
    return n


@bench
def int64_hash(n):
    h = 0
    for i in range(n):
        h = (h * 6364136223846793005 + 1442695040888963407) & 0xFFFFFFFFFFFFFFFF
    return n


@bench
def float_arithmetic(n):
    x = 1.5
    for i in range(n):
        x = x * 0.99 + 0.5 - x / 3.0
    return n


@bench
def compare_and_branch(n):
    c = 0
    for i in range(n):
        if i > 5 and i != 7 or i == 3:
            c += 1
    return n


@bench
def call_nothing(n):
    for i in range(n):
        nothing()
    return n


@bench
def call_one(n):
    for i in range(n):
        one(i)
    return n


@bench
def call_defaults(n):
    for i in range(n):
        defaults(i)
    return n


@bench
def call_keywords(n):
    for i in range(n):
        defaults(a=i, c=1)
    return n


@bench
def call_star(n):
    args, kwargs = (1, 2), {'k': 3}
    for i in range(n):
        star(*args, **kwargs)
    return n


@bench
def call_lambda(n):
    f = lambda x: x + 1
    for i in range(n):
        f(i)
    return n


@bench
def call_closure(n):
    k = 5

    def inner(x):
        return x + k
    for i in range(n):
        inner(i)
    return n


@bench
def call_method(n):
    p = Point(1, 2)
    for i in range(n):
        p.method(i)
    return n


@bench
def call_bound(n):
    m = Point(1, 2).method
    for i in range(n):
        m(i)
    return n


@bench
def call_super(n):
    c = Child(1, 2)
    for i in range(n):
        c.method(i)
    return n


@bench
def call_static_and_class(n):
    p = Point(1, 2)
    for i in range(n):
        p.static(i)
        p.klass(i)
    return 2 * n


@bench
def call_builtin(n):
    x = [1, 2, 3]
    for i in range(n):
        len(x)
        abs(i)
    return 2 * n


@bench
def call_isinstance(n):
    p = Child(1, 2)
    for i in range(n):
        isinstance(p, Point)
        isinstance(i, (str, int))
    return 2 * n


@bench
def make_instance(n):
    for i in range(n):
        Point(i, i)
    return n


@bench
def make_slots(n):
    for i in range(n):
        Slots(i, i)
    return n


@bench
def attribute_read(n):
    p = Point(1, 2)
    for i in range(n):
        p.x
        p.y
        p.shared
    return 3 * n


@bench
def attribute_write(n):
    p = Point(1, 2)
    for i in range(n):
        p.x = i
        p.y = i
    return 2 * n


@bench
def slot_access(n):
    s = Slots(1, 2)
    for i in range(n):
        s.x = s.y
    return n


@bench
def property_read(n):
    p = Point(1, 2)
    for i in range(n):
        p.prop
    return n


@bench
def getattr_hook(n):
    d = Dynamic()
    for i in range(n):
        d.anything
    return n


@bench
def operator_dunder(n):
    p = Point(1, 2)
    for i in range(n):
        p + i
    return n


@bench
def getitem_dunder(n):
    p = Point(1, 2)
    for i in range(n):
        p[i]
    return n


@bench
def call_dunder(n):
    p = Point(1, 2)
    for i in range(n):
        p(i)
    return n


@bench
def len_dunder(n):
    p = Point(1, 2)
    for i in range(n):
        len(p)
    return n


@bench
def hash_dunder_dict(n):
    d = {Point(1, 2): 1}
    p = Point(1, 2)
    for i in range(n):
        d[p]
    return n


@bench
def global_read(n):
    for i in range(n):
        GLOBAL
        GLOBAL
        GLOBAL
    return 3 * n


@bench
def list_index(n):
    a = [1, 2, 3, 4]
    for i in range(n):
        a[1] = a[2]
        a[-1]
    return 3 * n


@bench
def list_append_pop(n):
    a = []
    for i in range(n):
        a.append(i)
        a.pop()
    return 2 * n


@bench
def list_build(n):
    for i in range(n):
        [i, i, i]
    return n


@bench
def list_slice(n):
    a = list(range(20))
    for i in range(n):
        a[2:10]
    return n


@bench
def list_comprehension(n):
    for i in range(n // 20):
        [x * 2 for x in range(20)]
    return n


@bench
def list_iterate(n):
    a = list(range(100))
    s = 0
    for i in range(n // 100):
        for x in a:
            s += x
    return n


@bench
def list_sort(n):
    a = [(i * 7919) % 1009 for i in range(1000)]
    for i in range(n // 1000):
        sorted(a)
    return n


@bench
def list_sort_key(n):
    a = [(i * 7919) % 1009 for i in range(1000)]
    for i in range(n // 1000):
        sorted(a, key=lambda x: -x)
    return n


@bench
def tuple_build_unpack(n):
    for i in range(n):
        a, b = i, n
        b, a = a, b
    return 2 * n


@bench
def sequence_unpack(n):
    t, l = (1, 2, 3), [4, 5, 6]
    for i in range(n):
        a, b, c = t
        a, b, c = l
    return 2 * n


@bench
def dict_get_set(n):
    d = {'a': 1, 'b': 2}
    for i in range(n):
        d['a'] = d['b']
    return 2 * n


@bench
def dict_int_keys(n):
    d = {}
    for i in range(n):
        d[i & 1023] = i
    return n


@bench
def dict_build(n):
    for i in range(n):
        {'a': i, 'b': i}
    return n


@bench
def dict_methods(n):
    d = {'a': 1}
    for i in range(n):
        d.get('a')
        d.get('z', 0)
        'a' in d
    return 3 * n


@bench
def dict_iterate(n):
    d = {i: i for i in range(100)}
    s = 0
    for i in range(n // 100):
        for k, v in d.items():
            s += v
    return n


@bench
def set_operations(n):
    s = {1, 2, 3}
    for i in range(n):
        i in s
        s.add(2)
    return 2 * n


@bench
def str_concat(n):
    for i in range(n // 50):
        s = ''
        for j in range(50):
            s += 'x'
    return n


@bench
def str_format(n):
    for i in range(n):
        f'{i} and {n!r}'
    return n


@bench
def str_percent(n):
    for i in range(n):
        '%d %s' % (i, 'x')
    return n


@bench
def str_methods(n):
    s = 'hello world'
    for i in range(n):
        s.upper()
        s.find('w')
        s.startswith('he')
    return 3 * n


@bench
def str_index_iterate(n):
    s = 'abcdefghij' * 10
    c = 0
    for i in range(n // 100):
        for ch in s:
            if ch == 'e':
                c += 1
    return n


@bench
def str_split_join(n):
    s = 'a b c d e f g h'
    for i in range(n):
        ' '.join(s.split())
    return n


@bench
def str_of_int(n):
    for i in range(n):
        int(str(i))
    return n


@bench
def bytes_operations(n):
    b = bytearray(100)
    for i in range(n):
        b[i % 100] = i & 255
    return n


@bench
def generator_loop(n):
    def g():
        for i in range(n):
            yield i
    for x in g():
        pass
    return n


@bench
def generator_send(n):
    def g():
        while True:
            yield
    it = g()
    next(it)
    for i in range(n):
        it.send(i)
    return n


@bench
def yield_from(n):
    def inner():
        for i in range(n):
            yield i

    def outer():
        yield from inner()
    for x in outer():
        pass
    return n


@bench
def generator_expression(n):
    sum(i for i in range(n))
    return n


@bench
def coroutine_await(n):
    async def leaf(i):
        return i

    async def main():
        for i in range(n):
            await leaf(i)
    c = main()
    try:
        c.send(None)
    except StopIteration:
        pass
    return n


@bench
def iter_dunder(n):
    p = Point(1, 2)
    for i in range(n):
        for x in p:
            pass
    return n


@bench
def try_no_raise(n):
    for i in range(n):
        try:
            pass
        except ValueError:
            pass
    return n


@bench
def raise_and_catch(n):
    for i in range(n):
        try:
            raise ValueError
        except ValueError:
            pass
    return n


@bench
def raise_through_calls(n):
    def inner():
        raise KeyError('k')

    def outer():
        inner()
    for i in range(n):
        try:
            outer()
        except KeyError:
            pass
    return n


@bench
def with_statement(n):
    p = Point(1, 2)
    for i in range(n):
        with p:
            pass
    return n


@bench
def map_filter_zip(n):
    a = list(range(100))
    for i in range(n // 100):
        list(map(one, a))
        list(zip(a, a))
        list(enumerate(a))
    return 3 * n


@bench
def min_max_sum(n):
    a = list(range(100))
    for i in range(n // 100):
        min(a)
        max(a)
        sum(a)
    return 3 * n


@bench
def match_statement(n):
    p = (1, 2)
    for i in range(n):
        match p:
            case [1, 3]:
                pass
            case [1, x]:
                pass
    return n


@bench
def make_function(n):
    for i in range(n):
        def f(a, b=1):
            return a
    return n


@bench
def make_class(n):
    for i in range(n // 20):
        class C:
            x = 1

            def m(self):
                pass
    return n // 20


@bench
def import_inside(n):
    for i in range(n):
        import sys
    return n


@bench
def global_function_recursion(n):
    def fib(k):
        return k if k < 2 else fib(k - 1) + fib(k - 2)
    done = 0
    while done < n:
        fib(15)
        done += 1973
    return done


@bench
def list_of_objects(n):
    a = [Point(i, i) for i in range(100)]
    s = 0
    for i in range(n // 100):
        for p in a:
            s += p.x + p.y
    return n


@bench
def matrix_multiply(n):
    size = 10
    a = [[i * j for j in range(size)] for i in range(size)]
    done = 0
    while done < n:
        [[sum(x * y for x, y in zip(row, column)) for column in zip(*a)] for row in a]
        done += size ** 3
    return done


def measure(f):
    n = 1000
    while True:
        start = perf_counter()
        count = f(n)
        seconds = perf_counter() - start
        if seconds > 0.02 or n >= 10_000_000:
            break
        n *= 4
    best = seconds / count
    for _ in range(3):
        start = perf_counter()
        count = f(n)
        best = min(best, (perf_counter() - start) / count)
    return best * 1e9


def main(names):
    for name, f in BENCHES.items():
        if not names or name in names:
            try:
                print(f'{name} {measure(f):.2f}', flush=True)
            except Exception as e:
                print(f'{name} failed {type(e).__name__}: {e}', flush=True)


def compare(other, names):
    import math
    import subprocess

    def read(python):
        done = subprocess.run([python, __file__, *names], capture_output=True, text=True)
        if done.returncode:
            print(f'{python}: exit code {done.returncode}: {done.stderr[-300:]}')
        return dict(line.split(' ', 1) for line in done.stdout.splitlines())
    mine, theirs = read(sys.executable), read(other)
    ratios = []
    for name, value in mine.items():
        found = theirs.get(name, 'missing')
        try:
            ratio = float(value) / float(found)
        except ValueError:
            print(f'{name:<28} {value:>10} {found}')
            continue
        ratios.append(ratio)
        print(f'{name:<28} {value:>10} {found:>10} {ratio:>7.2f}x{"  <<<" if ratio < 1 else ""}')
    if ratios:
        print(f'{"geometric mean":<28} {"":>10} {"":>10} {math.exp(sum(map(math.log, ratios)) / len(ratios)):>7.2f}x')


if __name__ == '__main__':
    if sys.argv[1:2] == ['--compare']:
        compare(sys.argv[2], sys.argv[3:])
    else:
        main(sys.argv[1:])
