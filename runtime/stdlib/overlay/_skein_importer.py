"""Importer of the standard library that is embedded in the binary.

A path entry hook like zipimport's: the entry `<prefix>/lib/python3.14` of sys.path is served from the archive, so that
modules of a program's own folder still come first. Sources stay readable through `get_source`, for tracebacks.
"""

import sys
import _imp
import _skein_library
from _frozen_importlib import ModuleSpec, _call_with_frames_removed
from _frozen_importlib_external import _LoaderBasics, decode_source

ROOT = _skein_library.root


def _inside(path):
    if path == ROOT:
        return ''
    if path.startswith(ROOT + '/'):
        return path[len(ROOT) + 1:]
    return None


class LibraryLoader(_LoaderBasics):
    """Loads one embedded module."""

    def __init__(self, fullname, path):
        self.name = fullname
        self.path = path

    def create_module(self, spec):
        return None

    def is_package(self, fullname):
        return self.path.endswith('/__init__.py')

    def get_filename(self, fullname=None):
        return self.path

    def get_data(self, path):
        inner = _inside(path)
        if inner is None or _skein_library.kind(inner) != 'file':
            with open(path, 'rb') as f:
                return f.read()
        return _skein_library.read(inner)

    def get_source(self, fullname=None):
        return decode_source(self.get_data(self.path))

    def get_code(self, fullname=None):
        return self.source_to_code(self.get_data(self.path), self.path)

    def source_to_code(self, data, path='<string>'):
        return _call_with_frames_removed(compile, data, path, 'exec', dont_inherit=True)

    def get_resource_reader(self, name):
        from importlib.readers import FileReader
        return FileReader(self)


class LibraryFinder:
    """Finds embedded modules below one folder."""

    def __init__(self, path):
        inner = _inside(path)
        if inner is None or (inner and _skein_library.kind(inner) != 'folder'):
            raise ImportError('not in the embedded library', path=path)
        self.path = path
        self.inner = inner + '/' if inner else ''

    def find_spec(self, fullname, target=None):
        tail = fullname.rpartition('.')[2]
        base = self.inner + tail
        if _skein_library.kind(base + '/__init__.py') == 'file':
            path = ROOT + '/' + base + '/__init__.py'
            spec = ModuleSpec(fullname, LibraryLoader(fullname, path), origin=path, is_package=True)
            spec.submodule_search_locations = [ROOT + '/' + base]
        elif _skein_library.kind(base + '.py') == 'file':
            path = ROOT + '/' + base + '.py'
            spec = ModuleSpec(fullname, LibraryLoader(fullname, path), origin=path)
        else:
            return None
        spec.has_location = True
        return spec

    def invalidate_caches(self):
        pass

    def iter_modules(self, prefix=''):
        for name in _skein_library.names(self.inner.rstrip('/')):
            if name.endswith('.py') and name != '__init__.py':
                yield prefix + name[:-3], False
            elif _skein_library.kind(self.inner + name + '/__init__.py') == 'file':
                yield prefix + name, True


def install():
    sys.path_hooks.insert(0, LibraryFinder)
    sys.path_importer_cache.clear()
