# Assignment expressions.
if (n := len('hello')) > 3:
    print(n)
while (line := next(iter([]), None)) is not None:
    print('never')
data = [1, 2, 3]
print((total := sum(data)), total / len(data))
print(f'{(v := 10)}', v)
print(f'{v:=5}')


def f(a, b=(default := 7)):
    return a, b


print(f(1), default)
print(f(x := 3, b=(y := 4)), x, y)
print([y := 1, y + 1, (y := y + 5)], y)
items = iter([3, 2, 1, 0, 5])
while value := next(items):
    print(value, end=' ')
print()
print(any((hit := c) == 'l' for c in 'hello'), hit)
print([r for c in 'abc' if (r := c.upper()) != 'B'])


class C:
    z = (inner := 5) + 1


print(C.z, C.inner)


def scope():
    global made
    if (made := 1) and (local := 2):
        return local


print(scope(), made)
lambda_result = (lambda: (q := 4) + q)()
print(lambda_result)
x = 1
print((x := 2) + x, x)
print({(k := 'a'): (v := 1)}, k, v)
a = [0] * 3
i = 0
a[(i := i + 1)] = i
print(a, i)
assert (ok := True)
print(ok)
print((u := 1, 2), u)
print(not (m := 0), m)
