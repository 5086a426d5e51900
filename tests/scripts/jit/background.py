# Traces compiled by a thread of their own: results, many loops in turn, and forked children, which have no such thread.
# only: skein
# env: SKEIN_JIT=on
# env: SKEIN_JIT_BACKGROUND=1
# env: SKEIN_JIT_THRESHOLD=50
import os
import skein_jit


def work(n):
    s = 0
    for i in range(n):
        s += i % 7 * (i & 3)
    return s


def many(k):
    total = 0
    for j in range(k):
        namespace = {}
        exec(f"def f(n):\n    s = {j}\n    for i in range(n): s += i ^ {j}\n    return s", namespace)
        total += namespace["f"](400) + namespace["f"](400)
    return total


print(many(20), work(2000), flush=True)
for child in range(3):
    pid = os.fork()
    if pid == 0:
        results = many(30), work(3000)
        compiled = skein_jit.stats()["traces"]
        os.write(1, f"child {results} {compiled > 0}\n".encode())
        os._exit(0)
    print(os.waitpid(pid, 0)[1], flush=True)
    print(many(20), work(2000), flush=True)
# The thread may get little time.
tries = 0
while skein_jit.stats()["traces"] <= 20 and tries < 200:
    many(20)
    tries += 1
print(skein_jit.stats()["traces"] > 20)
print(skein_jit.parameters()["background"])
