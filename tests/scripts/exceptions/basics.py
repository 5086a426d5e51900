# try, except, else, finally, raise, hierarchy.
def f(what):
    log = []
    try:
        log.append('try')
        if what == 'value':
            raise ValueError('v')
        if what == 'key':
            raise KeyError('k')
        if what == 'type':
            raise TypeError
        if what == 'return':
            return log
    except ValueError as e:
        log.append(f'except {e}')
    except (KeyError, IndexError) as e:
        log.append(f'tuple {e!r}')
    except TypeError:
        log.append('type')
    else:
        log.append('else')
    finally:
        log.append('finally')
    return log


for what in ('none', 'value', 'key', 'type', 'return'):
    print(what, f(what))
for bad in (5, 'text', int, None, object()):
    try:
        raise bad
    except TypeError as e:
        print(e)
try:
    raise ValueError
except ValueError as e:
    print(repr(e), e.args, str(e) == '')
try:
    raise
except RuntimeError as e:
    print(e)
try:
    try:
        1 / 0
    except ZeroDivisionError:
        raise
except ArithmeticError as e:
    print(type(e).__name__)


class Custom(Exception):
    def __init__(self, code, *rest):
        super().__init__(code, *rest)
        self.code = code

    def __str__(self):
        return f'code {self.code}'


try:
    raise Custom(5, 'more')
except Custom as e:
    print(e, repr(e), e.args, e.code)
print(issubclass(KeyError, LookupError), issubclass(FileNotFoundError, OSError), IOError is OSError, EnvironmentError is OSError, issubclass(UnicodeDecodeError, ValueError), issubclass(KeyboardInterrupt, Exception), issubclass(StopIteration, Exception), issubclass(GeneratorExit, Exception), issubclass(BaseExceptionGroup, BaseException), ModuleNotFoundError.__mro__[1].__name__, RecursionError.__base__.__name__, NotImplementedError.__base__.__name__, IndentationError.__base__.__name__)
try:
    try:
        raise ValueError('x')
    except int:
        pass
except TypeError as e:
    print(e)
except ValueError as e:
    print('not caught by int', e)
try:
    try:
        raise ValueError('x')
    except 'text':
        pass
except TypeError as e:
    print(e)


def lazy():
    print('evaluated')
    return ValueError


try:
    pass
except lazy():
    pass
try:
    raise ValueError
except lazy():
    print('matched')
e = OSError(2, 'No such file or directory', 'path', None, 'other')
print(type(e).__name__, e.errno, e.strerror, e.filename, e.filename2, str(e), e.args)
print(type(OSError(17, 'x')).__name__, type(OSError(13, 'x')).__name__, type(OSError(99999, 'x')).__name__, str(OSError('one')), OSError(1, 2).errno)
try:
    open('/no/such/file')
except FileNotFoundError as e:
    print(e, e.errno)
e = SystemExit(3)
print(e.code, SystemExit().code, SystemExit('a', 'b').code, StopIteration(1, 2).value, ImportError('m', name='n', path='p').name, NameError('m', name='n').name, AttributeError('m', name='n', obj=5).obj)
try:
    ImportError(bad=1)
except TypeError as err:
    print(type(err).__name__)
s = SyntaxError('msg', ('file', 1, 2, 'text', 1, 4))
print(s.msg, s.filename, s.lineno, s.offset, s.text, s.end_lineno, s.end_offset, str(s))
print(str(KeyError('k')), str(KeyError()), str(KeyError('a', 'b')), repr(IndexError('i')), ValueError('a') == ValueError('a'), hash(e) is not None)
e = ValueError(1)
e.args = (2, 3)
e.extra = 'attr'
print(e, e.__dict__, e.args)
e.add_note('a note')
e.add_note('another')
print(e.__notes__)
try:
    e.add_note(5)
except TypeError as err:
    print(err)
try:
    {}['a']['b']
except KeyError as e:
    print(e)
try:
    int('x') if True else None
except ValueError as e:
    print(e.__traceback__ is not None, e.__traceback__.tb_lineno > 0, e.with_traceback(None).__traceback__)
