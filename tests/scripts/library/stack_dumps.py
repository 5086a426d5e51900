# faulthandler: the stack on request, on a signal, and after a time.
import faulthandler
import os
import signal
import subprocess
import sys
import time

r, w = os.pipe()


def inner():
    faulthandler.dump_traceback(w, all_threads=False)


inner()
print(os.read(r, 2000).decode().replace(__file__, 'FILE'), end='')

faulthandler.register(signal.SIGUSR1, w)
os.kill(os.getpid(), signal.SIGUSR1)
print('(most recent call first):' in os.read(r, 2000).decode())
print(faulthandler.unregister(signal.SIGUSR1), faulthandler.unregister(signal.SIGUSR1))
print(signal.getsignal(signal.SIGUSR1))

faulthandler.dump_traceback_later(0.05, file=w)
end = time.monotonic() + 10
while time.monotonic() < end:
    import select
    if select.select([r], [], [], 0)[0]:
        break
print(os.read(r, 2000).decode().split('\n')[0])
faulthandler.dump_traceback_later(60)
faulthandler.cancel_dump_traceback_later()
for call in (lambda: faulthandler.dump_traceback_later(0), lambda: faulthandler.register(signal.SIGSEGV)):
    try:
        call()
    except (ValueError, RuntimeError) as e:
        print(type(e).__name__, e)
child = 'import faulthandler\nfaulthandler.dump_traceback_later(0.05, exit=True)\nwhile True: pass'
done = subprocess.run([sys.executable, '-c', child], capture_output=True, text=True)
print(done.returncode, done.stderr.split('\n')[0])
