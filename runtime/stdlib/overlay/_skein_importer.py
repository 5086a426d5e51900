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
        code = _skein_library.code(_inside(self.path), self.path)
        if code is None:
            code = self.source_to_code(self.get_data(self.path), self.path)
        return code

    def source_to_code(self, data, path='<string>'):
        return _call_with_frames_removed(compile, data, path, 'exec', dont_inherit=True)

    def get_resource_reader(self, name):
        from _skein_resources import LibraryResources
        return LibraryResources(_inside(self.path).rpartition('/')[0])


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


def _archive_hook(path):
    """Hook for zip archives: zipimport is imported when the first one shows up, then its class takes this place."""
    global _importing
    if _importing or path.startswith(ROOT) or not _is_file_prefix(path):
        raise ImportError('not an archive', path=path)
    # zipimport's own imports meet the path too.
    _importing = True
    try:
        from zipimport import zipimporter
    finally:
        _importing = False
    for i, hook in enumerate(sys.path_hooks):
        if hook is _archive_hook:
            sys.path_hooks[i] = zipimporter
    return zipimporter(path)


_importing = False


def _is_file_prefix(path):
    """True if the path, or what is left after taking parts off its end, is a file."""
    import posix
    while path:
        try:
            mode = posix.stat(path).st_mode
        except (OSError, ValueError):
            shorter = path.rpartition('/')[0]
            if shorter == path:
                return False
            path = shorter
        else:
            return mode & 0o170000 == 0o100000
    return False


_depth = 0
_children = [0]


def _timed(find_and_load, clock):
    """Wraps importlib's _find_and_load for -X importtime."""
    def timed(name, import_):
        global _depth
        if name in sys.modules:
            if _skein_library.import_time > 1:
                _report('cached', 'cached', name)
            return find_and_load(name, import_)
        _depth += 1
        _children.append(0)
        start = clock()
        try:
            return find_and_load(name, import_)
        finally:
            total = (clock() - start) // 1000
            own = total - _children.pop()
            _children[-1] += total
            _depth -= 1
            _report(own, total, name)
    return timed


def _report(own, total, name):
    if sys.stderr is not None:
        print(f'import time: {own:>9} | {total:>10} | {"  " * _depth}{name}', file=sys.stderr)


def start_timing():
    """Reports how long each import takes from here on."""
    import time
    import _frozen_importlib
    print('import time: self [us] | cumulative | imported package', file=sys.stderr)
    _frozen_importlib._find_and_load = _timed(_frozen_importlib._find_and_load, time.perf_counter_ns)


def install():
    sys.path_hooks[:0] = [LibraryFinder, _archive_hook]
    sys.path_importer_cache.clear()
