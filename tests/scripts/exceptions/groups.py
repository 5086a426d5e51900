# Exception groups and except*.
def show(e, depth=0):
    print('  ' * depth + repr(e) if not isinstance(e, BaseExceptionGroup) else '  ' * depth + f'{type(e).__name__} {e.message!r}')
    if isinstance(e, BaseExceptionGroup):
        for sub in e.exceptions:
            show(sub, depth + 1)


eg = ExceptionGroup('eg', [ValueError(1), TypeError('t'), ExceptionGroup('nested', [ValueError(2), KeyError('k')])])
show(eg)
print(str(eg), repr(ExceptionGroup('x', [ValueError(1)])), eg.args[0], len(eg.exceptions))
match, rest = eg.split(ValueError)
show(match)
show(rest)
show(eg.subgroup(lambda e: isinstance(e, KeyError)))
print(eg.subgroup(OSError), eg.split(OSError)[0])
try:
    try:
        raise eg
    except* ValueError as e:
        print('values', [str(x) for x in e.exceptions])
    except* TypeError as e:
        print('types', e.exceptions)
except ExceptionGroup as rest:
    show(rest)
try:
    raise ExceptionGroup('all', [OSError(1), ValueError(2)])
except* (OSError, ValueError) as e:
    print('both', len(e.exceptions))
else:
    print('never')
finally:
    print('finally')
try:
    raise ValueError('naked')
except* ValueError as e:
    print(type(e).__name__, repr(e.message), e.exceptions)
try:
    pass
except* ValueError:
    print('never')
else:
    print('else')
try:
    try:
        raise ExceptionGroup('g', [ValueError('a'), KeyError('b')])
    except* ValueError:
        raise TypeError('new')
except ExceptionGroup as e:
    show(e)
    print(repr(e.exceptions[0].__context__)[:14])
try:
    try:
        raise ExceptionGroup('g', [ValueError('a'), KeyError('b')])
    except* ValueError as e:
        raise
except ExceptionGroup as e:
    show(e)
for bad in (lambda: ExceptionGroup('x', []), lambda: ExceptionGroup('x', [5]), lambda: ExceptionGroup(5, [ValueError()]), lambda: ExceptionGroup('x'),
            lambda: ExceptionGroup('x', [KeyboardInterrupt()]), lambda: ExceptionGroup('x', ValueError())):
    try:
        bad()
    except (TypeError, ValueError) as e:
        print(type(e).__name__)
print(type(BaseExceptionGroup('b', [ValueError()])).__name__, type(BaseExceptionGroup('b', [KeyboardInterrupt()])).__name__)
try:
    try:
        raise ValueError(1)
    except* ExceptionGroup:
        pass
except TypeError as e:
    print(type(e).__name__)


class MyGroup(ExceptionGroup):
    def derive(self, excs):
        return MyGroup(self.message + ' derived', excs)


g = MyGroup('mine', [ValueError(1), KeyError(2)])
m, r = g.split(ValueError)
print(type(m).__name__, m.message, type(r).__name__)
g.add_note('note')
print(g.split(ValueError)[0].__notes__)


def loop():
    out = []
    for i in range(3):
        try:
            raise ExceptionGroup('g', [ValueError(i)])
        except* ValueError as e:
            out.append(e.exceptions[0].args[0])
    return out


print(loop())
try:
    try:
        raise ExceptionGroup('deep', [ExceptionGroup('d1', [ExceptionGroup('d2', [ValueError('v'), OSError('o')])])])
    except* OSError as e:
        show(e)
except* ValueError as e:
    show(e)
for source in ('try: pass\nexcept* A: pass\nexcept B: pass', 'try: pass\nexcept*: pass', 'for x in y:\n try: pass\n except* A: break', 'def f():\n try: pass\n except* A: return 1'):
    try:
        compile(source, 's', 'exec')
    except SyntaxError as e:
        print('SyntaxError', e.lineno)
