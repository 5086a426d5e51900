# Parameters and arguments of all kinds.
def show(f, *args, **kwargs):
    try:
        print(f(*args, **kwargs))
    except TypeError as e:
        print('TypeError:', e)


def plain(a, b=2, *args, c, d=4, **kw):
    return a, b, args, c, d, kw


show(plain, 1, c=3)
show(plain, 1, 9, 8, 7, c=3, d=0, z=1)
show(plain)
show(plain, 1)
show(plain, c=1)
show(plain, 1, a=1, c=1)


def positional(a, b=5, /, c=6, *, d=7):
    return a, b, c, d


show(positional, 1)
show(positional, 1, 2, 3, d=4)
show(positional, 1, c=3)
show(positional, a=1)
show(positional, 1, b=2)
show(positional, 1, 2, 3, 4)


def collide(a, /, **kw):
    return a, kw


show(collide, 1, a=2)


def two(a, b):
    return a, b


def required(a, b, c, *, k1, k2):
    return 0


show(two)
show(two, 1)
show(two, 1, 2, 3)
show(two, 1, b=2, c=3)
show(two, b=1, a=2)
show(required)
show(required, 1, 2, 3)
show(required, 1, 2, 3, 4, k1=1)
show(lambda: 0, 1)
show(lambda x, *, y: 0, 1)


def defaults(x, items=[]):
    items.append(x)
    return items


print(defaults(1), defaults(2), defaults.__defaults__)
defaults.__defaults__ = ([],)
print(defaults(3))
n = 1


def early(v=n):
    return v


n = 2
print(early(), early(n))


def kwonly(*, a=1, b):
    return a, b


print(kwonly.__kwdefaults__, kwonly(b=2))
kwonly.__kwdefaults__ = {'b': 10}
show(kwonly, a=1)
show(kwonly)


class C:
    def method(self, x):
        return x

    @classmethod
    def cm(cls, x):
        return cls.__name__, x

    @staticmethod
    def sm(x):
        return x


c = C()
show(c.method)
show(c.method, 1, 2)
show(C.method, c, 1)
show(C.cm, 1)
show(c.cm)
show(c.sm, 1)
show(C.sm)
show(C, 1)
print((lambda *a, **k: (a, k))(*range(3), **dict(x=1)))
f = lambda a, *b, c=1, **d: (a, b, c, d)
print(f(1, 2, 3, c=4, e=5))
print((lambda x, /, y: x + y)(1, y=2))


def many(a0, a1, a2, a3, a4, a5, a6, a7, a8, a9, *rest):
    return a9, rest


print(many(*range(15)))
print(sorted(dict(a=1, **{'b': 2}).items()))
print(len(eval('[' + 'lambda a, b=(1, 2): a, ' * 300 + ']')))
