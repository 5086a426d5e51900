# Files, os, pathlib, tempfile, shutil.
import os
import pathlib
import shutil
import tempfile
root = tempfile.mkdtemp()
path = os.path.join(root, 'file.txt')
with open(path, 'w', encoding='utf-8') as f:
    print(f.write('line 1\nzweite Zeile ü\nlast'), f.name == path, f.mode, f.encoding, f.writable(), f.readable())
with open(path, encoding='utf-8') as f:
    print(f.readline(), f.read(6), f.tell() > 0, list(f))
    print(f.seek(0), f.readlines()[1], f.read() == '')
with open(path, 'rb') as f:
    print(f.read(4), f.seek(-4, os.SEEK_END), f.read(), f.fileno() > 2, type(f).__name__)
with open(path, 'a') as f:
    f.write('\nappended')
    print('more', 5, file=f)
with open(path, 'r+b') as f:
    f.write(b'LINE')
    f.seek(0, 2)
    f.write(b'end')
print(open(path, encoding='utf-8').read().split('\n'))
with open(path, 'w', newline='') as f:
    f.write('a\r\nb\nc')
print(open(path).read(), open(path, newline='').read().encode(), open(path, newline='\n').readlines())
for bad, kind in (('/no/such/dir/x', 'r'), (root, 'r'), (path, 'z'), (path, 'rw'), (path, 'x'), (path, 'rbt')):
    try:
        open(bad, kind)
    except (OSError, ValueError) as e:
        print(type(e).__name__, getattr(e, 'errno', None))
f = open(path)
f.close()
try:
    f.read()
except ValueError as e:
    print(e)
try:
    with open(path) as f:
        f.write('x')
except OSError as e:
    print(type(e).__name__, e)
print(os.path.exists(path), os.path.isfile(path), os.path.isdir(root), os.path.getsize(path), os.listdir(root), os.stat(path).st_size, os.path.basename(path), os.path.splitext('a/b.tar.gz'), os.path.split('/a/b'), os.path.join('a', '/b', 'c'), os.path.normpath('a/../b//c/.'), os.path.isabs('/x'), os.path.relpath('/a/b', '/a/c'), os.path.commonpath(['/a/b', '/a/c']), os.path.dirname('/a/b/'))
os.makedirs(os.path.join(root, 'x/y/z'))
os.rename(path, os.path.join(root, 'x', 'moved'))
print(sorted((os.path.relpath(d, root), sorted(ds), sorted(fs)) for d, ds, fs in os.walk(root)), [e.name for e in os.scandir(root)])
os.symlink('moved', os.path.join(root, 'x', 'link'))
print(os.path.islink(os.path.join(root, 'x', 'link')), os.readlink(os.path.join(root, 'x', 'link')))
p = pathlib.Path(root) / 'p.txt'
print(p.write_text('text ü', encoding='utf-8'), p.read_text(encoding='utf-8'), p.read_bytes(), p.name, p.stem, p.suffix, p.exists(), p.is_file(), p.parent == pathlib.Path(root), p.with_suffix('.md').name, p.stat().st_size, sorted(q.name for q in p.parent.iterdir()), sorted(q.name for q in p.parent.glob('**/m*')))
print(pathlib.PurePosixPath('/a/b/../c.tar.gz').parts, pathlib.PurePosixPath('a') / 'b' / '/c', pathlib.PurePosixPath('/a/b').relative_to('/a'), pathlib.PurePosixPath('a/b.py').match('*.py'), repr(pathlib.PurePosixPath('x')), pathlib.PurePosixPath('a//b/./c'), pathlib.PurePosixPath('x') < pathlib.PurePosixPath('y'), str(pathlib.PurePosixPath('~/x')), pathlib.PurePosixPath('/a/b/c').parents[1])
p.unlink()
p.unlink(missing_ok=True)
os.environ['SKEIN_TEST'] = 'value'
print(os.environ['SKEIN_TEST'], os.getenv('SKEIN_TEST'), os.environ.get('NO_SUCH', 'd'), 'SKEIN_TEST' in os.environ)
del os.environ['SKEIN_TEST']
print(os.getenv('SKEIN_TEST'), os.sep, os.linesep == '\n', os.name, os.getcwd() == os.path.dirname(os.path.abspath(__file__)), os.getpid() > 0)
fd = os.open(os.path.join(root, 'raw'), os.O_RDWR | os.O_CREAT)
print(os.write(fd, b'raw bytes'), os.lseek(fd, 0, 0), os.read(fd, 3), os.fstat(fd).st_size, os.close(fd))
r, w = os.pipe()
os.write(w, b'through a pipe')
os.close(w)
print(os.read(r, 100), os.close(r))
try:
    os.remove(os.path.join(root, 'none'))
except FileNotFoundError as e:
    print(e.errno, e.strerror)
try:
    os.mkdir(root)
except FileExistsError as e:
    print('exists')
shutil.copy(os.path.join(root, 'raw'), os.path.join(root, 'copy'))
shutil.copytree(os.path.join(root, 'x'), os.path.join(root, 'xx'))
print(sorted(os.listdir(root)), open(os.path.join(root, 'copy')).read())
shutil.rmtree(root)
print(os.path.exists(root))
with tempfile.TemporaryDirectory() as d, tempfile.NamedTemporaryFile(dir=d) as t:
    t.write(b'x')
    print(os.path.exists(t.name))
print(os.path.exists(d))
