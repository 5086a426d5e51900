# for, while, else, break, continue, nested and with finally.
def walk(limit):
    for i in range(10):
        if i == limit:
            break
        if i % 2:
            continue
        print(i, end=' ')
    else:
        print('exhausted', end=' ')
    print()


walk(3)
walk(99)

n = 3
while n:
    n -= 1
    if n == 1:
        continue
    print('n', n)
else:
    print('while else')

while True:
    break
else:
    print('never')


def with_finally():
    log = []
    for i in range(4):
        try:
            if i == 1:
                continue
            if i == 3:
                break
            log.append(i)
        finally:
            log.append(f'f{i}')
    else:
        log.append('else')
    return log


print(with_finally())


def nested():
    found = []
    for i in range(3):
        for j in range(3):
            for k in range(3):
                if k == j:
                    break
                found.append((i, j, k))
            else:
                found.append('no break')
            if j == i:
                break
        else:
            found.append('all j')
    return found


print(nested())

for x, (y, *z) in [(1, (2, 3, 4)), (5, 'abc')]:
    print(x, y, z)

data = {}
for data['key'] in range(3):
    pass
print(data)


class Box:
    pass


box = Box()
for box.value in 'xyz':
    pass
print(box.value)

items = [0, 0, 0]
for items[1] in (4, 5):
    pass
print(items)

for i in []:
    pass
else:
    print('empty loop runs else')


def find(items, wanted):
    for i, item in enumerate(items):
        if item == wanted:
            return i
    else:
        return -1


print(find('abc', 'c'), find('abc', 'z'))
total = 0
for i in range(5):
    for j in range(5):
        if j > i:
            continue
        total += i * j
print(total, i, j)
for i in range(3):
    i = 10
print(i)
for *a, b in [(1, 2, 3), 'xy']:
    print(a, b)
