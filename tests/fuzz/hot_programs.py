"""Runs random programs with hot loops under the tracing JIT in several settings and without it, and compares what they print.

usage: python3 tests/fuzz/hot_programs.py path/to/skein [--count 100] [--seed 1] [--jobs 1] [--keep folder] [--settings eager,random] [--print]

A program is the prelude plus functions whose loops change their minds in the middle: a variable's type, a class's attribute or method, an
object's class, a builtin, a global, a function's code, exceptions, generators, tracing. It depends on its seed alone, ends by itself, and prints
values, exceptions with their line numbers and frames, and never an address or what a collection decides. When outputs differ, lines and
blocks are left out as long as they still do; with --keep the rest is written there.
"""

import argparse
import concurrent.futures
import os
import pathlib
import random
import re
import subprocess
import sys

from hot_generator import Gen

EAGER = {'SKEIN_JIT': 'on', 'SKEIN_JIT_BACKGROUND': '0', 'SKEIN_JIT_THRESHOLD': '1', 'SKEIN_JIT_EXIT_THRESHOLD': '1', 'SKEIN_JIT_SHARE': '1000', 'SKEIN_JIT_ALLOWANCE': '100000'}


def settings(name, seed):
    """The environment of a way to run, some of it by chance."""
    r = random.Random(f'{name}{seed}')
    if name == 'off':
        return {'SKEIN_JIT': 'off'}
    if name == 'default':
        return {'SKEIN_JIT': 'on'}
    e = dict(EAGER)
    if name in ('stress', 'entry-stress'):
        e['SKEIN_GC'] = 'stress:200'
    if name in ('entry', 'entry-stress'):
        e['SKEIN_JIT_ENTRY_THRESHOLD'] = '1'
    if name == 'random':
        e['SKEIN_JIT_BACKGROUND'] = r.choice('01')
        e['SKEIN_JIT_THRESHOLD'] = r.choice(['1', '2', '5', '10', '20'])
        e['SKEIN_JIT_EXIT_THRESHOLD'] = r.choice(['1', '2', '3', '8'])
        for key, values in dict(ENTRY_THRESHOLD='0013', UNROLL='0124', RECURSION='0012', INLINE_DEPTH=['0', '1', '3', '12'], BRIDGES=['0', '3', '500'], TRACE_LENGTH=['50', '300', '6000'], BRANCH_GUARDS='001', FOLLOW=['0', '400', '5000'], INSTRUCTIONS=['20', '1500'], LEAST_STAY=['0', '1000']).items():
            if r.random() < 0.4:
                e['SKEIN_JIT_' + key] = r.choice(values)
    return e


def run(skein, source, name, seed, limit):
    env = {'PATH': '/usr/bin:/bin', 'PYTHONHASHSEED': '0', 'LC_ALL': 'C.UTF-8', 'PYTHONDONTWRITEBYTECODE': '1', **settings(name, seed)}
    try:
        done = subprocess.run([skein, '-W', 'ignore', '-'], input=source.encode(), capture_output=True, timeout=limit, env=env)
    except subprocess.TimeoutExpired:
        return 'TIMEOUT'
    text = done.stdout.decode('utf-8', 'replace')
    if done.returncode or done.stderr:
        text += f'EXIT {done.returncode} {done.stderr.decode("utf-8", "replace")[-900:]}'
    # Addresses say nothing.
    return re.sub('0x[0-9a-f]+', '0x', text)


def differs(skein, source, name, seed, limit):
    expected = run(skein, source, 'off', seed, limit)
    if expected == 'TIMEOUT' or 'SyntaxError' in expected[-900:]:
        return None
    got = run(skein, source, name, seed, limit * 4)
    return None if got == expected else (expected, got)


def minimise(skein, source, name, seed, limit):
    """Leaves out lines, with the blocks that they head, as long as the outputs differ."""
    lines = source.split('\n')
    depth = lambda text: len(text) - len(text.lstrip()) if text.strip() else 10 ** 6
    changed, tries = True, 0
    while changed and tries < 1500:
        changed = False
        i = len(lines) - 1
        while i >= 0 and tries < 1500:
            if i >= len(lines) or not lines[i].strip():
                i -= 1
                continue
            end = i + 1
            while end < len(lines) and depth(lines[end]) > depth(lines[i]):
                end += 1
            for cut in ([], [line[4:] for line in lines[i + 1:end]]):
                if len(cut) == end - i - 1 and not cut and end - i > 1 and cut != []:
                    continue
                trial = lines[:i] + cut + lines[end:]
                try:
                    compile('\n'.join(trial), 'x', 'exec')
                except (SyntaxError, ValueError):
                    continue
                tries += 1
                if differs(skein, '\n'.join(trial), name, seed, limit):
                    lines, changed = trial, True
                    break
                if not cut:
                    continue
            i -= 1
    return '\n'.join(lines)


def one(options, seed):
    source = Gen(seed).program()
    try:
        compile(source, 'x', 'exec')
    except (SyntaxError, ValueError) as e:
        return seed, 'invalid', f'{e}', source
    expected = run(options.skein, source, 'off', seed, options.limit)
    if expected == 'TIMEOUT':
        return seed, 'slow', '', source
    for name in options.settings.split(','):
        got = run(options.skein, source, name, seed, options.limit * 12)
        # Collecting at every so many allocations may take any time.
        if got != expected and not ('stress' in name and got == 'TIMEOUT'):
            return seed, name, first_difference(expected, got), source
    return seed, None, '', source


def first_difference(expected, got):
    a, b = expected.split('\n'), got.split('\n')
    for i, (x, y) in enumerate(zip(a + ['END'] * len(b), b + ['END'] * len(a))):
        if x != y:
            return f'line {i}\n  - {x[:300]}\n  + {y[:300]}' + ('\n' + b[-2][-900:] if 'EXIT' in got else '')
    return 'length'


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument('skein')
    parser.add_argument('--count', type=int, default=100)
    parser.add_argument('--seed', type=int, default=1)
    parser.add_argument('--jobs', type=int, default=1)
    parser.add_argument('--limit', type=float, default=10)
    parser.add_argument('--settings', default='default,eager,stress,random')
    parser.add_argument('--keep', type=pathlib.Path)
    parser.add_argument('--minimise', action='store_true')
    parser.add_argument('--print', action='store_true')
    options = parser.parse_args()
    options.skein = os.path.abspath(options.skein)
    if options.print:
        print(Gen(options.seed).program())
        return 0
    import warnings
    warnings.simplefilter('ignore')
    found, invalid, slow = 0, 0, 0
    with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        for seed, name, text, source in pool.map(lambda s: one(options, s), range(options.seed, options.seed + options.count)):
            if name == 'invalid':
                invalid += 1
                continue
            if name == 'slow':
                slow += 1
                continue
            if name is None:
                continue
            found += 1
            print(f'==== seed {seed} [{name}] {text}', flush=True)
            if options.minimise:
                source = minimise(options.skein, source, name, seed, options.limit)
            if options.keep:
                options.keep.mkdir(parents=True, exist_ok=True)
                (options.keep / f'{seed}_{name}.py').write_text(source)
    print(f'{options.count} programs, {invalid} invalid, {slow} too slow, {found} with differences')
    return found != 0


if __name__ == '__main__':
    sys.exit(main())
