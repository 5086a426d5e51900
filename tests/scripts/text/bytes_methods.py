# bytes and bytearray.
b = b'Hello, World'
print(b.upper(), b.lower(), b.title(), b.swapcase(), b.capitalize(), b[0], b[-1:], b[::-1], b[1:4], len(b), b * 2, b + b'!', 72 in b, b'lo' in b)
print(b.split(b','), b' a b '.split(), b'a-b'.partition(b'-'), b'a\nb'.splitlines(), b','.join([b'a', bytearray(b'b')]), b.find(b'o'), b.rfind(b'o'), b.find(111), b.count(b'l'), b.index(b'W'))
print(b.replace(b'l', b'L'), b.startswith(b'He'), b.endswith((b'x', b'd')), b.strip(b'Hd'), b.center(16, b'*'), b'7'.zfill(3), b'a\tb'.expandtabs(4), b.hex(), b.hex(' ', 4), b[:3].hex(':'), b.removeprefix(b'Hel'))
print(b'abc'.isalpha(), b'12'.isdigit(), b'a1'.isalnum(), b' '.isspace(), b'A'.isupper(), b'\xff'.isascii(), b'abc'.translate(bytes.maketrans(b'ab', b'xy')), b'abc'.translate(None, b'b'))
print(bytes(3), bytes([1, 2, 255]), bytes('é', 'utf-8'), bytes(b'x'), bytes(range(3)), bytes.fromhex('00 ff 1A'), bytes(bytearray(b'q')), bytes(), bytes(memoryview(b'mv')))
print(repr(b'\x00\n\t\r\\\'"\x7f\x80a'), repr(b"it's"), str(b'a'), b'%d %s %x %a %5.1f|%-4d|%c%%' % (5, b'x', 255, 'é', 2.5, 3, 65), b'%(k)s' % {b'k': b'v'})
for f in (lambda: b'a' + 'b', lambda: bytes([256]), lambda: bytes('x'), lambda: b'a'[5], lambda: b'a'.join(['x']), lambda: bytes.fromhex('0g'), lambda: bytes(-1), lambda: b'abc'.index(b'z'),
          lambda: bytes([1.5]), lambda: b'a'.find('a'), lambda: bytes(None), lambda: bytes(1, 'x'), lambda: b'\xff'.decode('ascii'), lambda: b'x'.hex('--'), lambda: bytes(['a'])):
    try:
        print(f())
    except Exception as e:
        print(type(e).__name__, e if 'fromhex' not in str(e) and 'join' not in str(e) else '')
print(b'a' == 'a', b'a' == bytearray(b'a'), b'a' < b'b', hash(b'a') == hash(b'a'), {b'k': 1}[b'k'], b'abc' > b'ab', sorted([b'b', b'a']), max(b'abc'), list(b'ab'), bytes(reversed(b'abc')))
ba = bytearray(b'hello')
ba[0] = 72
ba[1:3] = b'EYY'
print(ba, len(ba))
ba.append(33)
ba.extend(b'??')
ba.insert(0, 62)
ba += b'.'
ba.extend([65, 66])
print(ba, ba.pop(), ba.pop(0), ba)
ba.remove(33)
ba.reverse()
print(ba)
del ba[:2]
del ba[::2]
print(ba, ba.copy() == ba, ba * 2, bytearray(2), bytearray('x', 'ascii'), bytearray([1]))
ba.clear()
print(ba, bool(ba), ba + b'x', type(ba + b'x').__name__, type(b'x' + ba).__name__)
ba = bytearray(range(10))
ba[::2] = b'\xff' * 5
ba[2:2] = b'ins'
print(ba, ba.find(b'ins'))
for f in (lambda: ba.__setitem__(0, 256), lambda: ba.append('x'), lambda: ba.__setitem__(slice(0, 4, 2), b'x'), lambda: bytearray().pop(), lambda: ba.remove(254), lambda: hash(ba), lambda: ba.pop(99), lambda: ba.__setitem__(99, 1)):
    try:
        f()
    except Exception as e:
        print(type(e).__name__, e)
print(b'\xe9'.decode('latin-1'), b'abc'.decode(), b'a\xffb'.decode('utf-8', errors='replace'), str(b'\xc3\xa9', 'utf-8'), b'x'.decode(encoding='ascii'))
print(int.from_bytes(b'\x01\x00', 'big'), b'1,2'.split(b',', 1), b'AbC'.islower(), b''.join([]), bytes().join([b'a', b'b']), b'a' * 3, bytearray(b'ab') * 2)


class B(bytes):
    def __new__(cls, v):
        return super().__new__(cls, v * 2)

    def __str__(self):
        return 'B str'


print(B(b'x'), str(B(b'x')), B(b'x') + b'y', type(B(b'x')[:1]).__name__, bytes(B(b'x')))
