"""Run Stackless Python's own unit tests (the folder Stackless/unittests of its sources) with the interpreter that runs this.

    skein tests/stackless_tests.py FOLDER [test file or test id ...]

The folder is the user's: nothing of it is kept here. What the tests expect of a C build is given a thin stand-in: the
helpers `_teststackless` and `_stackless._test_*`, `sys.getcheckinterval`, `test.support.run_unittest`. The twins `*_H`,
which repeat each test with soft switching off, are left out, because there is no such mode: whatever can switch softly
does. Prints one line per file and, with -v, what failed.
"""

import subprocess
import sys
import types

# Needs a C-API, a C stack that can be corrupted, or an embedding program.
SKIPPED_FILES = {'test_capi', 'test_transfer_errors', 'test_slp_embed', 'test_outside'}


def stand_ins():
    """Make the modules and functions that a C build has for its tests."""
    import _stackless
    import stackless

    def native_call(function, /, *args, **kwargs):
        # sorted() calls its key function from native code in every build.
        result = []
        sorted((None,), key=lambda _: result.append(function(*args, **kwargs)))
        return result[0]

    def outside(*args):
        raise NotImplementedError('there is no C code outside of tasklets')

    def schedule_often(count, words=0):
        for _ in range(count):
            stackless.schedule()

    for name, value in (('_test_nostacklesscall', native_call), ('_test_outside', outside),
                        ('_test_cframe_nr', schedule_often)):
        if not hasattr(_stackless, name):
            setattr(_stackless, name, value)
    helpers = types.ModuleType('_teststackless')
    helpers.test_cframe = schedule_often
    helpers.test_cstate = lambda function: _stackless._test_nostacklesscall(function)
    sys.modules['_teststackless'] = helpers
    if not hasattr(sys, 'getcheckinterval'):
        sys.getcheckinterval = lambda: 100
        sys.setcheckinterval = lambda count: None
    try:
        import test.support as support
    except ImportError:
        sys.modules['test'] = types.ModuleType('test')
        support = sys.modules['test.support'] = sys.modules['test'].support = types.ModuleType('test.support')
    if not hasattr(support, 'run_unittest'):
        support.run_unittest = lambda *suites: None


def without_twins():
    """Have the tests' base class not double every test."""
    import support
    support.StacklessTestCase.prepare_test_method = classmethod(lambda cls, function, name: [])


def run_file(folder, name, ids):
    """Run one test file in this process; gives the exit status."""
    import unittest
    sys.path.insert(0, folder)
    stand_ins()
    without_twins()
    loader = unittest.TestLoader()
    module = __import__(name)
    suite = loader.loadTestsFromNames(ids, module) if ids else loader.loadTestsFromModule(module)
    result = unittest.TextTestRunner(verbosity=2).run(suite)
    # A test with failing parts is one test.
    bad = len({getattr(test, 'test_case', test).id() for test, _ in result.failures + result.errors})
    skipped = len(result.skipped)
    print(f'{name}: {result.testsRun - bad - skipped} passed, {bad} failed, {skipped} skipped of {result.testsRun}')
    return bad > 0


def main():
    import os
    verbose = '-v' in sys.argv
    arguments = [a for a in sys.argv[1:] if a != '-v']
    if arguments[:1] == ['--one']:
        sys.exit(run_file(arguments[1], arguments[2], arguments[3:]))
    folder, *names = arguments
    if not names:
        names = sorted(n[:-3] for n in os.listdir(folder) if n.startswith('test_') and n.endswith('.py'))
    for name in names:
        if name in SKIPPED_FILES:
            print(f'{name}: needs C internals')
            continue
        command = [sys.executable, __file__, '--one', folder, *name.split(':')]
        try:
            done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=300)
        except subprocess.TimeoutExpired as e:
            print(f'{name}: timeout')
            text = e.stdout or b''
            status = None
        else:
            text, status = done.stdout, done.returncode
        text = text.decode('utf-8', 'replace')
        last = text.rstrip().rpartition('\n')[2]
        if status in (0, 1) and last.startswith(name.partition(':')[0] + ': '):
            print(last)
        elif status is not None:
            print(f'{name}: ended with status {status}: {last}')
        if verbose:
            print(text)


if __name__ == '__main__':
    main()
