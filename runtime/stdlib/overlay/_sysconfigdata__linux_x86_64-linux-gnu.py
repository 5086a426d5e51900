"""What sysconfig reports of this build.

CPython writes this file from its Makefile. Skein has no C API and builds no extension modules, so only the variables that pure-Python
programs and tests read are here.
"""

import sys

_version = '%d.%d' % sys.version_info[:2]
_prefix = sys.base_prefix
_lib = _prefix + '/lib'

build_time_vars = {
    'ABIFLAGS': '',
    'AR': 'ar',
    'BINDIR': _prefix + '/bin',
    'BINLIBDEST': _lib + '/python' + _version,
    'BLDLIBRARY': '',
    'CC': 'cc',
    'CFLAGS': '',
    'CONFIG_ARGS': '',
    'CONFINCLUDEPY': _prefix + '/include/python' + _version,
    'CXX': 'c++',
    'DESTLIB': _lib + '/python' + _version,
    'EXE': '',
    'EXT_SUFFIX': '.skein-314-x86_64-linux-gnu.so',
    'HAVE_FORK': 1,
    'HOST_GNU_TYPE': 'x86_64-pc-linux-gnu',
    'INCLUDEPY': _prefix + '/include/python' + _version,
    'LDFLAGS': '',
    'LDLIBRARY': '',
    'LDSHARED': 'cc -shared',
    'LDVERSION': _version,
    'LIBDEST': _lib + '/python' + _version,
    'LIBDIR': _lib,
    'LIBRARY': '',
    'LIBS': '',
    'MULTIARCH': 'x86_64-linux-gnu',
    'OPT': '',
    'PLATLIBDIR': 'lib',
    'PYTHON': 'skein',
    'Py_DEBUG': 0,
    'Py_ENABLE_SHARED': 0,
    'Py_GIL_DISABLED': 0,
    'Py_TRACE_REFS': 0,
    'SHLIB_SUFFIX': '.so',
    'SIZEOF_VOID_P': 8,
    'SOABI': 'skein-314-x86_64-linux-gnu',
    'TZPATH': '/usr/share/zoneinfo:/usr/lib/zoneinfo:/usr/share/lib/zoneinfo:/etc/zoneinfo',
    'VERSION': _version,
    'WITH_DOC_STRINGS': 1,
    'WITH_PYMALLOC': 0,
    'exec_prefix': sys.base_exec_prefix,
    'prefix': _prefix,
}
