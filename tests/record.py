"""Records the expected output of the script tests from CPython.

usage: tests/record.py [--python /usr/bin/python3.11] [--all] [script.py ...]

Without names, records the scripts that have no `.out` yet; `--all` records every one again. Scripts whose header says
`# golden: 3.14` (their output was written by hand, since the recording CPython is older) or `# only: skein` are left alone. The
version that recorded each script stands in tests/scripts/RECORDED.txt.
"""

import argparse
import os
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent / 'scripts'
INDEX = ROOT / 'RECORDED.txt'
INDEX_HEAD = '# Which interpreter made each expected output. "3.14" was written by hand after the language reference.\n'


def header(path):
    found = {'env': []}
    for line in path.read_text(encoding='utf-8', errors='surrogateescape').splitlines():
        if not line.startswith('#'):
            break
        match = re.match(r'#+\s*([a-z-]+):(.*)', line)
        if match:
            key, value = match.group(1), match.group(2).strip()
            if key == 'env':
                found['env'].append(value.split('=', 1))
            else:
                found[key] = value
    return found


def unescape(text):
    names = {'n': '\n', 't': '\t'}
    return re.sub(r'\\(.)', lambda m: names.get(m.group(1), m.group(1)), text)


def record(python, path, head):
    env = {'PATH': '/usr/bin:/bin', 'LC_ALL': 'C.UTF-8', 'PYTHONHASHSEED': '0', 'PYTHONDONTWRITEBYTECODE': '1', 'NO_COLOR': '1'}
    env.update(head['env'])
    command = [python, *head.get('flags', '').split(), str(path), *head.get('args', '').split()]
    done = subprocess.run(command, input=unescape(head.get('stdin', '')).encode(), capture_output=True, env=env,
                          cwd=path.parent, timeout=120)
    expected = int(head.get('exit', '0'))
    if done.returncode != expected:
        print(f'{path}: exit code {done.returncode}, expected {expected}\n{done.stderr.decode(errors="replace")}', file=sys.stderr)
        return False
    path.with_suffix('.out').write_bytes(done.stdout)
    return True


def read_index():
    if not INDEX.exists():
        return {}
    lines = (line.split() for line in INDEX.read_text().splitlines() if line and not line.startswith('#'))
    return {name: version for name, version in lines}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('--python', default='/usr/bin/python3.11')
    parser.add_argument('--all', action='store_true')
    parser.add_argument('scripts', nargs='*', type=pathlib.Path)
    options = parser.parse_args()
    version = subprocess.run([options.python, '-c', 'import platform; print(platform.python_version())'],
                             capture_output=True, text=True, check=True).stdout.strip()
    index = read_index()
    scripts = [path.resolve() for path in options.scripts] or sorted(ROOT.glob('*/*.py'))
    failed = 0
    for path in scripts:
        if path.name.startswith('_'):
            continue
        name = os.path.relpath(path, ROOT)
        head = header(path)
        by_hand = 'golden' in head or 'only' in head
        done = path.with_suffix('.out').exists()
        if by_hand:
            index[name] = head.get('golden', head.get('only'))
            if not done:
                print(f'{name}: its output must be written by hand', file=sys.stderr)
        elif not done or options.all or options.scripts:
            if record(options.python, path, head):
                index[name] = version
            else:
                failed += 1
    known = {os.path.relpath(path, ROOT) for path in ROOT.glob('*/*.py')}
    lines = [f'{name} {index[name]}\n' for name in sorted(index) if name in known]
    INDEX.write_text(INDEX_HEAD + ''.join(lines))
    return failed != 0


if __name__ == '__main__':
    sys.exit(main())
