"""Moves script tests between the matrix and the wishlist, by what the binary does today.

usage: python3 tests/wishlist.py path/to/skein [--dry]

A script that fails goes from tests/scripts/<area>/ to tests/scripts/wishlist/<area>/, one of the wishlist that passes comes back. The wishlist is
what we want and do not have yet: it is not run by the tests, and a release should find it empty.
"""

import os
import pathlib
import subprocess
import sys

import record

WISHLIST = record.ROOT / 'wishlist'


# What the tracing tier is to do, for runs beside the ordinary one.
JIT = {k: v for k, v in os.environ.items() if k.startswith('SKEIN_JIT')}


def passes(skein, path, base):
    head = record.header(path)
    env = {'PATH': '/usr/bin:/bin', 'LC_ALL': 'C.UTF-8', 'PYTHONHASHSEED': '0', 'PYTHONDONTWRITEBYTECODE': '1', 'NO_COLOR': '1', **JIT, **dict(head['env'])}
    command = [skein, *head.get('flags', '').split(), str(path), *head.get('args', '').split()]
    columns = [{}]
    if head.get('gc-stress') != 'off':
        columns.append({'SKEIN_GC': 'stress:' + head.get('gc-stress', '200')})
    for column in columns:
        try:
            done = subprocess.run(command, input=record.unescape(head.get('stdin', '')).encode(), capture_output=True, env={**env, **column},
                                  cwd=base, timeout=int(head.get('timeout', 30)))
        except subprocess.TimeoutExpired:
            return False
        err = path.with_suffix('.err')
        if (done.returncode != int(head.get('exit', '0')) or done.stdout != path.with_suffix('.out').read_bytes()
                or err.exists() and done.stderr.decode(errors='replace').replace(f'{path.parent}/', '') != err.read_text()):
            return False
    return True


def move(path, target):
    target.mkdir(parents=True, exist_ok=True)
    for suffix in ('.py', '.out', '.err'):
        file = path.with_suffix(suffix)
        if file.exists():
            os.rename(file, target / file.name)


def main():
    skein, dry = os.path.abspath(sys.argv[1]), '--dry' in sys.argv
    for path in sorted(record.ROOT.glob('*/*.py')) + sorted(WISHLIST.glob('*/*.py')):
        wished = WISHLIST in path.parents
        if path.name.startswith('_') or path.parent == WISHLIST:
            continue
        # Scripts import helpers from their area's folder.
        base = record.ROOT / path.parent.name
        good = passes(skein, path, base)
        if good == wished:
            print('back:' if good else 'wish:', path.parent.name + '/' + path.name)
            if not dry:
                move(path, base if good else WISHLIST / path.parent.name)


main()
