"""Integers of any size: digits of pi and e, modular powers, primality, factors, Fibonacci by doubling, square roots, RSA.

usage: big_integers.py [digits]
"""
# perf: 5000
import math
import sys


def pi_digits(count):
    """Gibbons' spigot: every digit from an integer state that keeps growing."""
    q, r, t, k, n, l = 1, 0, 1, 1, 3, 3
    digits = []
    while len(digits) < count:
        if 4 * q + r - t < n * t:
            digits.append(n)
            q, r, n = q * 10, 10 * (r - n * t), 10 * (3 * q + r) // t - 10 * n
        else:
            q, r, t, k, n, l = q * k, (2 * q + r) * l, t * l, k + 1, (q * (7 * k + 2) + r * l) // (t * l), l + 2
    return ''.join(map(str, digits))


def arctan_inverse(x, scale):
    term = total = scale // x
    square, divisor, sign = x * x, 3, -1
    while term:
        term //= square
        total += sign * (term // divisor)
        divisor += 2
        sign = -sign
    return total


def machin(count):
    scale = 10 ** (count + 10)
    pi = 4 * (4 * arctan_inverse(5, scale) - arctan_inverse(239, scale))
    return str(pi // 10**10)


def e_digits(count):
    scale = 10 ** (count + 10)
    total, term, k = 0, scale, 1
    while term:
        total += term
        term //= k
        k += 1
    return str(total // 10**10)


def is_probable_prime(n, bases=(2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37)):
    if n < 2:
        return False
    for p in bases:
        if n % p == 0:
            return n == p
    d, s = n - 1, 0
    while d % 2 == 0:
        d //= 2
        s += 1
    for a in bases:
        x = pow(a, d, n)
        if x in (1, n - 1):
            continue
        for _ in range(s - 1):
            x = x * x % n
            if x == n - 1:
                break
        else:
            return False
    return True


def next_prime(n):
    n |= 1
    while not is_probable_prime(n):
        n += 2
    return n


def factor(n):
    """Pollard's rho with Floyd's cycle finding, recursively."""
    if n == 1:
        return []
    if is_probable_prime(n):
        return [n]
    if n % 2 == 0:
        return [2] + factor(n // 2)
    c = 1
    while True:
        x = y = 2
        d = 1
        while d == 1:
            x = (x * x + c) % n
            y = (y * y + c) % n
            y = (y * y + c) % n
            d = math.gcd(abs(x - y), n)
        if d != n:
            return sorted(factor(d) + factor(n // d))
        c += 1


def fibonacci(n):
    a, b = 0, 1
    for bit in bin(n)[2:]:
        a, b = a * (2 * b - a), a * a + b * b
        if bit == '1':
            a, b = b, a + b
    return a


def square_root_2(count):
    """Newton's iteration on scaled integers."""
    target = 2 * 10 ** (2 * count)
    x = 10**count
    while True:
        better = (x + target // x) // 2
        if abs(better - x) <= 1:
            break
        x = better
    while better * better > target:
        better -= 1
    return better


def binomial_row_sum(n):
    value, total = 1, 0
    for k in range(n + 1):
        total += value
        value = value * (n - k) // (k + 1)
    return total


def rsa(bits, message):
    p = next_prime(3 ** (bits // 3) + 10)
    q = next_prime(7 ** (bits // 6) + 10)
    n, exponent = p * q, 65537
    private = pow(exponent, -1, (p - 1) * (q - 1))
    number = int.from_bytes(message, 'big')
    secret = pow(number, exponent, n)
    plain = pow(secret, private, n)
    return n.bit_length(), secret % 10**12, plain.to_bytes(len(message), 'big')


def main():
    sys.set_int_max_str_digits(0)
    digits = int(sys.argv[1]) if len(sys.argv) > 1 else 2000
    pi = pi_digits(digits)
    print(pi[:20], pi[-10:], machin(digits)[:digits - 5] == pi[:digits - 5])
    print('e', e_digits(digits)[-12:])
    print('primes', [n for n in range(10**15, 10**15 + 200) if is_probable_prime(n)])
    for n in (2**59 - 1, 10**17 + 9, 600851475143 * 9973, math.factorial(20) + 1):
        print(n, '=', ' * '.join(map(str, factor(n))))
    f = fibonacci(digits * 10)
    print('fibonacci', f % 10**15, f.bit_length(), f.bit_count())
    root = square_root_2(digits)
    print('root', str(root)[-12:], root == math.isqrt(2 * 10 ** (2 * digits)))
    print('row', binomial_row_sum(digits) == 1 << digits, sum(map(int, str(2 ** (digits * 2)))))
    print(*rsa(digits // 3 + 100, b'a short message'))
    print(hex(math.lcm(*range(1, digits // 4)))[2:22], -7**digits // 5**digits % 1000, ~f >> f.bit_length() - 20)


if __name__ == '__main__':
    main()
