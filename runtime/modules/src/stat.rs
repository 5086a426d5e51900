//! `_stat`: constants and tests of file modes.

use crate::support::add_ints;
use skein_runtime::prelude::*;

/// The module.
pub const MODULE: ModuleDef = ModuleDef {
    name: "_stat",
    init,
};

const TYPES: [(&str, i64); 7] = [
    ("S_IFDIR", 0o040_000),
    ("S_IFCHR", 0o020_000),
    ("S_IFBLK", 0o060_000),
    ("S_IFREG", 0o100_000),
    ("S_IFIFO", 0o010_000),
    ("S_IFLNK", 0o120_000),
    ("S_IFSOCK", 0o140_000),
];

const CONSTANTS: &[(&str, i64)] = &[
    ("S_IFDOOR", 0),
    ("S_IFPORT", 0),
    ("S_IFWHT", 0),
    ("S_ISUID", 0o4000),
    ("S_ISGID", 0o2000),
    ("S_ISVTX", 0o1000),
    ("S_ENFMT", 0o2000),
    ("S_IREAD", 0o400),
    ("S_IWRITE", 0o200),
    ("S_IEXEC", 0o100),
    ("S_IRWXU", 0o700),
    ("S_IRUSR", 0o400),
    ("S_IWUSR", 0o200),
    ("S_IXUSR", 0o100),
    ("S_IRWXG", 0o070),
    ("S_IRGRP", 0o040),
    ("S_IWGRP", 0o020),
    ("S_IXGRP", 0o010),
    ("S_IRWXO", 0o007),
    ("S_IROTH", 0o004),
    ("S_IWOTH", 0o002),
    ("S_IXOTH", 0o001),
    ("UF_SETTABLE", 0x0000_ffff),
    ("UF_NODUMP", 0x0000_0001),
    ("UF_IMMUTABLE", 0x0000_0002),
    ("UF_APPEND", 0x0000_0004),
    ("UF_OPAQUE", 0x0000_0008),
    ("UF_NOUNLINK", 0x0000_0010),
    ("UF_COMPRESSED", 0x0000_0020),
    ("UF_TRACKED", 0x0000_0040),
    ("UF_DATAVAULT", 0x0000_0080),
    ("UF_HIDDEN", 0x0000_8000),
    ("SF_SETTABLE", 0x3fff_0000),
    ("SF_ARCHIVED", 0x0001_0000),
    ("SF_IMMUTABLE", 0x0002_0000),
    ("SF_APPEND", 0x0004_0000),
    ("SF_RESTRICTED", 0x0008_0000),
    ("SF_NOUNLINK", 0x0010_0000),
    ("SF_SNAPSHOT", 0x0020_0000),
    ("SF_FIRMLINK", 0x0080_0000),
    ("SF_DATALESS", 0x4000_0000),
    ("SF_SUPPORTED", 0x009f_0000),
    ("SF_SYNTHETIC", 0xc000_0000),
    ("ST_MODE", 0),
    ("ST_INO", 1),
    ("ST_DEV", 2),
    ("ST_NLINK", 3),
    ("ST_UID", 4),
    ("ST_GID", 5),
    ("ST_SIZE", 6),
    ("ST_ATIME", 7),
    ("ST_MTIME", 8),
    ("ST_CTIME", 9),
];

static FUNCTIONS: &[NativeDef] = &[
    function(
        "S_ISDIR",
        is_type::<0>,
        "(mode, /)",
        "True if the mode is that of a directory.",
    ),
    function(
        "S_ISCHR",
        is_type::<1>,
        "(mode, /)",
        "True if the mode is that of a character device.",
    ),
    function(
        "S_ISBLK",
        is_type::<2>,
        "(mode, /)",
        "True if the mode is that of a block device.",
    ),
    function(
        "S_ISREG",
        is_type::<3>,
        "(mode, /)",
        "True if the mode is that of a regular file.",
    ),
    function(
        "S_ISFIFO",
        is_type::<4>,
        "(mode, /)",
        "True if the mode is that of a named pipe.",
    ),
    function(
        "S_ISLNK",
        is_type::<5>,
        "(mode, /)",
        "True if the mode is that of a symbolic link.",
    ),
    function(
        "S_ISSOCK",
        is_type::<6>,
        "(mode, /)",
        "True if the mode is that of a socket.",
    ),
    function(
        "S_ISDOOR",
        never,
        "(mode, /)",
        "False: there are no doors on this system.",
    ),
    function(
        "S_ISPORT",
        never,
        "(mode, /)",
        "False: there are no event ports on this system.",
    ),
    function(
        "S_ISWHT",
        never,
        "(mode, /)",
        "False: there are no whiteouts on this system.",
    ),
    function(
        "S_IMODE",
        permissions,
        "(mode, /)",
        "The part of the mode that chmod() sets.",
    ),
    function(
        "S_IFMT",
        file_type,
        "(mode, /)",
        "The part of the mode that tells the file type.",
    ),
    function(
        "filemode",
        filemode,
        "(mode, /)",
        "The mode as text like '-rwxrwxrwx'.",
    ),
];

fn init(vm: &mut Vm, m: Ref<PyModule>) -> PyResult<()> {
    vm.add_functions(m, FUNCTIONS);
    add_ints(vm, m, &TYPES);
    add_ints(vm, m, CONSTANTS);
    Ok(())
}

fn mode(vm: &mut Vm, v: Value) -> PyResult<i64> {
    let n = crate::support::c_long(vm, v)?;
    if n < 0 {
        return Err(vm.overflow_error("can't convert negative value to unsigned int"));
    }
    if n >= 1 << 32 {
        return Err(vm.overflow_error("mode out of range"));
    }
    Ok(n)
}

fn is_type<const I: usize>(vm: &mut Vm, args: &[Value]) -> PyResult {
    Ok(Value::bool(mode(vm, args[0])? & 0o170_000 == TYPES[I].1))
}

fn never(vm: &mut Vm, args: &[Value]) -> PyResult {
    mode(vm, args[0])?;
    Ok(Value::FALSE)
}

fn permissions(vm: &mut Vm, args: &[Value]) -> PyResult {
    let n = mode(vm, args[0])? & 0o7777;
    Ok(vm.new_int(n))
}

fn file_type(vm: &mut Vm, args: &[Value]) -> PyResult {
    let n = mode(vm, args[0])? & 0o170_000;
    Ok(vm.new_int(n))
}

fn filemode(vm: &mut Vm, args: &[Value]) -> PyResult {
    let n = mode(vm, args[0])?;
    let letter = match TYPES.iter().position(|t| t.1 == n & 0o170_000) {
        Some(i) => ['d', 'c', 'b', '-', 'p', 'l', 's'][i],
        None => '?',
    };
    let mut text = String::from(letter);
    for (shift, special, set, unset) in [
        (6, 0o4000, 's', 'S'),
        (3, 0o2000, 's', 'S'),
        (0, 0o1000, 't', 'T'),
    ] {
        let bits = n >> shift;
        text.push(if bits & 4 != 0 { 'r' } else { '-' });
        text.push(if bits & 2 != 0 { 'w' } else { '-' });
        text.push(match (n & special != 0, bits & 1 != 0) {
            (true, true) => set,
            (true, false) => unset,
            (false, true) => 'x',
            (false, false) => '-',
        });
    }
    Ok(vm.new_str(&text))
}
