# dict: methods, order, views, merging.
d = {'b': 1, 'a': 2}
d['c'] = 3
d['b'] = 9
print(d, list(d), len(d), d.get('x'), d.get('x', 0), d.pop('a'), d.pop('zz', 'default'), d.setdefault('n', []), d.setdefault('b', 5), d)
d['a'] = 'again'
print(list(d), d.popitem(), list(d.items()), list(d.values()), 'b' in d, 'zz' not in d)
d.update({'x': 1}, y=2)
d.update([('z', 3)])
d.update(w=4)
print(d, dict(a=1), dict([('k', 'v')]), dict(zip('ab', range(2))), dict({'a': 1}, b=2), dict(), {**d, 'x': 'over'}['x'])
print({'a': 1} | {'b': 2, 'a': 3}, dict.fromkeys('ab'), dict.fromkeys([1, 2], 0), {1: 'int', 1.0: 'float', True: 'bool'}, {'a': 1} == {'a': 1.0}, {'a': 1, 'b': 2} == {'b': 2, 'a': 1})
for f in (lambda: {}['k'], lambda: {}.pop('k'), lambda: {}.popitem(), lambda: dict([(1, 2, 3)]), lambda: dict(5), lambda: {}.update(5), lambda: {}.fromkeys(5), lambda: {} | [], lambda: {} < {}, lambda: dict(a=1, **{'a': 2})):
    try:
        f()
    except Exception as e:
        print(type(e).__name__, e)
for key in ([], {}, set(), bytearray()):
    try:
        {key: 1}
    except TypeError as e:
        print('unhashable' in str(e), type(key).__name__ in str(e))
keys, values, items = d.keys(), d.values(), d.items()
d['late'] = 0
print('late' in keys, 0 in values, ('late', 0) in items, len(keys), keys & {'x', 'q'}, sorted(keys | {'q'}), keys - d.keys(), sorted({'x': 1}.keys() ^ {'y'}), {'x': 1}.items() & {('x', 1)}, {'a'} <= {'a': 1}.keys(), {'a': 1}.keys() == {'a'}, {'a': 1}.items() == {('a', 1)}.__class__([('a', 1)]))
print(keys.isdisjoint({'none'}), {'a': 1}.keys(), {'a': 1}.values(), {'a': 1}.items(), list(reversed({'a': 1, 'b': 2})), list(reversed({'a': 1, 'b': 2}.items())), {}.keys() == set(), keys.mapping['x'])
del d['x']
try:
    del d['x']
except KeyError as e:
    print('KeyError', e, e.args)
print(str({'k': {'n': [1, (2,)]}}), {(1, 2): 'tuple key'}[1, 2], {None: 1, (): 2, frozenset([1]): 3, 1.5: 4}, hash((1, 2)) == hash((1, 2)))
r = {}
r['self'] = r
print(r)
big = {i: i * i for i in range(1000)}
for i in range(0, 1000, 2):
    del big[i]
print(len(big), big[999], 500 in big, list(big)[:3], sum(big.values()))
for i in range(0, 100, 2):
    big[i] = 'new'
print(len(big), list(big)[-2:], big[0])
big.clear()
print(big, bool(big))


class Key:
    def __init__(self, v):
        self.v = v

    def __hash__(self):
        return 1

    def __eq__(self, o):
        return isinstance(o, Key) and self.v == o.v

    def __repr__(self):
        return f'K{self.v}'


c = {Key(i): i for i in range(5)}
print(c, c[Key(3)], Key(9) in c, c.pop(Key(0)), len(c))


class D(dict):
    def __getitem__(self, k):
        return 'get ' + str(k)

    def __setitem__(self, k, v):
        super().__setitem__(k, ('set', v))


s = D(a=1)
s['b'] = 2
s.update(c=3)
print(s, s['a'], s.get('a'), dict(s), {**s}, s.pop('a'), list(s.items()), s.setdefault('z', 1), '%(any)s' % s)
from collections import OrderedDict, defaultdict, Counter, ChainMap
o = OrderedDict(a=1, b=2, c=3)
o.move_to_end('a')
o.move_to_end('c', last=False)
print(list(o), o.popitem(last=False), o == OrderedDict(a=1, b=2), o == {'a': 1, 'b': 2}, list(reversed(o)))
dd = defaultdict(list, {'k': [0]})
dd['k'].append(1)
dd['n'].append(2)
print(dd, dd.get('none'), 'none' in dd, dd.default_factory)
cnt = Counter('abracadabra')
print(cnt, cnt.most_common(2), cnt['zz'], cnt + Counter(a=1), cnt - Counter(a=5), sorted(cnt.elements())[:3], cnt.total(), Counter(a=1) | Counter(a=3), Counter(a=2) & Counter(a=1), +Counter(a=-1))
cm = ChainMap({'a': 1}, {'a': 2, 'b': 3})
cm['c'] = 4
print(cm['a'], cm['b'], dict(cm), cm.maps, cm.new_child({'a': 0})['a'], cm.parents['a'])
