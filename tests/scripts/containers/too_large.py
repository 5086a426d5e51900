# What no memory could hold is refused at once.
import io
import itertools
import os


class Long:
    def __iter__(self):
        return iter(())

    def __length_hint__(self):
        return 10**15


def tell(name, make):
    try:
        make()
        print(name, 'made')
    except (MemoryError, OverflowError) as e:
        print(name, type(e).__name__)


tell('list', lambda: list(range(10**14)))
tell('tuple', lambda: tuple(range(10**14)))
tell('sorted', lambda: sorted(range(10**14)))
tell('star', lambda: [*range(10**14)])
tell('extend', lambda: [].extend(itertools.repeat(0, 10**14)))
tell('hint', lambda: list(Long()))
tell('urandom', lambda: os.urandom(10**14))
tell('text', lambda: 'ab'.replace('', 'x' * 10**12))
tell('shift', lambda: 1 << 10**13)
tell('product', lambda: itertools.product('ab', repeat=10**12))
s = io.StringIO()
s.seek(10**14)
tell('StringIO', lambda: s.write('a'))
b = io.BytesIO()
b.seek(10**14)
tell('BytesIO', lambda: b.write(b'a'))
with open('/dev/null', 'rb', buffering=0) as f:
    tell('os.read', lambda: os.read(f.fileno(), 10**14))
print(len(s.getvalue()), len(b.getvalue()))
