# Statement forms that are easy to get wrong: semicolons, nested functions, conditional definitions, long chains.
if 1:
    def f(): return 'one line'
else:
    def f(): return 'other'
print(f())
def g(): x = 1; y = 2; return x + y
print(g())
class A: x = 1; y = x + 1
print(A.x, A.y)
for i in range(2): print(i); print('-')
while i: i -= 1
else: print('done')
try: raise ValueError
except ValueError: print('caught')
else: print('no')
finally: print('fin')
with open(__file__) as fh: print(fh.readline().startswith('#'))
x = (1
     + 2
     # comment in the middle
     + 3)
print(x)
y = 1 + \
    2
print(y)
if (x and
        y):
    print('multi-line condition')
long = {
    'key': [
        1,
        2,
    ],
    **{
        'other': 3,
    },
}
print(long)
a = b = c = d = e = 0
a, b, c, d, e = range(5)
print(a < b < c < d < e, a == 0 and b == 1 and c == 2)
v = 0 if a else 1 if b > 5 else 2 if c > 5 else 3
print(v)


def outer():
    """doc"""
    class Local:
        """local doc"""

        def method(self):
            """method doc"""
            def inner():
                """inner doc"""
                return inner.__doc__, self.method.__doc__, Local.__doc__, outer.__doc__
            return inner
    return Local


print(outer()().method()())
def no_doc(): 5; 'not a doc'
print(no_doc.__doc__)
def only_doc(): 'doc only'
print(only_doc.__doc__, only_doc())


def nested_returns(n):
    if n > 0:
        if n > 1:
            if n > 2:
                return 'big'
            return 'two'
        return 'one'
    return


print([nested_returns(i) for i in range(4)])
many = [(yield_, await_) for yield_, await_ in [(1, 2)]]
print(many)
type_ = lambda *_, **__: (_, __)
print(type_(1, a=2))
print((lambda: (lambda: (lambda: 'deep')())())())
z = not not not 0
print(z, - - -5, ~~~5, +-+5)
print(1if 1else 2) if False else print('skip')
print([1, 2, 3,][-1], (1,)[0], {1,}, {1: 2,}, f(), (f)(), ((f))())
del x, y; print('x' in globals())
exec("""
def made(n):
    return n * 2
result = [made(i) for i in range(3)]
""")
print(result)
print(eval("(lambda x: x + 1)(41)"), eval(compile("[i for i in 'ab']", 's', 'eval')))
chain = 'abc'.upper().lower().title()[::-1].strip().split('b')[0]
print(chain)
if True:
    pass
    # trailing comment
# comment at column 0
    print('still in the block')
print(0xFF, 1_0, .5, 5., 1e3, 0b1, 0o7, 1j, 'a' 'b', b'c' b'd', r'\n', """x""" '''y''')
