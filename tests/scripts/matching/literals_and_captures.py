# match: literals, captures, wildcards, or, guards, values.
import enum


class Color(enum.Enum):
    RED = 1
    BLUE = 2


class K:
    LIMIT = 10


def f(x):
    match x:
        case 0:
            return 'zero'
        case 1 | 2 | 3:
            return 'small'
        case -1:
            return 'minus one'
        case 1.5:
            return 'float'
        case 2 + 3j | -1 - 2j:
            return 'complex'
        case 'text' "joined":
            return 'joined string'
        case b'bytes':
            return 'bytes'
        case None:
            return 'None'
        case True:
            return 'True'
        case False:
            return 'never, 0 matched'
        case K.LIMIT:
            return 'limit'
        case Color.RED | Color.BLUE as c:
            return c.name
        case int(n) if n > 100:
            return f'big {n}'
        case str() as s if len(s) > 3:
            return f'long {s}'
        case (int() | float()) as num:
            return f'number {num}'
        case [] | ():
            return 'empty'
        case other:
            return f'other {other!r}'


for x in (0, 1, 3, -1, 1.5, 2 + 3j, -1 - 2j, 'textjoined', b'bytes', None, True, False, 10, Color.RED, 500, 50, 'abcd', 'ab', 2.5, [], {}, 1.0, 0.0, b'x', object):
    print(repr(x), '->', f(x))


def nothing(x):
    match x:
        case 5:
            pass
    return 'fell through'


print(nothing(5), nothing(6))
match 5:
    case y:
        pass
print(y)
match (1, 2):
    case a, b:
        print(a, b)
match 1, [2, 3]:
    case x, [y, *z]:
        print(x, y, z)
match x := 7:
    case 7:
        print('walrus subject', x)


def guard_order(x):
    log = []

    def g(v):
        log.append(v)
        return False
    match x:
        case 1 if g('a'):
            pass
        case n if g('b') or n == 1:
            log.append('matched')
        case _:
            log.append('default')
    return log


print(guard_order(1), guard_order(2))
match = 3
case = 4
print(match + case, match == 3)
type = 'soft'
_ = 'underscore'
print(type, _)
match[0:1] if False else None


class Eq:
    def __eq__(self, o):
        print('compared with', o)
        return o == 'yes'


match Eq():
    case 1:
        print('one')
    case 'yes':
        print('yes')
match ['a']:
    case ['a' | 'b' as letter]:
        print(letter)
match {'k': 1}:
    case {'k': 1 | 2 as v}:
        print(v)


def captures(x):
    match x:
        case [a, b] if a > b:
            return 'descending', a, b
        case [a, b]:
            return 'ascending', a, b


print(captures([2, 1]), captures([1, 2]))
