"""Tasklets, channels and their scheduler, after Stackless Python 3.8.

The module in sys.modules is an instance of a module class of its own, so that `stackless.current` and the like are
computed at each read.
"""

import sys as _sys
from types import ModuleType as _ModuleType

import _stackless
import _stackless_pickling
from _stackless import *
from _stackless import _tasklet_get_unpicklable_state, _wrap

__all__ = [
    'atomic', 'channel', 'enable_softswitch', 'get_channel_callback', 'get_schedule_callback', 'get_thread_info',
    'getcurrent', 'getcurrentid', 'getdebug', 'getmain', 'getruncount', 'getthreads', 'getuncollectables',
    'pickle_with_tracing_state', 'run', 'schedule', 'schedule_remove', 'set_channel_callback', 'set_error_handler',
    'set_schedule_callback', 'switch_trap', 'tasklet', 'stackless',
]

# Names for tools that read the source; the properties below take their place.
current = runcount = main = debug = uncollectables = threads = pickle_with_tracing_state = None


def transmogrify():
    """Put a module with properties in this module's place."""

    class StacklessModuleType(_ModuleType):

        def current(self):
            """The running tasklet of the calling thread."""
            return getcurrent()

        def runcount(self):
            """The number of runnable tasklets of the calling thread, itself included."""
            return getruncount()

        def main(self):
            """The main tasklet of the calling thread."""
            return getmain()

        def debug(self):
            """True in a debug build."""
            return getdebug()

        def uncollectables(self):
            """The tasklets that own a native stack."""
            return getuncollectables()

        def threads(self):
            """The identifiers of all threads, the main thread's first."""
            return getthreads()

        current, runcount, main, debug, uncollectables, threads = map(
            property, (current, runcount, main, debug, uncollectables, threads))

        @property
        def pickle_with_tracing_state(self):
            """Whether pickled tasklets keep their trace and profile functions."""
            return bool(pickle_flags() & PICKLEFLAGS_PRESERVE_TRACING_STATE)

        @pickle_with_tracing_state.setter
        def pickle_with_tracing_state(self, value):
            flag = PICKLEFLAGS_PRESERVE_TRACING_STATE
            pickle_flags(flag if value else 0, flag)
            pickle_flags_default(flag if value else 0, flag)

        def __reduce__(self):
            return 'stackless'

        def __reduce_ex__(self, protocol):
            return 'stackless'

    module = StacklessModuleType(__name__, __doc__)
    properties = {name for name in vars(StacklessModuleType) if not name.startswith('__')}
    vars(module).update((name, value) for name, value in globals().items() if name not in properties)
    module.stackless = module
    _sys.modules[__name__] = module


# What pickles need. They name the shadow types by this module.
_sys.modules['stackless._wrap'] = _sys.modules['_stackless._wrap'] = _wrap
_stackless._pickle_moduledict = _stackless_pickling.moduledict
_stackless_pickling.register(_wrap)
if 'pickle' in _sys.modules:
    _stackless_pickling.install(_sys.modules['pickle'])

transmogrify()
