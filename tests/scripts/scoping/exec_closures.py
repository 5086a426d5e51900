# exec() and eval() of code with free variables: the closure argument and what is refused.
import types


def outer():
    x = 1

    def inner():
        nonlocal x
        x += 1
        return x
    return inner


code = outer().__code__
cell = types.CellType(5)
exec(code, closure=(cell,))
print(cell.cell_contents)
plain = compile('y = 2', '<plain>', 'exec')
for args, closure in (((code,), None), ((code,), ()), ((code,), (cell, cell)), ((code,), (5,)), ((code,), [cell]), ((plain,), (cell,)), (('z = 1',), (cell,))):
    try:
        exec(*args, {}, {}, closure=closure)
    except TypeError as e:
        print(e)
exec(plain, closure=None)
print(y)
try:
    eval(code)
except TypeError as e:
    print(e)
