# Hints at misspelt keywords in tracebacks, and the ends of syntax errors.
import traceback

SOURCES = [
    'fur a in b:\n  pass',
    'for a in b:\n  pass\nelso:\n  pass',
    'def f():\n  retrun 5',
    'x = 1\nif x:\n  y = 2\n  whlie x: pass',
    'impor math',
    'x = y z',
    '(1 +',
    ' 1',
    'if x:',
    'x = (1, 2]',
]
for source in SOURCES:
    try:
        compile(source, '<source>', 'exec')
    except SyntaxError as e:
        print(e.args[1][1:])
        print(''.join(traceback.format_exception_only(e)), end='')
