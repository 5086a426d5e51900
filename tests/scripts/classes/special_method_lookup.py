# Special methods are looked up on the type, not on the instance; None blocks them; class changes take effect at once.
class C:
    pass


c = C()
for name, use in (('__len__', len), ('__iter__', iter), ('__bool__', bool), ('__call__', lambda o: o()), ('__getitem__', lambda o: o[0]), ('__contains__', lambda o: 1 in o), ('__add__', lambda o: o + 1),
                  ('__enter__', lambda o: o.__class__.__enter__), ('__str__', str), ('__hash__', hash), ('__eq__', lambda o: o == 5), ('__index__', lambda o: [1, 2][o]), ('__next__', next), ('__neg__', lambda o: -o), ('__float__', float),
                  ('__format__', format), ('__reversed__', reversed), ('__lt__', lambda o: o < 1), ('__iadd__', lambda o: exec('o += 1', {'o': o})), ('__setitem__', lambda o: o.__setitem__), ('__round__', round), ('__await__', lambda o: 0)):
    setattr(c, name, lambda *a: 'instance attribute')
    try:
        result = use(c)
        if isinstance(result, str) and result.startswith('<__main__.C object'):
            result = 'default'
        if name == '__hash__':
            result = 'default hash'
        print(name, result if not callable(result) else 'found on the instance')
    except (TypeError, AttributeError) as e:
        print(name, type(e).__name__)
    delattr(c, name)
values = {'__len__': 3, '__bool__': False, '__str__': 'text', '__index__': 1, '__add__': 'added', '__eq__': 'equal', '__contains__': True, '__getitem__': 'item', '__call__': 'called', '__neg__': 'negated'}
for name, value in values.items():
    setattr(C, name, lambda self, *a, value=value: value)
C.__hash__ = lambda self: 7
print(len(c), bool(c), str(c), [1, 2][c], c + 1, c == 5, 1 in c, c[0], c(), -c, hash(c), f'{c}', [10, 20, 30][c])
del C.__bool__, C.__eq__, C.__add__, C.__index__
print(bool(c), c == c, c == 5)
for use in (lambda: c + 1, lambda: [1][c]):
    try:
        use()
    except TypeError as e:
        print(e)
del C.__len__
print(bool(c))


class Blocked(dict):
    __iter__ = None
    __len__ = None
    __contains__ = None
    __getitem__ = None
    __eq__ = None
    __hash__ = None
    __str__ = object.__str__


b = Blocked(a=1)
for use in (iter, len, lambda o: 1 in o, lambda o: o['a'], lambda o: o == 1, hash, list):
    try:
        print(use(b))
    except TypeError as e:
        print('TypeError')
print(b.get('a'), dict.__len__(b))


class Meta(type):
    def __len__(cls):
        return 10

    def __getitem__(cls, k):
        return 'class', k

    def __call__(cls):
        return 'class called'

    def __iter__(cls):
        return iter('meta')

    def __contains__(cls, x):
        return x == 'in'

    def __add__(cls, o):
        return 'class +'


class M(metaclass=Meta):
    def __len__(self):
        return 1

    def __class_getitem__(cls, k):
        return 'never, the metaclass wins'


print(len(M), M[1], M(), list(M), 'in' in M, M + 1)


class Desc:
    def __get__(self, obj, owner):
        return lambda *a: ('through descriptor', obj is not None, a)


class D:
    __len__ = property(lambda self: lambda: 8)
    __getitem__ = Desc()
    __call__ = staticmethod(lambda *a: ('static', a))
    __add__ = classmethod(lambda cls, o: (cls.__name__, o))
    __iter__ = property(lambda self: lambda: iter([1]))


d = D()
print(len(d), d['k'], d(1), d + 2, list(d))


class Counting:
    lookups = 0

    def __getattribute__(self, name):
        type(self).lookups += 1
        return super().__getattribute__(name)

    def __len__(self):
        return 1


k = Counting()
len(k), bool(k)
print(Counting.lookups)
k.x = 1
k.x
print(Counting.lookups)


class Other:
    def __len__(self):
        return 2


class Switch:
    def __len__(self):
        return 1


s = Switch()
print(len(s), end=' ')
s.__class__ = Other
print(len(s), end=' ')
Other.__len__ = lambda self: 3
print(len(s))


class P:
    def __add__(self, o):
        return 'P'


class Q(P):
    pass


q = Q()
print(q + 1, end=' ')
Q.__add__ = lambda self, o: 'Q'
print(q + 1, end=' ')
del Q.__add__
print(q + 1, end=' ')
P.__add__ = lambda self, o: 'new P'
print(q + 1, end=' ')
Q.__bases__ = (type('R', (P,), {'__add__': lambda self, o: 'R'}),)
print(q + 1)
