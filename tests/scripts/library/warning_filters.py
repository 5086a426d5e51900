# What becomes of warnings: filters, registries, stack levels, and the traceback of one that is an error.
import traceback
import warnings


def deprecated():
    warnings.warn('old', DeprecationWarning, stacklevel=2)


with warnings.catch_warnings(record=True) as seen:
    warnings.simplefilter('always')
    deprecated()
    deprecated()
    for w in seen:
        print(w.category.__name__, w.message, w.lineno)

for action, count in (('default', 1), ('always', 3), ('once', 1), ('module', 1), ('ignore', 0)):
    with warnings.catch_warnings(record=True) as seen:
        warnings.simplefilter(action)
        for _ in range(3):
            warnings.warn(f'text for {action}')
        print(action, len(seen) == count)

with warnings.catch_warnings():
    warnings.filterwarnings('error', message='bad.*', category=UserWarning)
    try:
        warnings.warn('bad thing')
    except UserWarning:
        # Nothing of the library is in the traceback.
        print(len(traceback.format_exc().splitlines()))
    warnings.filters.insert(0, ('shout', None, Warning, None, 0))
    for bad in (lambda: warnings.warn('x', int), lambda: warnings.warn('x', 'y'),
                lambda: warnings.warn_explicit('x', UserWarning, 1, 2), lambda: warnings.warn('x')):
        try:
            bad()
        except Exception as e:
            print(type(e).__name__, str(e).replace('\n', ' '))

registry = {}
with warnings.catch_warnings(record=True) as seen:
    warnings.simplefilter('default')
    for line in (1, 1, 2):
        warnings.warn_explicit('explicit', UserWarning, 'file.py', line, registry=registry)
    print([w.lineno for w in seen], sorted(str(k) for k in registry if k != 'version'))
