"""select.epoll, select.poll and select.select."""

import os
import select
import selectors
import threading

r, w = os.pipe()
with select.epoll() as ep:
    ep.register(r, select.EPOLLIN)
    ep.register(w, select.EPOLLOUT)
    print([(fd == w, event) for fd, event in ep.poll()], ep.closed, ep.fileno() >= 0)
    ep.modify(w, 0)
    print(ep.poll(0), ep.poll(0.01, 5))
    os.write(w, b'x')
    print([(fd == r, event) for fd, event in ep.poll(timeout=None, maxevents=1)])
    ep.unregister(w)
    for call in (
        lambda: ep.register(r, select.EPOLLIN),
        lambda: ep.unregister(w),
        lambda: ep.modify(w, 1),
        lambda: ep.register(-1),
        lambda: ep.register('r'),
        lambda: ep.register(r, -1),
        lambda: ep.poll(1, 0),
        lambda: ep.poll('1'),
        lambda: select.epoll(0),
        lambda: select.epoll(flags=12345),
    ):
        try:
            print(call())
        except (OSError, ValueError, TypeError, OverflowError) as e:
            print(type(e).__name__)
    again = select.epoll.fromfd(os.dup(ep.fileno()))
    print(len(again.poll(0)))
    again.close()
print(ep.closed)
try:
    ep.poll()
except ValueError as e:
    print(e)
os.read(r, 1)

with selectors.DefaultSelector() as s:
    print(type(s).__name__)
    s.register(r, selectors.EVENT_READ, 'reading')
    threading.Timer(0.05, os.write, (w, b'y')).start()
    print([(key.data, events) for key, events in s.select()])
    print(os.read(r, 1), s.select(0))

# One polling object cannot be used twice at once.
p = select.poll()
p.register(r, select.POLLIN)
t = threading.Thread(target=p.poll)
t.start()
while not t.is_alive():
    pass
threading.Event().wait(0.05)
try:
    p.poll()
except RuntimeError as e:
    print(e)
os.write(w, b'z')
t.join()
print(len(p.poll()))
for call in (
    lambda: p.register(r, -1),
    lambda: p.register(r, 1 << 20),
    lambda: p.poll(1 << 64),
    lambda: p.poll('x'),
    lambda: select.select([r], [], [], -1),
    lambda: select.select(1, [], []),
    lambda: select.select(['x'], [], []),
    lambda: select.select([], [], [], 'x'),
):
    try:
        print(call())
    except (ValueError, TypeError, OverflowError) as e:
        print(type(e).__name__)
os.close(r)
os.close(w)
