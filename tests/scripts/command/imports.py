# Imports from the script's folder: modules, packages, relative, cycles, reload, __all__, errors.
import importlib
import sys
import _helper
import _helper as again
from _helper import value, Thing as T
print(_helper is again, value, T().name, _helper.__name__, _helper.count)
import _pkg
import _pkg.sub.leaf
from _pkg import constant, sub
from _pkg.sub import leaf
print(_pkg.__path__ is not None, constant, leaf.up(), leaf.__name__, leaf.__package__, sub.leaf is leaf, _pkg.sub.leaf.sibling)
from _pkg.star import *
print(public, 'hidden' in globals(), '_private' in globals())
try:
    from _pkg import nothing
except ImportError as e:
    print(e.name, 'nothing' in str(e))
try:
    import _pkg.broken
except ValueError as e:
    print(e, '_pkg.broken' in sys.modules)
try:
    import _pkg.nosuch
except ModuleNotFoundError as e:
    print(e)
try:
    from . import x
except ImportError as e:
    print(e)
import _pkg.cycle_a
print(_pkg.cycle_a.result)
_helper.value = 'changed'
importlib.reload(_helper)
print(_helper.value, importlib.import_module('_pkg.sub').__name__, importlib.import_module('.leaf', '_pkg.sub') is leaf)
print(_pkg.lazy_attribute)
try:
    _pkg.unknown
except AttributeError as e:
    print(e)
sys.modules['fake'] = 'any object'
import fake
print(fake)
sys.modules['blocked'] = None
try:
    import blocked
except ModuleNotFoundError as e:
    print(e)


class Finder:
    @staticmethod
    def find_spec(name, path=None, target=None):
        if name == 'synthetic':
            return importlib.machinery.ModuleSpec(name, Loader())


class Loader:
    def create_module(self, spec):
        return None

    def exec_module(self, module):
        module.made = 'by a loader'


import importlib.machinery
sys.meta_path.insert(0, Finder)
import synthetic
print(synthetic.made, synthetic.__spec__.name)
print(importlib.util.find_spec('json').name, importlib.util.find_spec('no_such_thing')) if __import__('importlib.util') else None


def local_import():
    import _helper as h
    from _helper import value
    return h.count, value


print(local_import(), 'h' in globals(), __import__('_pkg.sub').__name__, __import__('_pkg.sub', fromlist=['leaf']).__name__)
