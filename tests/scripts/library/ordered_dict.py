# golden: 3.14
# collections.OrderedDict: order, views, iterators that notice changes, subclasses.
import copy
import pickle
from collections import OrderedDict


def attempt(f, *args, **kwargs):
    try:
        print(f(*args, **kwargs))
    except Exception as e:
        print(type(e).__name__, e)


def change_while_iterating(d, change):
    for k in d:
        change(d, k)


for change in (lambda d, k: d.move_to_end(k), lambda d, k: d.update(z=1), lambda d, k: d.pop(k)):
    attempt(change_while_iterating, OrderedDict.fromkeys('abc'), change)
attempt(change_while_iterating, OrderedDict.fromkeys('a'), lambda d, k: d.move_to_end(k))
od = OrderedDict(a=1, b=2)
print(od, od.keys(), od.values(), od.items(), type(iter(od)).__name__, vars(od), OrderedDict())
print(od | {'c': 3}, {'c': 3} | od, od == OrderedDict(b=2, a=1), od == {'b': 2, 'a': 1})
print(od.keys() & {'a'}, od.items() - {('a', 1)}, list(reversed(od.values())))


class Sub(OrderedDict):
    def __missing__(self, key):
        return key * 2

    def __setitem__(self, key, value):
        super().__setitem__(key, value * 10)


s = Sub(x=1)
s.attribute = []
print(s, s['q'], s.copy(), type(s | s).__name__, copy.copy(s).attribute is s.attribute, s.setdefault('n', 2), s)
print(pickle.loads(pickle.dumps(od)), copy.deepcopy(od))
for last in (True, False, True):
    attempt(od.popitem, last=last)
attempt(od.move_to_end, 'zz')
attempt(od.pop, 'zz')
attempt(od.pop, 'zz', 5)
od['self'] = od
print(od)
od = OrderedDict.fromkeys('abcde', 0)
for key in 'bdaec':
    od.move_to_end(key, last=key in 'be')
print(od, list(reversed(od.items())))
while len(od) > 2:
    od.move_to_end(od.popitem(last=False)[0] and next(iter(od)))
print(list(od))
attempt(OrderedDict, 1, 2)
attempt(OrderedDict, 5)
attempt(OrderedDict.update, od, 1, 2)
attempt(lambda: od | 5)
attempt(lambda: od < od)
