"""Runs one file of CPython's Lib/test and writes each test's result to a file, for the runner `conformance`.

usage: run_one.py test.test_x results.txt

A line is written when a test starts and again when it ends, so that a test which kills the process is known. unittest's own verbose
output is not parsed: tests print into it.
"""

import sys
import unittest


class Recorder(unittest.TextTestResult):
    """Notes the worst result of each test; a failing subtest fails its test."""

    RANK = {'pass': 0, 'skip': 1, 'xfail': 2, 'xpass': 3, 'fail': 4, 'error': 5}

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.word = None

    def say(self, test, word):
        OUT.write('%s\t%s\n' % (word, test.id().replace('\n', ' ')))
        OUT.flush()

    def note(self, test, word):
        if self.word is None or self.RANK[word] > self.RANK[self.word]:
            self.word = word
        if not hasattr(test, '_testMethodName'):
            # setUpClass and setUpModule fail without a test being started.
            self.say(test, word)

    def startTest(self, test):
        super().startTest(test)
        self.word = None
        self.say(test, 'start')

    def stopTest(self, test):
        super().stopTest(test)
        self.say(test, self.word or 'pass')

    def addSuccess(self, test):
        super().addSuccess(test)
        self.note(test, 'pass')

    def addSkip(self, test, reason):
        super().addSkip(test, reason)
        if not hasattr(test, 'test_case'):
            self.note(test, 'skip')

    def addFailure(self, test, err):
        super().addFailure(test, err)
        self.note(test, 'fail')

    def addError(self, test, err):
        super().addError(test, err)
        self.note(test, 'error')

    def addExpectedFailure(self, test, err):
        super().addExpectedFailure(test, err)
        self.note(test, 'xfail')

    def addUnexpectedSuccess(self, test):
        super().addUnexpectedSuccess(test)
        self.note(test, 'xpass')

    def addSubTest(self, test, subtest, err):
        super().addSubTest(test, subtest, err)
        if err is not None:
            self.note(test, 'fail' if issubclass(err[0], test.failureException) else 'error')


name = sys.argv[1]
OUT = open(sys.argv[2], 'w', encoding='utf-8', errors='backslashreplace')
del sys.argv[1:]
suite = unittest.defaultTestLoader.loadTestsFromName(name)
OUT.write('loaded\t%s\n' % name)
OUT.flush()
unittest.TextTestRunner(resultclass=Recorder, verbosity=2, warnings='default').run(suite)
OUT.write('done\t%s\n' % name)
OUT.close()
