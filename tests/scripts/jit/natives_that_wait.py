# env: SKEIN_JIT=on
# env: SKEIN_JIT_THRESHOLD=20
# env: SKEIN_JIT_EXIT_THRESHOLD=2
"""Locks, frames, streams and itertools in hot loops, with what makes their natives hand over to others or run Python code."""
import io
import itertools
import sys
import threading
import weakref

lock, again = threading.Lock(), threading.RLock()


def guarded(n):
    total = 0
    for i in range(n):
        with lock:
            with again:
                with again:
                    total += i
    return total


print(guarded(60), lock.locked())


def contended():
    order = []

    def take(name):
        for i in range(30):
            with lock:
                order.append(name)
            with again:
                order.append(name)

    ts = [threading.Thread(target=take, args=(k,)) for k in "ab"]
    with lock:
        for t in ts:
            t.start()
        order.append("first")
    for t in ts:
        t.join()
    return order[0], sorted(order[1:]) == ["a"] * 60 + ["b"] * 60


print(contended())


def misuse(n):
    bad = 0
    for i in range(n):
        try:
            if i % 2:
                lock.release()
            else:
                again.release()
        except RuntimeError as e:
            bad += 1
            text = str(e)
    return bad, text


print(misuse(40))


def where(n):
    for _ in range(n):
        f = sys._getframe()
        lines = []
        while f is not None and len(lines) < 2:
            lines.append((f.f_code.co_name, f.f_lineno - f.f_code.co_firstlineno, f.f_globals is globals()))
            f = f.f_back
    return lines


def outer(n):
    return where(n)


print(outer(40))


class Tells:
    def __iter__(self):
        for i in range(7):
            yield i


def batches(source, n):
    out = []
    for _ in range(n):
        out = [b for b in itertools.batched(source, 3)]
        part = list(itertools.islice(source, 1, 5, 2))
    return out, part


print(batches(range(7), 30))
print(batches([1, 2, 3], 30))
print(batches({"a": 1, "b": 2, "c": 3, "d": 4}, 30))
print(batches(Tells(), 30))


def mapped(n):
    out = []
    for _ in range(n):
        for b in itertools.batched(map(lambda x: x * 2, [1, 2, 3, 4, 5]), 2):
            out.append(b)
    return out[-3:], len(out)


print(mapped(30))


def uneven(n):
    bad = 0
    for _ in range(n):
        try:
            for b in itertools.batched([1, 2, 3], 2, strict=True):
                pass
        except ValueError as e:
            bad += 1
    return bad


print(uneven(30))


def changed(n):
    bad = 0
    for _ in range(n):
        d = {1: 1, 2: 2, 3: 3, 4: 4}
        try:
            for b in itertools.batched(d, 2):
                d[len(d) + 1] = 0
        except RuntimeError as e:
            bad += 1
    return bad, str(e) if bad == 0 else "changed"


print(changed(30))


class Slow(io.RawIOBase):
    def __init__(self, text):
        self.text, self.at, self.calls = text, 0, 0

    def readable(self):
        return True

    def readinto(self, b):
        self.calls += 1
        piece = self.text[self.at : self.at + min(5, len(b))]
        b[: len(piece)] = piece
        self.at += len(piece)
        return len(piece)


def bytewise(f):
    out = []
    while True:
        b = f.read(1)
        if not b:
            return b"".join(out)
        out.append(b)


raw = Slow(bytes(range(65, 91)) * 3)
print(bytewise(io.BufferedReader(raw)), raw.calls)
print(len(bytewise(io.BufferedReader(io.BytesIO(b"xyz" * 6000)))))


def written(n):
    for i in range(n):
        out = io.BytesIO()
        out.write(b"abc")
        out.write(memoryview(b"defgh")[1:3])
        view = out.getbuffer()
        size = len(view)
        text = io.StringIO()
        text.write("some")
        text.flush()
        view.release()
    return out.getvalue(), size, text.getvalue()


print(written(40))


class Loud(io.StringIO):
    flushed = 0

    def flush(self):
        Loud.flushed += 1
        super().flush()


def loud(n):
    s = Loud()
    for _ in range(n):
        s.write("x")
        s.flush()
    s.close()
    try:
        for _ in range(n):
            s.flush()
    except ValueError as e:
        return Loud.flushed, str(e)


print(loud(40))


class Held:
    pass


def referred(n):
    h = Held()
    gone = []
    for i in range(n):
        r = weakref.ref(h)
        same = r is weakref.ref(h)
        w = weakref.ref(h, gone.append)
    return r() is h, same, w is r, weakref.getweakrefcount(h) >= 1, gone


print(referred(40))


def described(n):
    for _ in range(n):
        r = type.__dict__["__mro__"].__get__(Held), Held.__dict__["__dict__"].__get__(Held())
    return [t.__name__ for t in r[0]], r[1]


print(described(40))
