# golden: 3.14
# What open views forbid and forgotten ones do not; errors of bytes, bytearrays and arrays.
import array
import io


def shown(f, *args):
    try:
        return f(*args)
    except (BufferError, TypeError, ValueError, OverflowError) as e:
        return f'{type(e).__name__}: {e}'


data = bytearray(b'hello')
view = memoryview(data)
part = view[1:3]
print(shown(data.append, 1), shown(data.pop), shown(data.clear))
data[0:1] = b'J'
view.release()
print(shown(data.extend, b'!'))
part.release()
print(shown(data.extend, b'!'), data)
with memoryview(data) as view:
    print(shown(data.insert, 0, 1))
data.append(63)
view = memoryview(data)
del view
data.append(46)


def first(b):
    v = memoryview(b)
    return v[0]


for i in range(20):
    first(data)
    bytes(memoryview(data)[2:4])
    data.append(48 + i % 10)
print(bytes(memoryview(data)[2:5]), data)

numbers = array.array('i', [1, 2, 3])
view = memoryview(numbers)
view[1] = 42
print(view.format, view.tolist(), shown(numbers.append, 1), shown(numbers.pop), numbers)
view.release()
numbers.append(7)
print(numbers, bytes(array.array('B', [1, 2])), isinstance(numbers, __import__('collections.abc').abc.MutableSequence))

stream = io.BytesIO(b'abc')
view = stream.getbuffer()
print(shown(stream.write, b'abcdefgh'))
view.release()
print(stream.write(b'zz'), stream.getvalue())


class Exporter:
    def __init__(self, text):
        self.text = bytearray(text)

    def __buffer__(self, flags):
        print('flags', flags)
        return memoryview(self.text)

    def __release_buffer__(self, view):
        print('released', bytes(view))
        view.release()


e = Exporter(b'own')
with memoryview(e) as view:
    print(view.obj is e, view.tolist())
print(b'<' + e, bytes(e))
print(repr(bytearray(b"'")), bytearray(b'b') > b'a', shown(lambda: b'a' < memoryview(b'b')))
print(shown(b'a'.ljust, 3, 'x'), shown(b','.join, 5), shown(bytes, 2 ** 70), shown(b'ab'.hex, 'é'))
print([b'x'[::2 ** 62], bytearray(b'abc')[::-2 ** 62], 'abc'[::2 ** 62]], memoryview(b'abc')[::2 ** 62].tolist())
