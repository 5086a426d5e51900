# Exceptions raised from hooks: properties, __getattr__, comparison, hashing, iteration, formatting, sorting, contains, bool.
class Boom(Exception):
    pass


class B:
    def _raise(self, *a, **k):
        raise Boom('hook')

    for name in ('len getitem setitem delitem contains iter next call add radd neg bool eq hash lt str repr format int float index enter exit get '
                 'getattr setattr delattr reversed round abs divmod pow and iadd missing').split():
        locals()[f'__{name}__'] = _raise
    del name


b = B()
uses = dict(
    len=lambda: len(b), get=lambda: b[0], set=lambda: b.__class__.__setitem__(b, 0, 1), contains=lambda: 1 in b, iter=lambda: iter(b), loop=lambda: [x for x in b], star=lambda: [*b], call=lambda: b(),
    add=lambda: b + 1, radd=lambda: 1 + b, neg=lambda: -b, bool=lambda: not b, cond=lambda: 1 if b else 2, and_=lambda: b and 1, eq=lambda: b == 1, ne=lambda: b != 1, inlist=lambda: 1 in [b], hash=lambda: hash(b), key=lambda: {b: 1},
    lookup=lambda: {}.get(b), lt=lambda: b < 1, sort=lambda: sorted([b, b]), max=lambda: max(b, b), str=lambda: str(b), repr=lambda: repr(b), fstr=lambda: f'{b}', fmt=lambda: '{}'.format(b), pct=lambda: '%s' % b, inrepr=lambda: repr([b]), int=lambda: int(b),
    float=lambda: float(b), index=lambda: [1][b], slice=lambda: [1][b:], chr=lambda: chr(b), range=lambda: range(b), attr=lambda: b.missing, setattr=lambda: setattr(b, 'x', 1), delattr=lambda: delattr(b, 'x'), hasattr=lambda: hasattr(b, 'missing'), reversed=lambda: reversed(b),
    round=lambda: round(b), abs=lambda: abs(b), divmod=lambda: divmod(b, 1), pow=lambda: b ** 2, band=lambda: b & 1, join=lambda: ''.join(b), tuple=lambda: tuple(b), dict=lambda: dict(b), toset=lambda: set(b), unpack=lambda: (lambda x, y: 0)(*b), zip=lambda: list(zip(b)), map=lambda: list(map(str, b)),
    count=lambda: [b].count(1), index_of=lambda: [b].index(1), remove=lambda: [b].remove(1), tuple_eq=lambda: (b,) == (1,), dict_eq=lambda: {1: b} == {1: 2}, any=lambda: any([b]), filter=lambda: list(filter(None, [b])), print=lambda: print(b), sum=lambda: sum([b]), isinst=lambda: isinstance(b, int),
    enter=lambda: exec('with b: pass', {'b': b}), match=lambda: exec('match b:\n case 1: pass', {'b': b}), extend=lambda: [].extend(b), update=lambda: {}.update(b), bytes=lambda: bytes(b), iadd=lambda: exec('x = b\nx += 1', {'b': b}), unary=lambda: [b] * b,
)
ok = []
for name, use in uses.items():
    try:
        use()
        print(name, 'no error')
    except Boom:
        ok.append(name)
    except Exception as e:
        print(name, type(e).__name__)
print(len(ok))


class P:
    @property
    def p(self):
        raise Boom('property')

    @p.setter
    def p(self, v):
        raise Boom('setter')

    def __getattr__(self, name):
        raise Boom('getattr ' + name)

    def __del__(self):
        pass


for use in (lambda: P().p, lambda: setattr(P(), 'p', 1), lambda: P().q, lambda: getattr(P(), 'q', 'default')):
    try:
        print(use())
    except Boom as e:
        print(e)


class Exit:
    def __enter__(self):
        return self

    def __exit__(self, *a):
        raise Boom('exit')


try:
    with Exit():
        pass
except Boom as e:
    print(e, e.__context__)
try:
    with Exit():
        raise KeyError('body')
except Boom as e:
    print(e, repr(e.__context__))


class BoolExit:
    def __enter__(self):
        return self

    def __exit__(self, *a):
        class Bad:
            def __bool__(self):
                raise Boom('truth of exit')
        return Bad()


try:
    with BoolExit():
        raise KeyError
except Boom as e:
    print(e)


def default(x=[].append):
    pass


def deco(f):
    raise Boom('decorator')


try:
    @deco
    def g():
        pass
except Boom as e:
    print(e, 'g' in globals())
try:
    class K(metaclass=lambda *a: deco(a)):
        pass
except Boom as e:
    print(e, 'K' in globals())
try:
    class L:
        attr = 1
        raise Boom('class body')
except Boom as e:
    print(e, 'L' in globals())
items = [3, 1, 2]


def key(x):
    if x == 1:
        raise Boom('key')
    return x


try:
    items.sort(key=key)
except Boom as e:
    print(e, items)


def gen():
    yield 1
    raise Boom('generator')


collected = []
try:
    for v in gen():
        collected.append(v)
except Boom as e:
    print(e, collected)
try:
    collected.extend(gen())
except Boom:
    print(collected)
d = {}
try:
    d.update((k, 1) for k in gen())
except Boom:
    print(d)
try:
    [collected for x in gen() if x]
except Boom:
    print('comprehension')
try:
    raise Boom('in except') if True else None
except Boom as e:
    try:
        raise KeyError from e
    except KeyError as k:
        print(repr(k.__cause__))
