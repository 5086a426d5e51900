"""Lists what a Python implementation lacks against the CPython that runs this script.

usage: python3 tests/whats_left.py path/to/skein [--modules]

Compares the names that dir() shows for every builtin type, its common instances and the native modules; with --modules, also which modules of
the standard library can be imported. Names that only an older CPython has are filtered by the table below.
"""

import json
import subprocess
import sys

# Gone since the CPython that may run this script.
REMOVED = {
    'sys': {'last_exc', 'setcheckinterval', '_git'}, 'module': {'__loader__'},
    'importlib': {'find_loader'}, 'unicodedata': {'ucnhash_CAPI'},
}

NATIVE = ('builtins sys _imp marshal _io _codecs _thread _weakref _warnings _abc _contextvars posix errno _stat _signal time itertools _collections _operator '
          '_functools _sre _ast _tokenize _opcode _symtable _typing _string atexit gc _heapq _bisect math cmath _random _struct array binascii _md5 _sha1 _sha2 '
          '_sha3 _blake2 zlib unicodedata _json _pickle _datetime _csv select _socket _posixsubprocess _statistics _locale pwd grp fcntl mmap resource termios '
          '_queue _asyncio _decimal _hashlib _ssl _sqlite3 pyexpat _ctypes _lzma _bz2 faulthandler signal').split()

DUMP = r'''
import sys
def names(obj):
    return sorted(set(dir(obj)))
result = {}
def note(key, obj):
    result[key] = names(obj)
async def coroutine(): pass
async def agen(): yield
def gen(): yield
def func(): pass
c = coroutine()
samples = dict(coroutine=c, async_generator=agen(), generator=gen(), function=func, method=[].append, builtin=len, code=func.__code__, module=sys,
    cell=(lambda x: lambda: x)(1).__closure__[0], frame=sys._getframe(), list_iterator=iter([]), tuple_iterator=iter(()), str_iterator=iter(''),
    dict_keys={}.keys(), dict_values={}.values(), dict_items={}.items(), dict_keyiterator=iter({}), set_iterator=iter(set()), range_iterator=iter(range(1)),
    slot_wrapper=int.__add__, method_descriptor=str.upper, getset=type.__dict__['__dict__'], member=slice.start, mappingproxy=type.__dict__, ellipsis=...,
    not_implemented=NotImplemented, none=None, generic_alias=list[int], union=int | str, callable_iterator=iter(len, 1), wrapper=(5).__add__)
try:
    raise ValueError
except ValueError as e:
    samples['traceback'] = e.__traceback__
for key, value in samples.items():
    note('sample ' + key, value)
c.close()
import builtins
for key, value in sorted(vars(builtins).items()):
    if isinstance(value, type):
        note('type ' + key, value)
import json
for name in MODULES:
    try:
        module = __import__(name)
    except ImportError as e:
        result['module ' + name] = None
        continue
    note('module ' + name, module)
    for key, value in sorted(vars(module).items()):
        if isinstance(value, type) and getattr(value, '__module__', None) == name and name != 'builtins':
            note('type ' + name + '.' + key, value)
print('\n' + json.dumps(result))
'''

IMPORT = r'''
import sys, json
failed = {}
for name in NAMES:
    try:
        __import__(name)
    except BaseException as e:
        failed[name] = type(e).__name__ + ': ' + str(e)
print('\n' + json.dumps(failed))
'''


def run(python, code):
    done = subprocess.run([python, '-W', 'ignore', '-'], input=code, capture_output=True, text=True)
    if done.returncode:
        sys.exit(f'{python}: exit code {done.returncode}\n{done.stderr}')
    return json.loads(done.stdout.splitlines()[-1])


def compare_names(python):
    code = f'MODULES = {NATIVE!r}\n{DUMP}'
    ours, theirs = run(python, code), run(sys.executable, code)
    total = 0
    for key, wanted in theirs.items():
        if wanted is None:
            continue
        if ours.get(key) is None:
            print(f'{key}: missing altogether')
            continue
        lacking = set(wanted) - {'__file__', '_recursion_count'} - set(ours[key]) - REMOVED.get(key.split()[-1], set())
        if lacking:
            total += len(lacking)
            print(f'{key}: {" ".join(sorted(lacking))}')
    print(f'{total} names')


def compare_imports(python):
    skipped = {'antigravity', 'this', 'idlelib', 'tkinter', 'turtle', 'turtledemo', 'lib2to3', 'msvcrt', 'winreg', 'winsound', '_winapi', 'nt', 'test'}
    names = sorted(n for n in sys.stdlib_module_names if not n.startswith('_') and n not in skipped)
    code = f'NAMES = {names!r}\n{IMPORT}'
    ours, theirs = run(python, code), run(sys.executable, code)
    for name, why in ours.items():
        if name not in theirs:
            print(f'import {name}: {why}')


compare_names(sys.argv[1])
if '--modules' in sys.argv[2:]:
    compare_imports(sys.argv[1])
