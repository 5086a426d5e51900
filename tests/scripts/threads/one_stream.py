"""Several threads in one buffered or text stream: each operation has it for itself."""

import io
import os
import threading
import time


class Slow(io.RawIOBase):
    """Lets others run in the middle of each call."""

    def __init__(self):
        self.data = b''
        self.position = 0
        self.inside = 0
        self.most = 0

    def readable(self):
        return True

    def writable(self):
        return True

    def step(self):
        self.inside += 1
        self.most = max(self.most, self.inside)
        time.sleep(0.001)
        self.inside -= 1

    def write(self, data):
        data = bytes(data)
        self.step()
        self.data += data
        return len(data)

    def readinto(self, room):
        self.step()
        data = b'%07d\n' % self.position
        self.position += 1
        room[:8] = data
        return 8


def together(count, target):
    threads = [threading.Thread(target=target, args=(i,)) for i in range(count)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()


raw = Slow()
stream = io.BufferedWriter(raw, 64)
together(5, lambda i: [stream.write(b'%d%02d;' % (i, k)) for k in range(50)])
stream.flush()
items = raw.data.split(b';')[:-1]
print(raw.most, len(items), sorted(items) == sorted(b'%d%02d' % (i, k) for i in range(5) for k in range(50)))

raw = Slow()
stream = io.BufferedReader(raw, 64)
lines = []
together(5, lambda i: lines.extend(stream.readline() for _ in range(20)))
print(raw.most, sorted(lines) == [b'%07d\n' % i for i in range(100)])

# A pipe that is full: who prints waits, nothing is lost or torn.
r, w = os.pipe()
text = open(w, 'w', buffering=1)
got = []


def drain():
    with open(r, 'rb') as reader:
        while data := reader.read1(1000):
            got.append(data)


reader = threading.Thread(target=drain)
reader.start()
together(4, lambda i: [print(str(i) * 50, file=text) for _ in range(1000)])
text.close()
reader.join()
lines = b''.join(got).split(b'\n')[:-1]
print(len(lines), {bytes([line[0]]) * 50 == line for line in lines})


# In one thread it cannot wait for itself.
class Reentrant(io.RawIOBase):
    def writable(self):
        return True

    def write(self, data):
        stream.write(b'more')
        return len(data)


stream = io.BufferedWriter(Reentrant(), 8)
try:
    stream.write(b'longer than the buffer')
    stream.flush()
except RuntimeError as e:
    print(str(e).startswith('reentrant call inside <_io.BufferedWriter'))
stream = None
