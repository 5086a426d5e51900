//! What `-h`, `-V` and wrong options print.

use skein_modules::sys;

/// One line of help: an option and what it does.
type Line = (&'static str, &'static str);

const OPTIONS: &[Line] = &[
    (
        "-b",
        "warn where bytes are compared with or turned into str; -bb: raise",
    ),
    ("-B", "write no .pyc files; also PYTHONDONTWRITEBYTECODE=x"),
    (
        "-c cmd",
        "run this program text; what follows are its arguments",
    ),
    ("-d", "accepted without effect; also PYTHONDEBUG=x"),
    ("-E", "ignore the PYTHON* variables of the environment"),
    ("-h", "print this text and leave; also -? and --help"),
    (
        "-i",
        "give a prompt after the program, terminal or not; also PYTHONINSPECT=x",
    ),
    (
        "-I",
        "keep the user's environment out: -E, -P and -s in one",
    ),
    (
        "-m mod",
        "run a library module as the program; what follows are its arguments",
    ),
    (
        "-O",
        "leave out assertions and code below __debug__; also PYTHONOPTIMIZE=x",
    ),
    ("-OO", "-O, and docstrings are left out too"),
    (
        "-P",
        "put no folder of the program in front of sys.path; also PYTHONSAFEPATH=x",
    ),
    ("-q", "print no version in front of the first prompt"),
    (
        "-s",
        "leave the user's own site-packages out; also PYTHONNOUSERSITE=x",
    ),
    ("-S", "do not import site at the start"),
    (
        "-u",
        "do not buffer standard output and error; also PYTHONUNBUFFERED=x",
    ),
    (
        "-v",
        "tell what is imported; more with each -v; also PYTHONVERBOSE=x",
    ),
    (
        "-V",
        "print the version and leave; also --version; -VV tells more",
    ),
    (
        "-W arg",
        "what to do with warnings: action:message:category:module:lineno; also PYTHONWARNINGS=arg",
    ),
    ("-x", "skip the first line of the program"),
    (
        "-X opt",
        "set an option of the implementation, see --help-xoptions",
    ),
    (
        "--check-hash-based-pycs always|default|never",
        "how .pyc files with a source hash are checked",
    ),
    (
        "--help-env",
        "print what environment variables do and leave",
    ),
    ("--help-xoptions", "print what -X options do and leave"),
    ("--help-all", "print all help and leave"),
];

const ARGUMENTS: &[Line] = &[
    (
        "file",
        "the program: a file, or a folder or zip archive with a __main__.py",
    ),
    (
        "-",
        "the program comes through standard input (the default; a prompt if that is a terminal)",
    ),
    ("arg ...", "arguments of the program, sys.argv[1:]"),
];

const VARIABLES: &[Line] = &[
    ("PYTHONSTARTUP", "file that is run before the first prompt"),
    ("PYTHONPATH", "folders for sys.path, separated by colons"),
    ("PYTHONHOME", "another prefix"),
    ("PYTHONSAFEPATH", "-P"),
    ("PYTHONNOUSERSITE", "-s"),
    ("PYTHONUSERBASE", "folder of the user's own site-packages"),
    ("PYTHONOPTIMIZE", "-O, as often as the number says"),
    ("PYTHONDEBUG", "-d"),
    ("PYTHONINSPECT", "-i"),
    ("PYTHONUNBUFFERED", "-u"),
    ("PYTHONVERBOSE", "-v, as often as the number says"),
    ("PYTHONWARNINGS", "arguments for -W, separated by commas"),
    ("PYTHONDONTWRITEBYTECODE", "-B"),
    ("PYTHONPYCACHEPREFIX", "folder for all .pyc files"),
    (
        "PYTHONHASHSEED",
        "seed of str and bytes hashes: a number, or random",
    ),
    (
        "PYTHONINTMAXSTRDIGITS",
        "most digits in conversions between int and str; 0: no limit",
    ),
    (
        "PYTHONIOENCODING",
        "encoding[:errors] of the standard streams",
    ),
    ("PYTHONUTF8", "1: UTF-8 mode"),
    (
        "PYTHONWARNDEFAULTENCODING",
        "warn where the default encoding is used",
    ),
    (
        "PYTHONDEVMODE",
        "development mode: more checks and warnings",
    ),
    ("PYTHONNODEBUGRANGES", "no columns in tracebacks"),
    ("PYTHONFAULTHANDLER", "turn faulthandler on"),
    ("PYTHONPROFILEIMPORTTIME", "show how long each import takes"),
    ("PYTHONBREAKPOINT", "what breakpoint() calls; 0: nothing"),
    ("PYTHONASYNCIODEBUG", "asyncio's debug mode"),
    ("PYTHON_BASIC_REPL", "the plain prompt without line editing"),
    (
        "PYTHON_COLORS",
        "1: colours in tracebacks and at the prompt; 0: none",
    ),
    ("PYTHON_CPU_COUNT", "what os.cpu_count() says"),
    ("PYTHON_HISTORY", "file with the history of the prompt"),
];

