# with statements, contextlib, suppress, ExitStack.
import contextlib


class M:
    def __init__(self, name, swallow=False, fail=None):
        self.name, self.swallow, self.fail = name, swallow, fail

    def __enter__(self):
        print('enter', self.name)
        if self.fail == 'enter':
            raise RuntimeError('enter failed')
        return self.name

    def __exit__(self, t, v, tb):
        print('exit', self.name, t and t.__name__, v is not None and str(v), tb is not None)
        if self.fail == 'exit':
            raise RuntimeError('exit failed')
        return self.swallow


with M('a') as x:
    print(x)
with M('b', swallow=True):
    raise ValueError('swallowed')
with M('c') as x, M('d') as y:
    print(x, y)
with (
    M('e') as x,
    M('f'),
):
    print('parenthesised', x)
try:
    with M('g'), M('h', fail='enter'):
        print('never')
except RuntimeError as e:
    print(e)
try:
    with M('i', fail='exit'):
        raise KeyError('body')
except RuntimeError as e:
    print(e, repr(e.__context__))
with M('xyz') as (p, *q):
    print(p, q)


@contextlib.contextmanager
def cm(name):
    print('setup', name)
    try:
        yield name.upper()
    except ValueError as e:
        print('handled', e)
    finally:
        print('teardown', name)


with cm('one') as v:
    print(v)
with cm('two'):
    raise ValueError('in body')
try:
    with cm('three'):
        raise KeyError('through')
except KeyError as e:
    print('KeyError', e)


@cm('decorated')
def func(x):
    return x * 2


print(func(4))
with contextlib.suppress(KeyError, IndexError):
    {}['k']
with contextlib.closing(open(__file__)) as fh:
    pass
print(fh.closed)
with contextlib.ExitStack() as stack:
    names = [stack.enter_context(cm(n)) for n in ('s1', 's2')]
    stack.callback(print, 'callback', 1, end='!\n')
    stack.push(lambda *exc: print('pushed', exc[0]))
    print(names)
import io
buffer = io.StringIO()
with contextlib.redirect_stdout(buffer):
    print('captured')
print(repr(buffer.getvalue()))
with contextlib.nullcontext(5) as v:
    print(v)


class NoExit:
    def __enter__(self):
        pass


class NoEnter:
    pass


for bad in (NoExit(), NoEnter(), 5):
    try:
        with bad:
            pass
    except TypeError as e:
        print('TypeError', 'context manager protocol' in str(e))


@contextlib.contextmanager
def no_yield():
    if False:
        yield


@contextlib.contextmanager
def two_yields():
    yield 1
    yield 2


for bad in (no_yield, two_yields):
    try:
        with bad():
            pass
    except RuntimeError as e:
        print(e)


class Base(contextlib.AbstractContextManager):
    def __exit__(self, *exc):
        return False


with Base() as b:
    print(type(b).__name__)


def in_generator():
    with M('gen'):
        yield 1
        yield 2


g = in_generator()
print(next(g))
g.close()
store = {}
with M('target') as store['k']:
    pass
print(store)
with M('instance lookup') as m:
    pass


class Special:
    pass


s = Special()
s.__enter__ = lambda: 1
s.__exit__ = lambda *a: None
try:
    with s:
        pass
except TypeError:
    print('looked up on the type')
