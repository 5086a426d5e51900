# golden: 3.14
# Bytes and bytearrays: views of contents that may change, subclasses with overrides.
class Index:
    def __init__(self, n, f): self.n, self.f = n, f
    def __index__(self):
        self.f()
        return self.n
b = bytearray(b'abcdefgh')
print(b.find(b'g', Index(0, lambda: b.clear())), b)
b = bytearray(b'abcdefgh')
print(b.startswith(b'', Index(2, lambda: b.clear())), b)
b = bytearray(b'0123456789')
del b[::3]; print(b)
del b[-1:0:-2]; print(b)
b[1:2] = b'xyz'; print(b)
b[::2] = b''; print(b)
b[0:0] = b; print(b)
b.insert(1, 65); b.insert(-100, 66); b.insert(100, 67); print(b, b.pop(), b.pop(0), b)
b.remove(65); print(b); b.resize(8); print(b); b.resize(2); print(b)
with memoryview(b) as v:
  for f in (lambda: b.pop(), lambda: b.__delitem__(0), lambda: b.insert(0, 1), lambda: b.resize(9), lambda: b.__setitem__(slice(0, 1), b'xx')):
    try: f()
    except BufferError as e: print(e)
b[0:1] = b'Q'; print(b)
import base64, binascii
for text in (b'', b'YQ==', b'YWI=', b'YWJj', b'YWJj\nZGVm', b'YWJjZGVm!', b'YWJ=', b'YWJjZ'):
    try: print(binascii.a2b_base64(text), base64.b64encode(text))
    except binascii.Error as e: print(e)
