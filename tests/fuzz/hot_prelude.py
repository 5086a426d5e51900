import sys, builtins, operator, math, functools, itertools, collections, heapq, bisect, re, struct, json, array
sys.setrecursionlimit(300)
COUNT = [0]
class Half(array.array):
    def __getitem__(self, i): return super().__getitem__(i) // 2 if type(i) is int else 1
T0, T1, T2 = array.array('d', range(6)), array.array('i', range(6)), bytearray(b'typed!')
T3, T4, T5 = array.array('b', [1, -2] * 3), Half('q', range(6)), b'bytes!'
def show(v, depth=0):
    t = type(v)
    if t in (list, tuple):
        if depth > 2: return '..'
        return t.__name__[0] + str(len(v)) + '[' + ','.join([show(x, depth + 1) for x in v[:9]]) + ']'
    if t is dict:
        if depth > 2: return '..'
        return '{' + ','.join([show(k, depth + 1) + ':' + show(x, depth + 1) for k, x in list(v.items())[:9]]) + '}'
    if t in (set, frozenset):
        return 's[' + ','.join(sorted([show(x, depth + 1) for x in v])) + ']'
    if t in (int, float, bool, complex, str, bytes, bytearray, type(None), range, slice, array.array):
        r = repr(v)
        return r if len(r) < 60 else r[:50] + str(len(r)) + r[-5:]
    if t is type or isinstance(v, type):
        return v.__name__
    if isinstance(v, BaseException):
        return '!' + t.__name__ + str(v)[:80]
    if isinstance(v, Base):
        return t.__name__ + '(' + show(v.__dict__ if depth < 2 else None, depth + 1) + ')'
    if isinstance(v, (list, dict, str, int, float, tuple)) and depth < 2:
        return t.__name__ + '~' + show({'L': list, 'D': dict, 'S': str, 'N': int, 'R': float, 'P': tuple}.get(t.__name__[0], repr)(v), depth + 1)
    return '<' + t.__name__ + '>'
def out(*values):
    COUNT[0] += 1
    if COUNT[0] < 4000:
        print(*[show(v) for v in values])
def where(e):
    places, tb = [], e.__traceback__
    while tb is not None and len(places) < 8:
        places.append((tb.tb_frame.f_code.co_name, tb.tb_lineno, tb.tb_lasti))
        tb = tb.tb_next
    c = e.__context__
    return places, type(c).__name__, type(e.__cause__).__name__
def stack():
    f, places = sys._getframe(1), []
    while f is not None and len(places) < 5:
        places.append((f.f_code.co_name, f.f_lineno, len(f.f_locals) if f.f_code.co_name[0] == 'h' else 0))
        f = f.f_back
    return places
class Base:
    k = 3
    def __init__(self, a=0, b=1):
        self.a = a
        self.b = b
class Des:
    def __init__(self, name): self.name = name
    def __get__(self, o, t): return self if o is None else o.__dict__.get(self.name, 11)
    def __set__(self, o, v): o.__dict__[self.name] = v
class Non:
    def __get__(self, o, t): return 23
EVENTS = [0, 0]
def tracer(frame, event, arg):
    if frame.f_code.co_name[0] in 'hmg':
        EVENTS[0] += 1
        EVENTS[1] = (EVENTS[1] * 31 + frame.f_lineno * 7 + len(event)) % 1000003
    return tracer
def profiler(frame, event, arg):
    if frame.f_code.co_name[0] in 'hmg':
        EVENTS[0] += 1
        EVENTS[1] = (EVENTS[1] * 31 + frame.f_lineno * 7 + len(event)) % 1000003
class Wait:
    def __init__(self, v): self.v = v
    def __await__(self):
        got = yield self.v
        return got
def drive(c):
    got, n = None, 0
    try:
        while n < 200:
            y = c.send(got)
            got = (y or 0) if isinstance(y, int) else 1
            n += 1
    except StopIteration as e:
        return e.value, n
    c.close()
    return 'long', n
g0, g1, g2 = 5, 0.5, 'gg'
