"""Run the test suites of Stackless Python and of greenlet with the interpreter that runs this.

    skein tests/stackless_tests.py [-v] [-r FILE] FOLDER [test file or test id ...]

The folder is the user's (or `$STACKLESS_TESTS`): nothing of it is kept here. It is one of

- `Stackless/unittests` of Stackless Python's sources (kristjanvalur/stackless, branch stackman): the *unit tests*;
- a checkout of stackless-dev/stackless-testsuite: the *API tests*;
- `src` of a checkout of python-greenlet/greenlet: the *greenlet tests*.

What the tests expect of a C build is given a thin stand-in: the helpers `_teststackless` and `_stackless._test_*`,
`sys.getcheckinterval`, `test.support.run_unittest`, two names of `ctypes`, `psutil`, greenlet's internal counters. The twins
`*_H`, which repeat each unit test with soft switching off, are left out, because there is no such mode: whatever can switch
softly does. Tests that are repeated for each pickle protocol count as one, which passes if all repetitions do.

Each file runs in a process of its own, and after a crash the rest of it in another one. Results are compared with
`stackless_results.txt`, where each exception has its reason: prints one line per file and what is not as listed, with -v all
output. -r writes the results into a file in that form. The exit status is 1 if a test fails that is not listed.
"""

import contextlib
import copy
import json
import os
import re
import subprocess
import sys
import types

HERE = os.path.dirname(os.path.abspath(__file__))
LISTED = os.path.join(HERE, 'stackless_results.txt')
TIMEOUT = 240
# Marks the lines of the children's output that are for us.
MARK = '\x01'

# Needs a C-API, a C stack that can be corrupted, or an embedding program.
NEEDS_C = {
    'test_capi': 'compiles C extensions',
    'test_transfer_errors': 'corrupts a saved C stack',
    'test_slp_embed': 'needs a C program that embeds the interpreter',
    'test_outside': 'calls the scheduler from C code outside of tasklets',
    'greenlet.tests.test_cpp': 'needs a C++ extension',
    'greenlet.tests.test_extension_interface': 'needs a C extension',
}


# -- stand-ins for what only a C build has --

def stand_ins_for_unit_tests():
    import _stackless
    import stackless

    class NativeCall:
        """Like a function in C this is no method of the class that it is put into."""

        def __call__(self, function, /, *args, post_callback=None, **kwargs):
            # What gives the replacement of a match is called from native code in every build.
            result = []
            re.sub('x', lambda match: result.append(function(*args, **kwargs)) or '', 'x')
            if post_callback is not None:
                return post_callback(result[0], 0, 0, **kwargs)
            return result[0]

    def outside(*args):
        raise NotImplementedError('there is no C code outside of tasklets')

    def schedule_often(count, words=0):
        for _ in range(count):
            stackless.schedule()

    for name, value in (('_test_nostacklesscall', NativeCall()), ('_test_outside', outside),
                        ('_test_cframe_nr', schedule_often)):
        if not hasattr(_stackless, name):
            setattr(_stackless, name, value)
    helpers = types.ModuleType('_teststackless')
    helpers.test_cframe = schedule_often
    helpers.test_cstate = lambda function: _stackless._test_nostacklesscall(function)
    sys.modules['_teststackless'] = helpers
    stand_in_ctypes()
    # Older versions of `copy` have these.
    for name in ('_copy_dispatch', '_deepcopy_dispatch'):
        if not hasattr(copy, name):
            setattr(copy, name, {})
    try:
        import test.support as support
    except ImportError:
        sys.modules['test'] = types.ModuleType('test')
        support = sys.modules['test.support'] = sys.modules['test'].support = types.ModuleType('test.support')
    if not hasattr(support, 'run_unittest'):
        support.run_unittest = lambda *suites: None
    without_twins()


def stand_in_ctypes():
    """Some unit tests name C functions by ctypes; they fail when they call one."""
    try:
        import ctypes
        ctypes.pythonapi.PyContext_Exit
        return
    except (ImportError, AttributeError):
        pass

    class Anything:
        def __getattr__(self, name):
            if name.startswith('__'):
                raise AttributeError(name)
            return Anything()

        def __setattr__(self, name, value):
            pass

        def __call__(self, *args, **kwargs):
            raise NotImplementedError('there are no C functions')

    class Module(types.ModuleType):
        pythonapi = Anything()

        def __getattr__(self, name):
            if name.startswith('__'):
                raise AttributeError(name)
            return Anything()

    sys.modules['ctypes'] = Module('ctypes')


