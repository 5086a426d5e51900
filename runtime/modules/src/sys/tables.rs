//! The function tables of `sys`.

use super::functions::*;
use super::hooks;
use skein_runtime::prelude::*;

/// Functions that are also kept under `__name__`.
pub static HOOKS: &[NativeDef] = &[
    function(
        "displayhook",
        hooks::displayhook,
        "(object, /)",
        "Print an object to sys.stdout and save it in builtins._",
    ),
    function(
        "excepthook",
        hooks::excepthook,
        "(exctype, value, traceback, /)",
        "Handle an exception by displaying it with a traceback on sys.stderr.",
    ),
    function(
        "unraisablehook",
        hooks::unraisablehook,
        "(unraisable, /)",
        "Handle an exception that nobody can catch.",
    ),
    function(
        "breakpointhook",
        hooks::breakpointhook,
        "(*args, **kwargs)",
        "What breakpoint() calls: by default pdb.set_trace().",
    ),
];

/// The others.
pub static FUNCTIONS: &[NativeDef] = &[
    function(
        "addaudithook",
        addaudithook,
        "(hook)",
        "Add an audit hook, which is called with each audit event.",
    ),
    function(
        "audit",
        audit,
        "(event, /, *args)",
        "Pass an event to the audit hooks.",
    ),
    function(
        "call_tracing",
        call_tracing,
        "(func, args, /)",
        "Call func(*args) while tracing is on.",
    ),
    function(
        "_clear_type_descriptors",
        clear_type_descriptors,
        "(type, /)",
        "Take the descriptors of __dict__ and __weakref__ out of a class.",
    ),
    function(
        "_clear_internal_caches",
        none,
        "()",
        "Clear internal caches.",
    ),
    function(
        "_clear_type_cache",
        none,
        "()",
        "Clear the cache of attribute lookups on types.",
    ),
    function(
        "_current_exceptions",
        current_exceptions,
        "()",
        "The exception handled by each thread.",
    ),
    function(
        "_current_frames",
        current_frames,
        "()",
        "The topmost frame of each thread.",
    ),
    function(
        "_debugmallocstats",
        none,
        "()",
        "Print statistics of the memory allocator (there are none).",
    ),
    function(
        "exc_info",
        exc_info,
        "()",
        "Type, value and traceback of the exception being handled.",
    ),
    function(
        "exception",
        exception,
        "()",
        "The exception being handled, or None.",
    ),
    function(
        "exit",
        exit,
        "(status=None, /)",
        "Leave the interpreter by raising SystemExit(status).",
    ),
    function(
        "get_asyncgen_hooks",
        get_asyncgen_hooks,
        "()",
        "The hooks of asynchronous generators.",
    ),
    function(
        "set_asyncgen_hooks",
        set_asyncgen_hooks,
        "(firstiter=None, finalizer=None)",
        "Set the hooks of asynchronous generators.",
    ),
    function(
        "get_coroutine_origin_tracking_depth",
        get_origin_depth,
        "()",
        "How many frames of a coroutine's origin are recorded.",
    ),
    function(
        "set_coroutine_origin_tracking_depth",
        set_origin_depth,
        "(depth)",
        "Set how many frames of a coroutine's origin are recorded.",
    ),
    function(
        "get_int_max_str_digits",
        get_max_digits,
        "()",
        "The limit on digits when converting ints and strings.",
    ),
    function(
        "set_int_max_str_digits",
        set_max_digits,
        "(maxdigits)",
        "Set the limit on digits when converting ints and strings.",
    ),
    function(
        "getallocatedblocks",
        getallocatedblocks,
        "()",
        "Number of memory blocks in use.",
    ),
    function(
        "getunicodeinternedsize",
        getunicodeinternedsize,
        "(*, _only_immortal=False)",
        "Number of interned strings.",
    ),
    function(
        "getdefaultencoding",
        utf8,
        "()",
        "The default encoding: 'utf-8'.",
    ),
    function(
        "getfilesystemencoding",
        utf8,
        "()",
        "The encoding of file names.",
    ),
    function(
        "getfilesystemencodeerrors",
        getfilesystemencodeerrors,
        "()",
        "The error handler of file names' encoding.",
    ),
    function(
        "_getframe",
        getframe,
        "(depth=0, /)",
        "A frame from the call stack.",
    ),
    function(
        "_getframemodulename",
        getframemodulename,
        "(depth=0)",
        "The module name of a frame from the call stack.",
    ),
    function("getprofile", getprofile, "()", "The profile function."),
    function(
        "setprofile",
        setprofile,
        "(function, /)",
        "Set the profile function.",
    ),
    function("gettrace", gettrace, "()", "The trace function."),
    function(
        "settrace",
        settrace,
        "(function, /)",
        "Set the trace function.",
    ),
    function(
        "_setprofileallthreads",
        setprofileallthreads,
        "(function, /)",
        "Set the profile function of all threads.",
    ),
    function(
        "_settraceallthreads",
        settraceallthreads,
        "(function, /)",
        "Set the trace function of all threads.",
    ),
    function(
        "getrecursionlimit",
        getrecursionlimit,
        "()",
        "The recursion limit.",
    ),
    function(
        "setrecursionlimit",
        setrecursionlimit,
        "(limit, /)",
        "Set the recursion limit.",
    ),
    function(
        "getrefcount",
        getrefcount,
        "(object, /)",
        "A plausible number: Skein does not count references.",
    ),
    function(
        "getsizeof",
        getsizeof,
        "(object, default=None)",
        "Size of an object in bytes.",
    ),
    function(
        "getswitchinterval",
        getswitchinterval,
        "()",
        "The thread switch interval in seconds.",
    ),
    function(
        "setswitchinterval",
        setswitchinterval,
        "(interval, /)",
        "Set the thread switch interval in seconds.",
    ),
    function(
        "getdlopenflags",
        getdlopenflags,
        "()",
        "Flags for loading shared libraries.",
    ),
    function(
        "setdlopenflags",
        setdlopenflags,
        "(flags, /)",
        "Set the flags for loading shared libraries.",
    ),
    function(
        "intern",
        intern,
        "(string, /)",
        "The one object that stands for all strings with this text.",
    ),
    function(
        "_is_interned",
        is_interned,
        "(string, /)",
        "True if the string is interned.",
    ),
    function(
        "_is_immortal",
        is_immortal,
        "(op, /)",
        "True if the object never dies.",
    ),
    function(
        "is_finalizing",
        is_finalizing,
        "()",
        "True while the interpreter shuts down.",
    ),
    function(
        "_is_gil_enabled",
        always_true,
        "()",
        "True: one thread runs at a time.",
    ),
    function(
        "is_remote_debug_enabled",
        always_false,
        "()",
        "False: there is no remote debugging.",
    ),
    function(
        "_get_cpu_count_config",
        cpu_count_config,
        "()",
        "The number of CPUs given by -X cpu_count, -1 if none.",
    ),
    function(
        "activate_stack_trampoline",
        activate_trampoline,
        "(backend, /)",
        "Not supported.",
    ),
    function(
        "deactivate_stack_trampoline",
        none,
        "()",
        "Does nothing: there is no stack trampoline.",
    ),
    function(
        "is_stack_trampoline_active",
        always_false,
        "()",
        "False: there is no stack trampoline.",
    ),
];
