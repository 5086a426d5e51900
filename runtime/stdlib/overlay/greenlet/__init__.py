"""Coroutines that are switched explicitly: each has a stack of its own.

The work is done by the native module _greenlet, which is also importable as greenlet._greenlet.
"""

import sys as _sys

import _greenlet
from _greenlet import (
    CLOCKS_PER_SEC,
    GREENLET_USE_CONTEXT_VARS,
    GREENLET_USE_GC,
    GREENLET_USE_TRACING,
    GreenletExit,
    enable_optional_cleanup,
    error,
    get_clocks_used_doing_optional_cleanup,
    getcurrent,
    gettrace,
    greenlet,
    settrace,
)

__all__ = ['__version__', 'GreenletExit', 'error', 'getcurrent', 'greenlet', 'gettrace', 'settrace']

# The version of the original whose API this is.
__version__ = '3.5.6'

_sys.modules[__name__ + '._greenlet'] = _greenlet