def without_twins():
    """Have the unit tests' base class not double every test."""
    import support

    def only_once(cls, function, name):
        if not hasattr(function, 'enable_softswitch'):
            function.enable_softswitch = True
        return [(function, name)]

    support.StacklessTestCase.prepare_test_method = classmethod(only_once)


def stand_ins_for_greenlet(folder):
    import greenlet
    import greenlet._greenlet as natives
    import threading
    # The tests beside our package.
    greenlet.__path__.append(os.path.join(folder, 'greenlet'))
    # Nothing waits to be cleaned up, and each thread has one main greenlet.
    of_thread = threading.local()
    missing = {
        'set_thread_local': lambda key, value: setattr(of_thread, key, value),
        'get_pending_cleanup_count': lambda: 0,
        'get_total_main_greenlets': threading.active_count,
        'get_tstate_trash_delete_nesting': lambda: 0,
    }
    for name, value in missing.items():
        if not hasattr(natives, name):
            setattr(natives, name, value)
    # The leak checks count references by type.
    os.environ.setdefault('GREENLET_SKIP_LEAKCHECKS', '1')
    sys.modules.setdefault('objgraph', types.ModuleType('objgraph'))
    try:
        import psutil
    except ImportError:
        psutil = types.ModuleType('psutil')

        class Process:
            def memory_full_info(self):
                return types.SimpleNamespace(uss=self.memory_info().rss)

            def memory_info(self):
                with open('/proc/self/statm') as f:
                    return types.SimpleNamespace(rss=int(f.read().split()[1]) * 4096)

        psutil.Process = Process
        sys.modules['psutil'] = psutil


# -- the child: one file --

def run_child(folder, kind, name, ids, done):
    """Run the tests of one file that are not `done`, telling the outcome of each as soon as it is known."""
    import unittest
    sys.path.insert(0, folder)
    if not hasattr(sys, 'getcheckinterval'):
        sys.getcheckinterval = lambda: 100
        sys.setcheckinterval = lambda count: None
    if kind == 'unit':
        stand_ins_for_unit_tests()
    elif kind == 'greenlet':
        stand_ins_for_greenlet(folder)

    def tell(*what):
        sys.stdout.flush()
        os.write(1, (MARK + json.dumps(what) + '\n').encode())

    class Result(unittest.TextTestResult):
        def note(self, test, outcome, reason=''):
            tell(outcome, short_id(test), str(reason))

        def startTest(self, test):
            super().startTest(test)
            self.note(test, 'start')

        def addSuccess(self, test):
            super().addSuccess(test)
            self.note(test, 'pass')

        def addError(self, test, error):
            super().addError(test, error)
            self.note(test, 'fail', describe(error))

        def addFailure(self, test, error):
            super().addFailure(test, error)
            self.note(test, 'fail', describe(error))

        def addSubTest(self, test, part, error):
            super().addSubTest(test, part, error)
            if error is not None:
                self.note(test, 'fail', describe(error))

        def addSkip(self, test, reason):
            super().addSkip(test, reason)
            self.note(test, 'skip', reason)

        def addExpectedFailure(self, test, error):
            super().addExpectedFailure(test, error)
            self.note(test, 'pass')

        def addUnexpectedSuccess(self, test):
            super().addUnexpectedSuccess(test)
            self.note(test, 'pass')

    def short_id(test):
        return getattr(test, 'id', lambda: str(test))().removeprefix(name + '.')

    def describe(error):
        return f'{error[0].__name__}: {error[1]}'.partition('\n')[0][:200]

    def wanted(suite):
        for test in suite:
            if isinstance(test, unittest.TestSuite):
                yield from wanted(test)
            elif short_id(test) not in done:
                yield test

    __import__(name)
    module = sys.modules[name]
    loader = unittest.TestLoader()
    suite = loader.loadTestsFromNames(ids, module) if ids else loader.loadTestsFromModule(module)
    unittest.TextTestRunner(verbosity=2, resultclass=Result).run(unittest.TestSuite(wanted(suite)))
    tell('end')


# -- the parent --

def kind_of(folder):
    """Which suite the folder holds, with the names of its test files."""
    def tests_in(path, prefix=''):
        files = sorted(os.listdir(path))
        return [prefix + f[:-3] for f in files if f.startswith('test_') and f.endswith('.py')]

    if os.path.exists(os.path.join(folder, 'support.py')):
        return 'unit', tests_in(folder)
    api = os.path.join(folder, 'stackless_testsuite', 'v3_1')
    if os.path.exists(api):
        package = 'stackless_testsuite.v3_1.'
        return 'api', [name for part in ('', 'channel.', 'tasklet.')
                       for name in tests_in(os.path.join(api, part.rstrip('.')), package + part)]
    tests = os.path.join(folder, 'greenlet', 'tests')
    if os.path.exists(tests):
        return 'greenlet', tests_in(tests, 'greenlet.tests.')
    sys.exit(f'{folder}: not the folder of a suite that is known here')


