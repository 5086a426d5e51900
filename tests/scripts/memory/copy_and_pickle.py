# copy, deepcopy and pickle of plain objects.
import copy
import pickle


class P:
    def __init__(self, x, y):
        self.x, self.y = x, y

    def __eq__(self, o):
        return isinstance(o, P) and vars(self) == vars(o)


class Slots:
    __slots__ = ('a', 'b')


class State:
    def __init__(self):
        self.keep, self.drop = 1, 2

    def __getstate__(self):
        return {'keep': self.keep}

    def __setstate__(self, state):
        self.__dict__.update(state, restored=True)


class Reduce:
    def __init__(self, v):
        self.v = v

    def __reduce__(self):
        return Reduce, (self.v + 1,)


class NewArgs(tuple):
    def __new__(cls, a, b):
        return super().__new__(cls, (a, b))

    def __getnewargs__(self):
        return tuple(self)


class L(list):
    pass


class Copy:
    def __copy__(self):
        return 'shallow'

    def __deepcopy__(self, memo):
        return 'deep'


p = P(1, [2, 3])
q, r = copy.copy(p), copy.deepcopy(p)
print(q == p, q.y is p.y, r == p, r.y is p.y)
a = [1, [2]]
a.append(a)
b = copy.deepcopy(a)
print(b[2] is b, b[1] is not a[1], copy.copy(a)[1] is a[1])
print(copy.copy(Copy()), copy.deepcopy([Copy()]), copy.deepcopy((1, 'x', None)) , copy.copy({1: [2]}), copy.deepcopy({'k': {1, 2}}), copy.copy(bytearray(b'x')))
shared = [1]
pair = copy.deepcopy([shared, shared])
print(pair[0] is pair[1])
print(copy.copy(Reduce(1)).v, copy.copy(State()).__dict__, copy.deepcopy(NewArgs(1, 2)), copy.copy(len) is len, copy.deepcopy(P) is P)
l = L([1, 2])
l.tag = 'tag'
m = copy.deepcopy(l)
print(m, m.tag, type(m).__name__)
s = Slots()
s.a = 1
print(copy.copy(s).a, hasattr(copy.copy(s), 'b'))
for protocol in range(pickle.HIGHEST_PROTOCOL + 1):
    for value in (None, True, 5, -1, 2 ** 70, 1.5, 'tä\ud800', b'b\xff', [1, [2]], (1,), (1, 2, 3, 4), {'k': {'n': ()}}, {1, 2}, frozenset([3]), bytearray(b'q'), range(3), slice(1, 2) if protocol > 1 else 0, 1 + 2j, P(1, P(2, 3)), l, int, len, ValueError('x').args, Ellipsis, float('inf')):
        again = pickle.loads(pickle.dumps(value, protocol))
        if again != value or type(again) is not type(value):
            print('differs', protocol, value, again)
print('all protocols')
data = pickle.dumps([p, p, a])
x, y, z = pickle.loads(data)
print(x is y, z[2] is z, x == p)
print(pickle.loads(pickle.dumps(State())).__dict__, pickle.loads(pickle.dumps(Reduce(5))).v, pickle.loads(pickle.dumps(NewArgs(1, 2))), pickle.loads(pickle.dumps(s, 2)).a)
for bad in (lambda: 0, (i for i in ()), open(__file__), type('Local', (), {})()):
    try:
        pickle.dumps(bad)
    except Exception as e:
        print(type(e).__name__ in ('PicklingError', 'AttributeError', 'TypeError'))
e = pickle.loads(pickle.dumps(KeyError('k', 1)))
print(repr(e), pickle.loads(pickle.dumps(OSError(2, 'x'))).errno)
import io
buf = io.BytesIO()
pickler = pickle.Pickler(buf)
pickler.dump('first')
pickler.dump([1])
buf.seek(0)
print(pickle.load(buf), pickle.load(buf))
try:
    pickle.load(buf)
except EOFError as e:
    print('EOFError')
try:
    pickle.loads(b'garbage')
except Exception as e:
    print(isinstance(e, (pickle.UnpicklingError, ValueError, KeyError, IndexError)))


class Persist(pickle.Pickler):
    def persistent_id(self, obj):
        return ('P', obj.x) if isinstance(obj, P) else None


class Restore(pickle.Unpickler):
    def persistent_load(self, pid):
        return P(pid[1], 'restored')


buf = io.BytesIO()
Persist(buf).dump([P(9, 0)])
buf.seek(0)
print(Restore(buf).load()[0].y)
