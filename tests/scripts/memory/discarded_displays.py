# What a display whose value nobody wants holds dies with the statement; so does what `*=` removes from a list.


class A:
    def __init__(self, n):
        self.n = n

    def __del__(self):
        print('del', self.n, end=' ')


[A(5)]
print('list')
{6: A(6)}
print('dict')
items = [A(9)]
items *= 0
print('emptied', items)
items = [A(10)]
items *= 2
print('kept', len(items))
items *= -1
print('gone')
