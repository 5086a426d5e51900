# golden: 3.14
# What native modules and builtins do quickly for common arguments, and the uncommon ones beside them.
import json, struct, io
print(struct.pack('<IHb', 1, 2, -3), struct.Struct('>2sq').pack(b'a', -1), struct.pack('3x'), struct.pack('100s', b'z')[:2])
for f in (lambda: struct.pack(), lambda: struct.pack('I'), lambda: struct.pack('I', -1), lambda: struct.pack('b', 1, 2), lambda: struct.Struct('I').pack('x')):
    try: f()
    except (TypeError, struct.error) as e: print(type(e).__name__, e)
s = struct.Struct('<H')
print([x for x in s.iter_unpack(b'\1\0\2\0')], s.unpack_from(b'xx\3\0', 2), s.size)
class Fmt(bytes): pass
print(struct.pack(Fmt(b'<H'), 7))
print((5).to_bytes(), (5).to_bytes(2), (-5).to_bytes(3, 'little', signed=True), (255).to_bytes(1), (2**63).to_bytes(8), (2**40).to_bytes(12), (0).to_bytes(0))
for f in (lambda: (256).to_bytes(1), lambda: (128).to_bytes(1, signed=True), lambda: (-1).to_bytes(1), lambda: (1).to_bytes(1, 'x'), lambda: (1).to_bytes(-1), lambda: int.from_bytes(b'', 5)):
    try: f()
    except (OverflowError, ValueError, TypeError) as e: print(type(e).__name__, e)
print(int.from_bytes(b'\xff\xfe'), int.from_bytes(b'\xff\xfe', 'little', signed=True), int.from_bytes(bytearray(b'\1\2'), byteorder='big'))
print(json.loads('[{"a": 1, "b": {"a": 2}}, {"a": "\\u00e9x", "é": "é"}, {"a\\"b": null}]'), json.loads('{"a": 1, "a": 2}'))
a, b = json.loads('[{"name": 1}, {"name": 2}]')
print(next(iter(a)) is next(iter(b)))
for text in ('{"a', '"a\nb"', '"\\x"', '{"a" 1}'):
    try: json.loads(text)
    except json.JSONDecodeError as e: print(e)
print(json.loads('"a\tb"', strict=False))
class Less:
    def __init__(self, n): self.n = n
    def __lt__(self, o): print('lt', self.n, o.n); return self.n < o.n
    def __eq__(self, o): return self.n == o.n
print((1, 2) < (1, 3), (1,) < (1, 2), (1, 'a', 2.5) > (1, 'a', 2.25), (1, Less(1)) < (1, Less(2)), (0.0, 1) <= (-0.0, 1), (1, 2) != (1, 2.0))
nan = float('nan')
print((nan,) == (nan,), (nan, 1) < (nan, 2), (1, nan) == (1, float('nan')), (float('nan'),) < (1.0,))
try: (1, 'a') < (1, 2)
except TypeError as e: print(e)
print(sorted([(2, 'b'), (1, 'z'), (2, 'a'), (1,)]))
class Rec:
    def __init__(self): self.z, self.a, self.m = 1, 2, 3
r = Rec(); d = r.__dict__; print(d); r.b = 4; del r.a; print(list(d.items()), r.b, hasattr(r, 'a'))
d = {b'k': 1, 'k': 2, 3: 4}
class K:
    def __hash__(self): return hash(b'k')
    def __eq__(self, o): return o == b'k'
print(d[b'k'], d.get(bytearray(b'k') and b'q'), d.get(K()), {K(): 5}[b'k'])
print(getattr(int, 'nothing', 'default'), hasattr(int, 'real'), getattr(Rec, '__init__') is Rec.__init__)
class Meta(type):
    def __getattr__(cls, name): return 'meta ' + name
class WithMeta(metaclass=Meta): pass
print(getattr(WithMeta, 'x', None), hasattr(WithMeta, 'y'))
x = y = bytearray(b'a'); x += b'bc'; print(y, x is y);
try: x += 5
except TypeError as e: print(e)
class BA(bytearray):
    def __iadd__(self, o): return 'iadd'
z = BA(b'q'); z += b'r'; print(z)
print('é'.encode('UTF-8'), b'abc'.decode('us-ascii'), b'\xe9'.decode('ISO-8859-1'), b'x'.decode('iso_8859_15'))
try: b''.decode('no-such-codec-anywhere')
except LookupError as e: print(e)
for v in (0, 7, '', 'a', [], [0], (), (0,), {}, {1: 2}, b'', b'a', set(), 0.0, None):
    print(1 if v else 0, not v, end=' ')
print()
class Never(list):
    def __bool__(self): return False
class Long:
    def __len__(self): return 3
print(1 if Never([1]) else 0, not Never([1]), 1 if Long() else 0, not Long())
