# env: SKEIN_JIT=on
# env: SKEIN_JIT_THRESHOLD=20
# env: SKEIN_JIT_EXIT_THRESHOLD=2
# Streams in memory, struct formats and text as bytes in hot loops, at their limits.
import io
import itertools
import struct
import weakref


def streams(n):
    out = []
    for i in range(n):
        f = io.BytesIO(b'seed' * (i % 3))
        for piece in b'', b'a', b'bc' * i, bytearray(b'd'), memoryview(b'efg'):
            out.append(f.write(piece))
        f.seek(i % 7)
        out.append((f.tell(), f.read(0), f.read(1), f.read(3), f.read(10 ** 6)[-2:], f.read(2)))
        f.seek(i * 3)
        out.append((f.read(0), f.read(4), f.read(), f.tell()))
        f.write(b'!')
        out.append(f.getvalue()[-3:])
        if i % 10 == 9:
            view = f.getbuffer()
            f.seek(0)
            try:
                f.write(b'?')
            except BufferError as e:
                out.append(str(e))
            f.seek(0, 2)
            try:
                f.write(b'more')
            except BufferError as e:
                out.append(str(e))
            view.release()
            f.write(b'end')
            f.close()
            for use in (lambda: f.write(b'x')), (lambda: f.read(1)), f.tell:
                try:
                    use()
                except ValueError as e:
                    out.append(str(e))
    return hash(tuple(out)) and out[-9:], len(out)


print(streams(80))


class Shouting(io.BytesIO):
    def write(self, data):
        return super().write(data.upper()) * 100

    def read(self, n=-1):
        return super().read(n) + b'?'


def overridden(n):
    total = 0
    for i in range(n):
        f = Shouting() if i % 2 else io.BytesIO()
        total += f.write(b'abc')
        f.seek(0)
        total += len(f.read(2)) + f.read(1)[0]
    return total


print(overridden(200))


def formats(n):
    out = []
    for i in range(n):
        for form, v in (('<B', i), ('<b', i - 128), ('>H', i * 200), ('<h', -i), ('<I', i << 20), ('>i', -i << 20),
                        ('<Q', i << 55), ('>q', -i << 50), ('<q', -1)):
            try:
                data = struct.pack(form, v)
                out.append(struct.unpack(form, data) == (v,))
                out.append(struct.unpack(form, bytearray(data))[0] - v)
            except struct.error:
                out.append(f'{form} does not take it')
        try:
            struct.unpack('<H', b'abc')
        except struct.error as e:
            out.append(str(e))
    return len(out), sorted(set(map(str, out)))


print(formats(300))
print(struct.unpack('<Q', b'\xff' * 8), struct.unpack('>q', b'\xff' * 8), struct.unpack('>L', b'\x80\0\0\1'))


def texts(n):
    out = set()
    for i in range(n):
        for text in 'plain', '', 'q', 'schön', '\ud800', 'x' * 17:
            for encoding in 'utf-8', 'UTF8', 'ascii', 'latin-1', 'no-such', 'utf-8\0':
                for errors in 'surrogatepass', 'no-such-handler', 'a\0b':
                    try:
                        data = text.encode(encoding, errors)
                        again = str(data, encoding, errors), data.decode(encoding, errors)
                        out.add((text, encoding, errors, data, again))
                    except (ValueError, LookupError) as e:
                        out.add((text, encoding, errors, type(e).__name__, str(e)))
    for line in sorted(out, key=ascii):
        print(ascii(line))


texts(2)


def joined(n):
    seen = set()
    for i in range(n):
        size = i % 40
        head = b'h' * size
        seen.add(head + b'!' + struct.pack('<B', size) + b'tail' * (i % 9))
    return len(seen), len(b''.join(sorted(seen)))


print(joined(500))
letters = b'xab'
print(letters[1:2] is letters[:2][1:], letters[1:1] is letters[2:2], bytes([7])[0:1] == b'\7')


def batches(n):
    out = []
    for i in range(n):
        for source in [1] * (i % 5), dict.fromkeys(range(i % 7)).items(), 'ab' * (i % 3), iter(range(i % 4)):
            for size in 2, 3, 1000:
                for batch in itertools.batched(source, size):
                    out.append(len(batch))
        it = itertools.batched(range(3), 2)
        for batch in it:
            out.append(batch)
        out.append(next(it, 'end'))
    return len(out), out[-20:]


print(batches(150))


class Target:
    pass


def references(n):
    kept, out = {}, []
    targets = [Target() for _ in range(5)]
    for i in range(n):
        for t in targets:
            r = weakref.ref(t)
            kept[r, 'key'] = kept.get((r, 'key'), 0) + 1
            out.append(r is weakref.ref(t) and r() is t)
        try:
            weakref.ref(i)
        except TypeError as e:
            out.append(str(e))
    return len(kept), sorted(set(map(str, out))), sorted(kept.values())


print(references(100))


def tables(n):
    table = {int: 'int', str: 'str', float: 'float', len: 'len', 0: 'zero', references: 'function'}
    out = []
    for i in range(n):
        for x in 1, 'a', 2.0, None, True:
            out.append(table.get(type(x), '?'))
        for k in 0, False, 0.0, len, references, -1:
            out.append(table.get(k, '?'))
        if i == n // 2:
            table[type(None)] = 'None'
        if i == n * 3 // 4:
            table[int] = 'INT'
            del table[float]
    return [(w, out.count(w)) for w in sorted(set(out))]


print(tables(200))
