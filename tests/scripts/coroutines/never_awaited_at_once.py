# The warning comes with the statement that drops the coroutine, also for the first one of a program.
import warnings


def note(message, category, filename, lineno, file=None, line=None):
    print(message, lineno)


warnings.showwarning = note


async def f():
    pass


f()
print('after the first')
f()
x = f()
print('kept')
del x
print('end')