const X_OPTIONS: &[Line] = &[
    (
        "-X compare",
        "run the program several times, without the JIT and with it, and print a table",
    ),
    (
        "-X compare-with=a,b",
        "the same with these interpreters besides, such as python3.14,pypy3",
    ),
    (
        "-X compare-base=name",
        "the column that speeds are told against (default: the first)",
    ),
    (
        "-X compare-rounds=n",
        "so many runs of each (default: as many as the noise asks for)",
    ),
    (
        "-X compare-time=s",
        "seconds after which no further round begins (default: 20)",
    ),
    (
        "-X compare-timeout=s",
        "seconds after which a single run is given up (default: none)",
    ),
    (
        "-X compare-json[=file]",
        "the result as JSON, in place of the table or into a file",
    ),
    (
        "-X compare-progress",
        "tell what is being run, also if standard error is no terminal",
    ),
    (
        "-X cpu_count=n",
        "what os.cpu_count() says; also PYTHON_CPU_COUNT",
    ),
    (
        "-X dev",
        "development mode: more checks and warnings; also PYTHONDEVMODE",
    ),
    (
        "-X dump=bytecode",
        "list the program's instructions instead of running it",
    ),
    (
        "-X faulthandler",
        "turn faulthandler on; also PYTHONFAULTHANDLER",
    ),
    (
        "-X importtime[=2]",
        "show how long each import takes; also PYTHONPROFILEIMPORTTIME",
    ),
    (
        "-X int_max_str_digits=n",
        "most digits in conversions between int and str; also PYTHONINTMAXSTRDIGITS",
    ),
    (
        "-X jit=on|off",
        "compile hot loops (default: on); also SKEIN_JIT",
    ),
    (
        "-X jit-dump[=stage,...[:file]]",
        "print traces: bytecode, trace, opt, clif, asm, snap, exits; also SKEIN_JIT_DUMP",
    ),
    (
        "-X jit-passes=fold,...",
        "the optimiser's passes (default: all; -name: all but that one); also SKEIN_JIT_PASSES",
    ),
    (
        "-X jit-stats[=file]",
        "what was compiled, how long that took, and which exits were taken, as JSON",
    ),
    (
        "-X jit-<name>=n",
        "a threshold or limit of the compiler; also SKEIN_JIT_<NAME>",
    ),
    (
        "-X no_debug_ranges",
        "no columns in tracebacks; also PYTHONNODEBUGRANGES",
    ),
    (
        "-X pycache_prefix=path",
        "folder for all .pyc files; also PYTHONPYCACHEPREFIX",
    ),
    ("-X utf8[=0|1]", "UTF-8 mode; also PYTHONUTF8"),
    (
        "-X warn_default_encoding",
        "warn where the default encoding is used; also PYTHONWARNDEFAULTENCODING",
    ),
    (
        "-X name[=value]",
        "any other is only entered into sys._xoptions",
    ),
];

fn lines(title: &str, width: usize, lines: &[Line]) -> String {
    let mut out = format!("{title}\n");
    for (name, meaning) in lines {
        if name.len() > width {
            out.push_str(&format!("{name}\n{:width$} : {meaning}\n", ""));
        } else {
            out.push_str(&format!("{name:width$} : {meaning}\n"));
        }
    }
    out
}

fn call(program: &str) -> String {
    format!("usage: {program} [option] ... [-c cmd | -m mod | file | -] [arg] ...\n")
}

/// The hint after a wrong option.
pub fn usage(program: &str) -> String {
    format!("{}Try 'python -h' for more information.\n", call(program))
}

/// `-h`
pub fn options(program: &str) -> String {
    format!(
        "{}{}{}",
        call(program),
        lines(
            "Options (and corresponding environment variables):",
            7,
            OPTIONS
        ),
        lines("Arguments:", 7, ARGUMENTS)
    )
}

/// `--help-env`
pub fn variables() -> String {
    lines("Environment variables that change behavior:", 25, VARIABLES)
}

/// `--help-xoptions`
pub fn x_options() -> String {
    lines(
        "The following implementation-specific options are available:",
        25,
        X_OPTIONS,
    )
}

/// `--help-all`
pub fn everything(program: &str) -> String {
    format!("{}\n{}\n{}", options(program), variables(), x_options())
}

/// `-V`, `-VV`
pub fn version(full: bool) -> String {
    if full {
        format!("Python {}\n", sys::version())
    } else {
        format!("Python {}\n", sys::VERSION)
    }
}
