# golden: 3.14
# Syntax newer than the recording CPython: PEP 758, PEP 646 forms, star in index, parenthesised with, except without parentheses.
def f(x):
    try:
        raise x
    except ValueError, TypeError:
        return 'value or type'
    except KeyError, IndexError, OSError:
        return 'others'


print(f(ValueError()), f(TypeError()), f(IndexError()))
try:
    raise ExceptionGroup('g', [ValueError(), KeyError()])
except* ValueError, KeyError:
    print('star without parentheses')
try:
    compile('try: pass\nexcept A, B as e: pass', 's', 'exec')
except SyntaxError as e:
    print(e.msg)


class Show:
    def __getitem__(self, k):
        return k


s = Show()
a = [1, 2]
print(s[*a], s[0, *a, 5], s[*a, *a])


def star_annotation(*args: *tuple[int, str]):
    pass


print(star_annotation.__annotations__)
print([x for x in (1, 2) if x > 1], *[3], sep=',')
print(f'{f'{f'{1}'}'}', not(1))
