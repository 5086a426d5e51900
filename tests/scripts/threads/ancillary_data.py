"""sendmsg() and recvmsg(): several buffers, ancillary data, descriptors that are handed over, addresses and flags."""

import array
import os
import socket
import threading

a, b = socket.socketpair()
print(a.sendmsg([b'one ', bytearray(b'two '), memoryview(b'three')]))
print(b.recvmsg(100))
print(a.sendmsg([]), a.sendmsg([b'abcdef'], [], 0))
first, second = bytearray(2), bytearray(3)
print(b.recvmsg_into([first, memoryview(second)]), first, second)
print(b.recvmsg(100, 100))

# A descriptor goes to the other side; it is another number there for the same file.
r, w = os.pipe()
fds = array.array('i', [w])
print(a.sendmsg([b'x'], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, fds)]))
data, items, flags, address = b.recvmsg(10, socket.CMSG_LEN(4))
[(level, kind, payload)] = items
print(data, (level, kind) == (socket.SOL_SOCKET, socket.SCM_RIGHTS), len(payload), address)
[new] = array.array('i', payload)
print(new != w)
os.write(new, b'through the new descriptor')
print(os.read(r, 100))
for fd in (r, w, new):
    os.close(fd)

# The same by the functions of the module.
r, w = os.pipe()
socket.send_fds(a, [b'here'], [w, r])
data, fds, flags, address = socket.recv_fds(b, 100, 2)
print(data, len(fds))
os.write(fds[0], b'again')
print(os.read(fds[1], 10))
for fd in (r, w, *fds):
    os.close(fd)

# Too little room for the ancillary data.
r, w = os.pipe()
a.sendmsg([b'y'], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array('i', [r, w]))])
data, items, flags, address = b.recvmsg(10)
print(data, items, bool(flags & socket.MSG_CTRUNC))
os.close(r)
os.close(w)

# Datagrams have addresses and are cut.
with socket.socket(type=socket.SOCK_DGRAM) as s, socket.socket(type=socket.SOCK_DGRAM) as t:
    s.bind(('127.0.0.1', 0))
    t.bind(('127.0.0.1', 0))
    print(t.sendmsg([b'a long ', b'message'], [], 0, s.getsockname()))
    data, items, flags, address = s.recvmsg(6)
    print(data, items, bool(flags & socket.MSG_TRUNC), address == t.getsockname())

# One waits while the other works.
got = []
reader = threading.Thread(target=lambda: got.append(b.recvmsg(10)))
reader.start()
a.sendmsg([b'late'])
reader.join()
print(got)
b.settimeout(0.01)
try:
    b.recvmsg(1)
except TimeoutError as e:
    print(repr(e))
b.setblocking(False)
try:
    b.recvmsg(1)
except BlockingIOError as e:
    print(type(e).__name__)

print(socket.CMSG_LEN(0), socket.CMSG_LEN(5), socket.CMSG_SPACE(1))
for call in (
    lambda: socket.CMSG_LEN(-1),
    lambda: socket.CMSG_SPACE(1 << 40),
    lambda: a.sendmsg(1),
    lambda: a.sendmsg([1]),
    lambda: a.sendmsg([b''], 1),
    lambda: a.sendmsg([b''], [(1, 2)]),
    lambda: a.sendmsg([b''], [(1, 'x', b'')]),
    lambda: b.recvmsg(-1),
    lambda: b.recvmsg(1, -1),
    lambda: b.recvmsg_into(1),
    lambda: b.recvmsg_into([b'']),
):
    try:
        print(call())
    except (OverflowError, TypeError, ValueError) as e:
        print(type(e).__name__)
a.close()
b.close()