def run_file(folder, kind, name, ids, show):
    """The outcomes of a file's tests, by id: pairs of pass, fail or skip and a text."""
    outcomes = {}
    while True:
        command = [sys.executable, os.path.abspath(__file__), '--child', folder, kind, name, json.dumps(ids)]
        try:
            child = subprocess.run(command, input=json.dumps(list(outcomes)).encode(), stdout=subprocess.PIPE,
                                   stderr=subprocess.STDOUT, timeout=TIMEOUT, cwd=folder)
            output, how = child.stdout, f'ended with status {child.returncode}'
        except subprocess.TimeoutExpired as e:
            output, how = e.stdout or b'', 'timeout'
        started, ended, progress = None, False, False
        for line in output.decode('utf-8', 'replace').split('\n'):
            if MARK not in line:
                if show:
                    print(line)
                continue
            what = json.loads(line.partition(MARK)[2])
            if what[0] == 'end':
                ended = True
            elif what[0] == 'start':
                started = what[1]
            else:
                outcome, test, text = what
                progress = True
                started = None if test == started else started
                if outcomes.get(test, ('',))[0] != 'fail':
                    outcomes[test] = outcome, text
        if ended:
            return outcomes
        if started is not None:
            outcomes[started] = 'fail', how
        elif not progress:
            outcomes['(file)'] = 'fail', how
            return outcomes


def by_method(outcomes):
    """Unites what is repeated for each pickle protocol: a failure counts for the method."""
    united = {}
    for test, (outcome, text) in outcomes.items():
        method = re.sub(r'_[CP]\d$', '', test)
        old = united.get(method, ('skip', ''))
        rank = ('skip', 'pass', 'fail')
        if method not in united or rank.index(outcome) > rank.index(old[0]):
            united[method] = outcome, text
    return united


def read_listed(kind):
    """The exceptions of a suite, with their reasons."""
    listed, section = {}, None
    with contextlib.suppress(FileNotFoundError), open(LISTED) as f:
        for line in f:
            if line.startswith('== '):
                section = line.split()[1].rstrip(':')
            elif section == kind and line.startswith('- '):
                test, _, reason = line[2:].rstrip('\n').partition(': ')
                listed[test] = reason
    return listed


def counts(outcomes):
    found = [outcome for outcome, _ in outcomes.values()]
    return [found.count(outcome) for outcome in ('pass', 'fail', 'skip')]


def main():
    arguments = sys.argv[1:]
    if arguments[:1] == ['--child']:
        run_child(*arguments[1:4], json.loads(arguments[4]), json.load(sys.stdin))
        return
    show, record = False, None
    while arguments[:1] in (['-v'], ['-r']):
        if arguments.pop(0) == '-v':
            show = True
        else:
            record = os.path.abspath(arguments.pop(0))
    folder, *names = arguments or [os.environ['STACKLESS_TESTS']]
    folder = os.path.abspath(folder)
    kind, files = kind_of(folder)
    listed = read_listed(kind)
    lines, total, unexpected = [], [0, 0, 0], 0
    for name in names or files:
        name, _, ids = name.partition(':')
        if name in NEEDS_C:
            lines.append(f'{name}: left out: {NEEDS_C[name]}')
            print(lines[-1])
            continue
        outcomes = by_method(run_file(folder, kind, name, ids.split(',') if ids else [], show))
        found = counts(outcomes)
        total = [a + b for a, b in zip(total, found)]
        lines.append('{}: {} passed, {} failed, {} skipped'.format(name, *found))
        print(lines[-1], flush=True)
        for test, (outcome, text) in sorted(outcomes.items()):
            test = f'{name}.{test}'
            if outcome == 'fail':
                lines.append(f'- {test}: {listed.get(test) or text}')
                if test not in listed:
                    unexpected += 1
                    print(f'    {test}: {text}')
            elif outcome == 'pass' and test in listed:
                print(f'    {test} passes, but is listed')
            elif outcome == 'skip':
                lines.append(f'  skipped {test}: {text}')
    lines.insert(0, '== {}: {} passed, {} failed, {} skipped'.format(kind, *total))
    print(lines[0][3:])
    if record:
        with open(record, 'w') as f:
            f.write('\n'.join(lines) + '\n')
    sys.exit(unexpected > 0)


if __name__ == '__main__':
    main()
