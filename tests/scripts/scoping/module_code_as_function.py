# Code of a module that was made a function stores into the function's globals.
import types

code = compile('b = 1\nprint(b)\ndel b\na = 2', '?', 'exec')
namespace = {}
types.FunctionType(code, namespace)()
print(namespace['a'], 'b' in namespace)


class Odd(Exception):
    def __new__(cls, *args):
        return cls


def generator():
    yield


try:
    generator().throw(Odd)
except TypeError as e:
    print('TypeError')


# Code with `await` at the top level: eval gives a coroutine.
async def five():
    return 5

code = compile('got = await five()', '?', 'exec', flags=0x2000)
coroutine = eval(code, globals())
try:
    coroutine.send(None)
except StopIteration:
    print(type(coroutine).__name__, got)
