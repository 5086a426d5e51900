# only: skein
# gc-stress: off
# timeout: 400
# The prompt on a terminal: the plain one, and the editor with its history and completion.
import os
import pty
import re
import select
import signal
import sys
import tempfile
import time

# Who runs the tests may ignore interrupts, which programs inherit.
signal.signal(signal.SIGINT, signal.SIG_DFL)
ESCAPE = re.compile(rb'\x1b(\[[0-9;?]*[ -/]*[@-~]|[()][A-Z0-9]|[=>78])')
history = os.path.join(tempfile.mkdtemp(), 'history')


class Terminal:
    """Skein at one end of a pseudo-terminal."""

    def __init__(self, *args, **env):
        environ = dict(os.environ, TERM='xterm', NO_COLOR='1', PYTHON_HISTORY=history, **env)
        self.pid, self.master = pty.fork()
        if self.pid == 0:
            os.execve(sys.executable, [sys.executable, '-q', *args], environ)
        self.seen = b''
        self.until(b'>>> ')

    def until(self, *wanted, limit=60):
        """What comes until one of the texts ends it, without escape sequences; all there is at the end."""
        start, end = len(self.seen), time.monotonic() + limit
        while time.monotonic() < end:
            text = ESCAPE.sub(b'', self.seen[start:])
            if any(text.endswith(w) for w in wanted):
                # An editor may go on drawing.
                if not select.select([self.master], [], [], 0.3)[0]:
                    break
            if select.select([self.master], [], [], 0.2)[0]:
                try:
                    piece = os.read(self.master, 65536)
                except OSError:
                    break
                if not piece:
                    break
                self.seen += piece
        return ESCAPE.sub(b'', self.seen[start:]).decode()

    def ticks(self):
        with open(f'/proc/{self.pid}/stat') as f:
            return int(f.read().rpartition(')')[2].split()[11])

    def runs(self):
        """Waits until the program has computed for a while, which no prompt does."""
        start = self.ticks()
        while self.ticks() < start + 30:
            time.sleep(0.05)

    def send(self, keys):
        os.write(self.master, keys.encode())

    def line(self, text, *wanted):
        self.send(text + '\r')
        return self.until(*(wanted or (b'>>> ', b'... ')))

    def end(self):
        self.until(limit=5)
        return os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])


def answer(text):
    """The lines between what was typed and the next prompt."""
    lines = text.replace('\r', '').split('\n')
    return [line for line in lines[1:] if not line.startswith(('>>>', '...'))]


print('-- plain')
t = Terminal(PYTHON_BASIC_REPL='1')
for line in ('1 + 1', 'def f(x):', '    return x * 2', '', 'f(21)', '_ + 1', '1 / 0', '"é" * 2', 'import sys; sys.ps1', 'x = (1,',
             '2)', 'x', 'print("typed:", input("ask "))'):
    if 'input' in line:
        t.line(line, b'ask ')
        print(line, '->', answer('\n' + t.line('text')))
    else:
        print(line, '->', answer(t.line(line)))
t.send('while True: pass\r\r')
t.runs()
t.send('\x03')
print('interrupted ->', answer(t.until(b'>>> '))[-2:-1])
t.send('abc\x03')
print('interrupted line ->', 'KeyboardInterrupt' in t.until(b'>>> '))
t.send('exit(3)\r')
print('exit code', t.end())
t = Terminal(PYTHON_BASIC_REPL='1')
t.send('\x04')
print('end of input', t.end())

print('-- editor')
t = Terminal()
for line in ('1 + 1', 'def f(x):\rreturn x * 2\r', 'f(21)', '1 / 0'):
    print(repr(line), '->', [a for a in answer(t.line(line, b'>>> ')) if a.strip()][-1:])
t.send('\x1bOA\x1bOA\r')
print('previous lines ->', '42' in t.until(b'>>> '))
t.line('import collections', b'>>> ')
t.send('collections.Ordered\t')
print('completion ->', 'collections.OrderedDict' in t.until(b'OrderedDict', b'OrderedDict('))
t.send('\x03')
t.until(b'>>> ')
t.send('exit(4)\r')
print('exit code', t.end())
with open(history) as f:
    print('history ->', 'f(21)\n' in f.readlines())

print('-- after a program')
t = Terminal('-i', '-c', 'value = 5', PYTHON_BASIC_REPL='1')
print('value ->', answer(t.line('value')))
t.send('\x04')
print(t.end())

print('-- readline')
t = Terminal('-i', '-c', 'import readline', PYTHON_BASIC_REPL='1')
t.line('readline.add_history("one"); readline.add_history("two")')
print(answer(t.line('readline.get_history_item(readline.get_current_history_length())')))
t.send('\x04')
print(t.end())
