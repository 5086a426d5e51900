# Sockets: streams, datagrams, timeouts, names and what is refused.
import errno
import socket

print(socket.inet_aton('1.2.3'), socket.inet_ntoa(b'\x7f\0\0\1'), socket.htons(1), socket.inet_ntop(socket.AF_INET6, bytes(15) + b'\1'))
server = socket.create_server(('127.0.0.1', 0))
client = socket.create_connection(('127.0.0.1', server.getsockname()[1]), timeout=5)
served, address = server.accept()
print(address[0], served.family, served.type, served.proto, client.gettimeout(), served.gettimeout())
client.sendall(b'hello' * 3)
buffer = bytearray(12)
print(served.recv(5), served.recv_into(buffer), buffer)
with client.makefile('rw') as f, served.makefile('rw') as g:
    f.write('line\n')
    f.flush()
    print(repr(g.readline()))
client.settimeout(0.02)
try:
    client.recv(1)
except TimeoutError as e:
    print(repr(e), isinstance(e, socket.timeout))
client.setblocking(False)
try:
    client.recv(1)
except BlockingIOError as e:
    print(e.errno == errno.EAGAIN)
served.close()
client.setblocking(True)
print(client.recv(10), client.getpeername()[0])
client.close()
server.close()
print(client.fileno(), repr(client))
a, b = socket.socketpair()
with a, b:
    a.send(b'x')
    print(b.recv(10), a.family)
    a.shutdown(socket.SHUT_WR)
    print(b.recv(10), a.getsockopt(socket.SOL_SOCKET, socket.SO_TYPE) == socket.SOCK_STREAM)
with socket.socket(type=socket.SOCK_DGRAM) as one, socket.socket(type=socket.SOCK_DGRAM) as two:
    one.bind(('127.0.0.1', 0))
    two.sendto(b'datagram', one.getsockname())
    data, sender = one.recvfrom(100)
    print(data, sender[0])
print(socket.getaddrinfo('127.0.0.1', 80, type=socket.SOCK_STREAM))
try:
    socket.getaddrinfo('127.0.0.1', 80, socket.AF_INET6)
except OSError as e:
    print(type(e), type(e).__base__)
for bad in (('127.0.0.1', 70000), ('127.0.0.1',), 'x', (1, 2)):
    with socket.socket() as s:
        try:
            s.connect(bad)
        except Exception as e:
            print(type(e).__name__, e)
