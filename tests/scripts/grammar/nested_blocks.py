# golden: 3.14
# CPython's limit of blocks inside one another, and refusals of patterns.


def tell(source):
    try:
        compile(source, 'f', 'exec')
        print('fine')
    except SyntaxError as e:
        print(e.msg, e.lineno, e.offset)


def loops(n):
    lines = [' ' * i + 'for a in b:' for i in range(n)]
    return '\n'.join(lines + [' ' * n + 'pass'])


for n in (20, 21, 22, 30):
    tell(loops(n))
tell('def f():\n' + '\n'.join(' ' + line for line in loops(20).splitlines()) + '\n yield')
tell('def f():\n' + '\n'.join(' ' + line for line in loops(21).splitlines()) + '\n yield')
tell('match 1:\n case 1+2: pass')
tell('match 1:\n case 1j+2j: pass')
tell('match 1:\n case -1 - 2j: pass')
tell('match 1:\n case {a: 1}: pass')
tell('match 1:\n case {a.b: 1}: pass')
tell('match 1:\n case *a: pass')
tell('match 1:\n case *a,: pass')
