# memoryview.
data = bytearray(b'abcdef')
m = memoryview(data)
print(m[0], m[-1], m[1:3].tobytes(), len(m), m.nbytes, m.format, m.itemsize, m.ndim, m.shape, m.strides, m.readonly, m.contiguous, m.tolist())
m[0] = 65
m[1:3] = b'XY'
print(data, m[::2].tobytes(), m[::-1].tolist(), bytes(m), m == b'AXYdef', m == data, m != b'', m.hex(), list(m[4:]))
try:
    data.append(1)
except BufferError as e:
    print(e)
m.release()
data.append(33)
print(data)
try:
    m[0]
except ValueError as e:
    print(e)
with memoryview(b'const') as r:
    print(r.readonly, r.obj, hash(r) == hash(b'const'))
    try:
        r[0] = 1
    except TypeError as e:
        print(e)
try:
    r.tolist()
except ValueError as e:
    print('released')
m = memoryview(bytearray(range(8)))
i = m.cast('H')
print(i.tolist(), i.itemsize, len(i), i.nbytes, i.format)
i[0] = 0xFFFF
print(m.tolist())
q = m.cast('Q')
print(q.tolist(), m.cast('b').tolist(), m.cast('B', (2, 4)).tolist(), m.cast('B', (2, 4)).shape, m.cast('c')[0])
print(memoryview(b'abc')[1:] == b'bc', b'b' in memoryview(b'abc'), 98 in memoryview(b'abc'), memoryview(b'abc').tobytes()[::-1])
for f in (lambda: memoryview('x'), lambda: memoryview(5), lambda: m[99], lambda: m['a'], lambda: m.__setitem__(0, 300), lambda: m.__setitem__(slice(0, 2), b'abc'),
          lambda: m.cast('H')[:1].cast('Z'), lambda: m[::2].cast('B')):
    try:
        f()
    except Exception as e:
        print(type(e).__name__)
print(memoryview(b'xyz').tolist() == [120, 121, 122], sum(memoryview(b'\x01\x02')), bytes(memoryview(b'abc')[::2]), bytearray(memoryview(b'q')), b'-'.join([memoryview(b'a'), b'b']))
a = memoryview(b'abc')
b = memoryview(bytearray(b'abc'))
print(a == b, a.toreadonly().readonly, b.toreadonly().readonly, a[:] == a, int.from_bytes(a, 'big'), b''.join([a]), a.c_contiguous, a[::2].c_contiguous)
import array
arr = array.array('i', [1, 2, 3])
v = memoryview(arr)
v[1] = 99
print(arr, v.format, v.itemsize, v.tolist(), v[1:].tolist(), v.tobytes() == arr.tobytes())
arr2 = array.array('d', [1.5, 2.5])
arr2.append(3)
arr2.extend([4])
print(arr2, arr2[1:3], arr2.tolist(), arr2.itemsize, arr2.typecode, arr2.index(2.5), arr2.count(9), arr2 + arr2[:1], arr2 * 2 == arr2 + arr2, arr2.pop(), len(arr2))
try:
    array.array('i', ['x'])
except TypeError as e:
    print(type(e).__name__)
try:
    array.array('b', [200])
except OverflowError as e:
    print(type(e).__name__)
print(array.array('u', 'abc') if False else array.array('B', b'abc'), array.array('h').itemsize, array.array('q', range(3)).tobytes().hex())
