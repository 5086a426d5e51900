"""The standard library as programs use it: argparse, logging, configparser, pprint, textwrap, datetime, pathlib, enum flags.

usage: library_report.py [rounds]
"""
# perf: 900
import argparse
import configparser
import fnmatch
import io
import logging
import pprint
import shlex
import string
import sys
import textwrap
from collections import ChainMap, OrderedDict, namedtuple
from datetime import datetime, timedelta, timezone
from enum import Enum, Flag, auto
from fractions import Fraction
from pathlib import PurePosixPath

SETTINGS = """
[paths]
root = /srv/data
logs = %(root)s/logs

[limits]
size = 10
ratio = 0.75
verbose = yes
"""


class Level(Enum):
    LOW = 1
    MIDDLE = 2
    HIGH = 3


class Mode(Flag):
    READ = auto()
    WRITE = auto()
    RUN = auto()


Task = namedtuple('Task', 'name due level mode', defaults=[Mode.READ])


def make_parser():
    parser = argparse.ArgumentParser(prog='tool', description='Works on files.', add_help=False)
    parser.add_argument('-v', '--verbose', action='count', default=0)
    parser.add_argument('--level', type=lambda text: Level[text.upper()], default=Level.LOW, metavar='LEVEL')
    parser.add_argument('--size', type=int, choices=range(1, 100), default=5, metavar='N')
    commands = parser.add_subparsers(dest='command')
    add = commands.add_parser('add', add_help=False)
    add.add_argument('files', nargs='+', type=PurePosixPath)
    add.add_argument('--tag', action='append', default=[])
    find = commands.add_parser('find', add_help=False)
    find.add_argument('pattern')
    find.add_argument('--exact', action=argparse.BooleanOptionalAction, default=False)
    return parser


class ListHandler(logging.Handler):
    def __init__(self):
        super().__init__()
        self.lines = []
        self.setFormatter(logging.Formatter('%(levelname)-8s %(name)s: %(message)s'))

    def emit(self, record):
        self.lines.append(self.format(record))


class OnlyEven(logging.Filter):
    def filter(self, record):
        return getattr(record, 'number', 0) % 2 == 0


def run_commands(parser, number):
    lines = [
        f'-vv --level high add "my file {number}.txt" b/../c.tar.gz --tag x --tag=y',
        f'--size {number % 120} find "*.gz" --exact',
        'find *.py --no-exact',
    ]
    results = []
    for line in lines:
        try:
            results.append(parser.parse_args(shlex.split(line)))
        except argparse.ArgumentError as error:
            results.append(str(error))
        except SystemExit:
            results.append('exit')
    return results


def schedule(number):
    start = datetime(2025, 2, 27, 22, 30, tzinfo=timezone(timedelta(hours=2)))
    tasks = []
    for i, level in enumerate(Level):
        due = start + timedelta(hours=7 * (number + i), minutes=i)
        tasks.append(Task(f'task {number}.{i}', due, level, Mode.READ | (Mode.RUN if i % 2 else Mode.WRITE)))
    tasks.sort(key=lambda task: (task.level.value * -1, task.due))
    return [
        f'{task.due:%Y-%m-%d %H:%M} {task.due.astimezone(timezone.utc).isoformat()} {task.level.name.title()} '
        f'{task.mode in Mode.READ | Mode.RUN} {(task.due - start).total_seconds():,.0f}'
        for task in tasks
    ]


def settings(number):
    config = configparser.ConfigParser()
    config.read_string(SETTINGS)
    config['limits']['number'] = str(number)
    limits = config['limits']
    out = io.StringIO()
    config.write(out)
    values = ChainMap({'size': limits.getint('number')}, dict(limits), {'default': True})
    ratio = Fraction(limits['ratio']) * values['size']
    return config['paths']['logs'], ratio, limits.getboolean('verbose'), values['default'], len(out.getvalue())


def document(number, schedule_lines):
    template = string.Template('Report $number: $count lines about ${what}s, for $$5.')
    text = template.substitute(number=number, count=len(schedule_lines), what='task') * 3
    wrapped = textwrap.fill(text, width=46, initial_indent='* ', subsequent_indent='  ')
    nested = {
        'lines': schedule_lines,
        'paths': OrderedDict((path.name, (path.parent.parts, path.suffixes)) for path in find_paths(number)),
        'numbers': {number: list(range(number % 7, number % 7 + 12)), 'set': {1, 2}},
    }
    return textwrap.indent(wrapped, '> ') + '\n' + pprint.pformat(nested, width=76)


def find_paths(number):
    root = PurePosixPath('/srv') / 'data'
    paths = [root / str(i % 3) / f'file{i}.{ext}' for i in range(number % 4 + 2) for ext in ('txt', 'tar.gz')]
    return [path for path in paths if fnmatch.fnmatch(path.name, '*.gz') and path.is_relative_to('/srv')]


def main():
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 130
    logger = logging.getLogger('report.worker')
    handler = ListHandler()
    handler.addFilter(OnlyEven())
    logger.addHandler(handler)
    logger.setLevel(logging.INFO)
    logger.propagate = False
    sys.stderr = io.StringIO()
    size = 0
    for number in range(rounds):
        for result in run_commands(make_parser(), number):
            logger.info('round %d gave %s', number, result, extra={'number': number})
            logger.debug('not shown')
        lines = schedule(number)
        try:
            Fraction(number, number % 5)
        except ZeroDivisionError:
            logger.exception('no ratio')
        text = document(number, lines)
        size += len(text)
        values = settings(number)
    print(size, len(handler.lines), sum(map(len, sys.stderr.getvalue().split())) > 0)
    print(*handler.lines[:2], sep='\n')
    print(handler.lines[-1].splitlines()[0])
    print(lines[0])
    print(values)
    print(text)


if __name__ == '__main__':
    main()
