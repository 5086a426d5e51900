"""Line editing, history and completion, on top of the library's own editor.

CPython's module binds GNU readline. Here `_pyrepl`, which is the prompt's editor anyway, does the work, so that nothing outside
of Python is needed; what it cannot do (init files, hooks before the first key, a display of matches of one's own) is
accepted without effect. On a terminal, `input()` is edited from the import of this module on, as with GNU readline.
"""

import sys as _sys

# rlcompleter, which the editor imports, must not find this module half made.
_this = _sys.modules[__name__]
_sys.modules[__name__] = None
try:
    from _pyrepl.readline import (
        add_history, append_history_file, clear_history, get_begidx, get_completer, get_completer_delims,
        get_current_history_length, get_endidx, get_history_item, get_history_length, get_line_buffer, insert_text,
        parse_and_bind, read_history_file, remove_history_item, replace_history_item, set_completer,
        set_completer_delims, set_history_length, set_startup_hook, write_history_file,
    )
    from _pyrepl.readline import ReadlineAlikeReader as _Reader, _setup, _wrapper
finally:
    _sys.modules[__name__] = _this

backend = 'readline'

_display_matches_hook = None
_pre_input_hook = None


def set_auto_history(enabled, /):
    """Lines are added to the history by the editor; this changes nothing."""


def read_init_file(filename=None, /):
    """Settings of GNU readline mean nothing here."""


def redisplay():
    """The editor redraws by itself."""


def get_completion_type():
    """The kind of completion that goes on: always the plain one."""
    return 9


def set_completion_display_matches_hook(function=None, /):
    """Accepted; the editor shows matches in its own way."""
    global _display_matches_hook
    _display_matches_hook = function


def set_pre_input_hook(function=None, /):
    """Accepted; the editor does not call it."""
    global _pre_input_hook
    _pre_input_hook = function


try:
    _wrapper.get_reader()
except Exception:
    # No terminal to edit on: history and the rest work without one.
    _wrapper.reader = _Reader(console=None, config=_wrapper.config)
else:
    _setup(getattr(_sys.modules.get('__main__'), '__dict__', {}))
