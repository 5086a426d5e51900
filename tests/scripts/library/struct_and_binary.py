# struct, binascii, base64, hashlib, zlib.
import struct
print(struct.pack('<iH', 1, 2), struct.pack('>q', -1), struct.unpack('<iH', b'\x01\x00\x00\x00\x02\x00'), struct.calcsize('bhilq'), struct.calcsize('<bhilq'), struct.pack('3s5sx', b'ab', b'toolong'), struct.pack('?', True), struct.pack('f', 1.5), struct.pack('<d', -0.1), struct.pack('>e', 1.0))
print(struct.unpack('>3B', b'\x01\x02\x03'), struct.unpack('4s', b'abcd'), list(struct.iter_unpack('<H', b'\x01\x00\x02\x00')), struct.unpack_from('<H', b'\x00\x01\x02', 1), struct.pack('p', b'x'), struct.pack('5p', b'abc'), struct.pack('c', b'z'), struct.pack('2h', 1, -1), struct.pack('<2i', *range(2)))
s = struct.Struct('<Ih')
buf = bytearray(8)
s.pack_into(buf, 1, 7, -2)
print(s.size, s.format, buf, s.unpack_from(buf, 1), s.pack(1, 2))
for bad in (lambda: struct.pack('B', 256), lambda: struct.pack('b', -129), lambda: struct.unpack('i', b'x'), lambda: struct.pack('i'), lambda: struct.pack('z', 1), lambda: struct.pack('i', 'a'), lambda: struct.pack('<I', -1), lambda: struct.calcsize('99999999999q'), lambda: struct.pack('s', 'str')):
    try:
        bad()
    except struct.error as e:
        print('struct.error')
import binascii
import base64
print(binascii.hexlify(b'ab'), binascii.unhexlify('6162'), binascii.crc32(b'hello'), binascii.crc_hqx(b'hello', 0), binascii.b2a_base64(b'data'), binascii.a2b_base64(b'ZGF0YQ=='), binascii.b2a_qp(b'a=b\xff'), binascii.a2b_qp(b'a=3Db'))
print(base64.b64encode(b'\x00\xff\xfe any'), base64.b64decode('AP/+IGFueQ=='), base64.urlsafe_b64encode(b'\xfb\xff'), base64.b32encode(b'hi'), base64.b32decode('NBUQ===='), base64.b16encode(b'\xab'), base64.b85encode(b'hello'), base64.b85decode(b'Xk~0{Zv'), base64.a85encode(b'hello'), base64.b64decode(b'YQ'+b'=='), base64.standard_b64encode(b''))
for bad in (lambda: base64.b64decode('YQ'), lambda: binascii.unhexlify('abc'), lambda: binascii.unhexlify('zz'), lambda: base64.b32decode('a')):
    try:
        bad()
    except binascii.Error as e:
        print('binascii.Error')
import hashlib
for name in ('md5', 'sha1', 'sha256', 'sha512', 'sha224', 'sha384', 'sha3_256'):
    print(name, hashlib.new(name, b'skein').hexdigest()[:32])
h = hashlib.sha256()
h.update(b'a')
g = h.copy()
h.update(b'b')
print(h.digest_size, h.block_size, h.name, g.hexdigest()[:8], h.hexdigest() == hashlib.sha256(b'ab').hexdigest(), hashlib.md5(b'').hexdigest())
import zlib
data = b'abc' * 1000
packed = zlib.compress(data)
print(len(packed) < 50, zlib.decompress(packed) == data, zlib.crc32(b'hello'), zlib.adler32(b'hello'), zlib.crc32(b'lo', zlib.crc32(b'hel')))
d = zlib.decompressobj()
print(d.decompress(packed[:5]) + d.decompress(packed[5:]) == data, d.eof, d.unused_data)
c = zlib.compressobj(9)
print(zlib.decompress(c.compress(b'x' * 100) + c.flush()) == b'x' * 100)
try:
    zlib.decompress(b'garbage')
except zlib.error as e:
    print('zlib.error')
import random
r = random.Random(42)
print(r.random(), r.randint(1, 100), r.choice('abcdef'), r.sample(range(100), 3), r.shuffle(x := list(range(5))), x, r.uniform(1, 2), r.getrandbits(70), r.gauss(0, 1), r.choices('ab', k=5), r.randrange(0, 100, 7))
state = r.getstate()
a = r.random()
r.setstate(state)
print(a == r.random(), random.Random('text').random(), random.Random(b'b').random(), random.Random(2 ** 100).random(), random.Random(1.5).random(), random.Random(-5).random() == random.Random(5).random())
