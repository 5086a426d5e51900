# golden: 3.14
# flags: -W ignore
# return, break and continue inside finally still work; since 3.14 (PEP 765) they give a SyntaxWarning.
def override():
    try:
        return 'try'
    finally:
        return 'finally'


def swallow():
    try:
        raise ValueError
    finally:
        return 'swallowed'


def loop():
    for i in range(3):
        try:
            raise KeyError(i)
        finally:
            continue
    return i


def breaks():
    while True:
        try:
            return 'lost'
        finally:
            break
    return 'after break'


def nested():
    try:
        try:
            return 1
        finally:
            return 2
    finally:
        print('outer finally')


print(override(), swallow(), loop(), breaks(), nested())
import warnings
for source in ('def f():\n try: pass\n finally: return 1', 'for x in y:\n try: pass\n finally: break',
               'for x in y:\n try: pass\n finally: continue', 'def f():\n try: pass\n finally:\n  for x in y: break',
               'try: pass\nfinally:\n  def f(): return 1'):
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter('always')
        compile(source, 'f.py', 'exec')
    print([(w.category.__name__, str(w.message), w.lineno) for w in caught])
