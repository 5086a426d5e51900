# exit: 3
# SystemExit passes finally and atexit.
import atexit
import sys
atexit.register(print, 'atexit second')
atexit.register(lambda: print('atexit first'))
try:
    try:
        sys.exit(3)
    except Exception:
        print('not an Exception')
    finally:
        print('finally')
except KeyboardInterrupt:
    print('never')
