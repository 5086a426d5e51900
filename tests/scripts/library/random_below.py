"""Random ints below a limit: the sequence is CPython's, and who makes his own bits is asked for them."""
import random


def ints(rng, n):
    total = []
    for i in range(n):
        total += [rng.randint(1, 6), rng.choice('abcdef'), rng.randrange(0, 2 ** (i % 70) + 1, 1)]
    rng.shuffle(total := [str(v) for v in total])
    return total[:8], rng.sample(range(1000), 5), rng.random()


print(ints(random.Random(5), 300))
random.seed('text')
print(random.randint(0, 10 ** 30), random.randrange(2 ** 32), random.randrange(2 ** 32 + 1), random.randrange(2 ** 61))


class Counted(random.Random):
    """Every second bit is a one."""
    calls = 0

    def getrandbits(self, k):
        self.calls += 1
        return int('01' * k, 2) & (1 << k) - 1 if self.calls % 2 else super().getrandbits(k)


class Thirds(random.Random):
    def random(self):
        return 1 / 3


counted = Counted(1)
print([counted.randint(1, 10) for _ in range(100)][-5:], counted.calls)
print([Thirds(1).choice(range(100)) for _ in range(50)][-2:])


class Plain(random.Random):
    pass


def late(n):
    rng, out = Plain(3), []
    for i in range(n):
        if i == n // 2:
            rng.getrandbits = lambda k: (1 << k - 1) - 1
        out.append(rng.randrange(50))
    return out[:5], out[-5:]


print(late(200))
for wrong in (lambda: random.randrange(0), lambda: random.choice([]), lambda: random.randint(5, 1)):
    try:
        wrong()
    except (ValueError, IndexError) as e:
        print(type(e).__name__)
