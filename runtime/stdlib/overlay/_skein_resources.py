"""Files of the embedded library as importlib.resources sees them, and copies of them in real folders."""

import io
import os
from importlib.resources.abc import Traversable, TraversableResources

import _skein_library


class LibraryPath(Traversable):
    """A file or folder inside the embedded library."""

    def __init__(self, inner):
        self._inner = inner

    @property
    def name(self):
        return self._inner.rpartition('/')[2]

    def iterdir(self):
        for name in _skein_library.names(self._inner):
            yield LibraryPath(f'{self._inner}/{name}')

    def is_dir(self):
        return _skein_library.kind(self._inner) == 'folder'

    def is_file(self):
        return _skein_library.kind(self._inner) == 'file'

    def joinpath(self, *descendants):
        parts = [self._inner]
        for part in descendants:
            parts.extend(p for p in os.fspath(part).split('/') if p)
        return LibraryPath('/'.join(parts))

    def open(self, mode='r', *args, **kwargs):
        stream = io.BytesIO(_skein_library.read(self._inner))
        if 'b' in mode:
            return stream
        return io.TextIOWrapper(stream, *args, **kwargs)

    def __repr__(self):
        return f'{type(self).__name__}({self._inner!r})'


class LibraryResources(TraversableResources):
    """Resources of one embedded package."""

    def __init__(self, inner):
        self._inner = inner

    def files(self):
        return LibraryPath(self._inner)


def copy_folder(inner, target):
    """Writes a folder of the library, with all below it, into a real one."""
    os.makedirs(target, exist_ok=True)
    for child in LibraryPath(inner).iterdir():
        path = os.path.join(target, child.name)
        if child.is_dir():
            copy_folder(child._inner, path)
        else:
            with open(path, 'wb') as f:
                f.write(child.read_bytes())
