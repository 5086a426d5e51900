# Subclasses of builtin types: overridden methods and what builtins do with them.
class MyList(list):
    def __len__(self):
        return 99

    def __iter__(self):
        return iter(['overridden'])

    def __contains__(self, x):
        return 'always'

    def __eq__(self, o):
        return 'eq'

    __hash__ = None


m = MyList([1, 2])
print(len(m), list(m), 5 in m, m == [1], [*m], tuple(m), m[0], m + [3], sorted(m), bool(m), list.__len__(m), sum(MyList([])) if False else 'skip')
a, = m
print(a, ','.join(m), dict.fromkeys(m), set(m), max(m))


class MyDict(dict):
    def __getitem__(self, k):
        return 'item'

    def __contains__(self, k):
        return True

    def keys(self):
        return ['k1', 'k2']

    def __iter__(self):
        return iter(['it'])


d = MyDict(a=1)
print(d['zz'], 'q' in d, d.get('a'), list(d), dict(d), {**d}, d.items(), len(d), (lambda **k: sorted(k))(**d))


class MyStr(str):
    def __str__(self):
        return 'str()'

    def __repr__(self):
        return 'repr()'

    def __len__(self):
        return 50

    def __eq__(self, o):
        return True

    def __hash__(self):
        return 1

    def upper(self):
        return 'custom upper'

    def __add__(self, o):
        return 'added'

    def __getitem__(self, i):
        return 'item'

    def __mod__(self, o):
        return 'mod'

    def __format__(self, spec):
        return f'format({spec})'


s = MyStr('text')
print(s, repr(s), len(s), s == 'other', s.upper(), s + 'x', s[0], s % 1, f'{s:>9}', 'x' + s, ''.join([s]), s.lower(), s.title(), '%s %r' % (s, s), {'a': 1}.get(s), str.__str__(s) == 'text', 'te' in s, s.split('e'), type(s.lower()).__name__, type(str(s)).__name__)


class MyInt(int):
    def __index__(self):
        return 1

    def __int__(self):
        return 2

    def __add__(self, o):
        return 'add'

    def __radd__(self, o):
        return 'radd'

    def __bool__(self):
        return False

    def __str__(self):
        return 'MyInt'


i = MyInt(5)
print(i, repr(i), i + 1, 1 + i, bool(i), int(i), [10, 20, 30, 40, 50, 60][i], i * 2, i == 5, hash(i), sum([i]), f'{i}', f'{i:d}', '%d' % i, range(10)[i], -i, i > 4, max(i, 3), [0] * i)


class MyTuple(tuple):
    def __getitem__(self, i):
        return 'got'

    def __iter__(self):
        return iter('it')


t = MyTuple((1, 2, 3))
a, b = t
print(t[0], a, b, t == (1, 2, 3), t + (4,), len(t), list(t), '%s' % (t[0],), hash(t) == hash((1, 2, 3)), t.index(2), (lambda *a: a)(*t))


class MySet(set):
    def __contains__(self, x):
        return 'no'

    def __iter__(self):
        return iter([7])

    def add(self, x):
        super().add(x + 1)


st = MySet({1, 2})
st.add(5)
print(1 in st, list(st), len(st), set.__contains__(st, 6), sorted(set(st)), st == {1, 2, 6}, st | {9} == {1, 2, 6, 9})


class MyFloat(float):
    def __add__(self, o):
        return 'add'

    def __float__(self):
        return 9.5


f = MyFloat(1.5)
print(f + 1, 1 + f, float(f), f * 2, f'{f:.2f}', round(f), int(f), f == 1.5, abs(f), type(abs(f)).__name__)


class MyBytes(bytes):
    def __len__(self):
        return 3

    def __getitem__(self, i):
        return 'b'


b = MyBytes(b'xyz12')
print(len(b), b[0], b, b + b'!', b.upper(), bytes(b), list(b), b'x' in b, b.find(b'1'))


class MyExc(Exception):
    def __init__(self, a, b=2):
        self.a, self.b = a, b

    def __str__(self):
        return f'{self.a}-{self.b}'


e = MyExc(1)
print(e, repr(e), e.args, MyExc(1, b=3).args)


class MyProp(property):
    def __get__(self, obj, owner=None):
        return 'custom', super().__get__(obj, owner) if obj else None


class HasProp:
    @MyProp
    def p(self):
        return 'value'


print(HasProp().p, HasProp.p)


class MyType(type):
    def __call__(cls, *a):
        return 'not an instance'


class NoInst(metaclass=MyType):
    pass


print(NoInst(), object.__new__(NoInst).__class__.__name__)


class MyRange:
    def __init__(self, r):
        self.r = r

    def __getattr__(self, n):
        return getattr(self.r, n)


print(MyRange(range(5)).stop, MyRange(range(5)).index(3))
for cls in (bool, type(None), type(...), range, slice, memoryview, type(lambda: 0), type(len)):
    try:
        type('S', (cls,), {})
        print('subclassed', cls.__name__)
    except TypeError as e:
        print(e)
