"""Frame objects and running generators of threads that take turns at any instruction, while the collector runs."""

import itertools
import sys
import threading

sys.setswitchinterval(1e-5)


def walk(frame):
    while frame is not None:
        yield frame, frame.f_lineno
        frame = frame.f_back


def wrap(pairs):
    for frame, line in pairs:
        yield frame, (line, None)


def deep(n):
    if n:
        return deep(n - 1)
    wrong = 0
    for _ in range(200):
        names = []
        for frame, (line, _) in itertools.islice(wrap(walk(sys._getframe())), n + 8):
            names.append(frame.f_code.co_name)
            frame.f_locals
            wrong += not isinstance(line, int)
        wrong += names[:4] != ['deep'] * 4
    counts.append(wrong)


counts = []
threads = [threading.Thread(target=deep, args=(5 + i,)) for i in range(4)]
for t in threads:
    t.start()
for t in threads:
    t.join()
print(counts)
