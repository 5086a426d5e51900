"""Prime numbers by three sieves: a list of flags, a bytearray with slices, a generator of candidates.

usage: sieve.py [limit]
"""
# perf: 8000000
import sys


def flags(limit):
    prime = [True] * (limit + 1)
    prime[0] = prime[1] = False
    for i in range(2, int(limit ** 0.5) + 1):
        if prime[i]:
            j = i * i
            while j <= limit:
                prime[j] = False
                j += i
    return sum(prime)


def slices(limit):
    prime = bytearray([1]) * (limit + 1)
    prime[0:2] = b'\0\0'
    for i in range(2, int(limit ** 0.5) + 1):
        if prime[i]:
            prime[i * i::i] = bytes(len(range(i * i, limit + 1, i)))
    return prime.count(1)


def incremental():
    """Yields primes for ever, remembering the next multiple of each."""
    yield 2
    multiples = {}
    candidate = 3
    while True:
        step = multiples.pop(candidate, None)
        if step is None:
            yield candidate
            multiples[candidate * candidate] = 2 * candidate
        else:
            following = candidate + step
            while following in multiples:
                following += step
            multiples[following] = step
        candidate += 2


def main():
    limit = int(sys.argv[1]) if len(sys.argv) > 1 else 300000
    print(flags(limit))
    print(slices(limit))
    count = 0
    for prime in incremental():
        if prime > limit // 4:
            break
        count += 1
    print(count)


if __name__ == '__main__':
    main()
