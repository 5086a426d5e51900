//! The struct sequences of `sys`: flags, version and facts about numbers.

use super::{HEXVERSION, VERSION};
use skein_runtime::builtins::struct_seq::{self, StructSeq};
use skein_runtime::prelude::*;

static FLAGS: StructSeq = StructSeq {
    name: "flags",
    module: "sys",
    doc: "Settings from the command line and the environment.",
    fields: &[
        "debug",
        "inspect",
        "interactive",
        "optimize",
        "dont_write_bytecode",
        "no_user_site",
        "no_site",
        "ignore_environment",
        "verbose",
        "bytes_warning",
        "quiet",
        "hash_randomization",
        "isolated",
        "dev_mode",
        "utf8_mode",
        "warn_default_encoding",
        "safe_path",
        "int_max_str_digits",
        "gil",
        "thread_inherit_context",
        "context_aware_warnings",
    ],
    visible: 18,
};

static VERSION_INFO: StructSeq = StructSeq {
    name: "version_info",
    module: "sys",
    doc: "The version of the language.",
    fields: &["major", "minor", "micro", "releaselevel", "serial"],
    visible: 5,
};

static FLOAT_INFO: StructSeq = StructSeq {
    name: "float_info",
    module: "sys",
    doc: "Facts about floats.",
    fields: &[
        "max",
        "max_exp",
        "max_10_exp",
        "min",
        "min_exp",
        "min_10_exp",
        "dig",
        "mant_dig",
        "epsilon",
        "radix",
        "rounds",
    ],
    visible: 11,
};

static INT_INFO: StructSeq = StructSeq {
    name: "int_info",
    module: "sys",
    doc: "Facts about ints.",
    fields: &[
        "bits_per_digit",
        "sizeof_digit",
        "default_max_str_digits",
        "str_digits_check_threshold",
    ],
    visible: 4,
};

static HASH_INFO: StructSeq = StructSeq {
    name: "hash_info",
    module: "sys",
    doc: "Parameters of hashing.",
    fields: &[
        "width",
        "modulus",
        "inf",
        "nan",
        "imag",
        "algorithm",
        "hash_bits",
        "seed_bits",
        "cutoff",
    ],
    visible: 9,
};

static THREAD_INFO: StructSeq = StructSeq {
    name: "thread_info",
    module: "sys",
    doc: "Facts about threads.",
    fields: &["name", "lock", "version"],
    visible: 3,
};

/// The result type of `sys.get_asyncgen_hooks()`.
pub static ASYNCGEN_HOOKS: StructSeq = StructSeq {
    name: "asyncgen_hooks",
    module: "sys",
    doc: "Hooks of asynchronous generators.",
    fields: &["firstiter", "finalizer"],
    visible: 2,
};

/// The argument type of `sys.unraisablehook()`.
pub static UNRAISABLE: StructSeq = StructSeq {
    name: "UnraisableHookArgs",
    module: "sys",
    doc: "What sys.unraisablehook() gets.",
    fields: &[
        "exc_type",
        "exc_value",
        "exc_traceback",
        "err_msg",
        "object",
    ],
    visible: 5,
};

/// Adds them to the module.
pub fn add(vm: &mut Vm, m: Ref<PyModule>) -> PyResult<()> {
    let flags = flag_values(vm);
    put(vm, m, &FLAGS, &flags);
    let level = vm.intern("final").value();
    let int = Value::from_i32;
    let version = [int(3), int(14), int(0), level, int(0)];
    let version = put(vm, m, &VERSION_INFO, &version);
    add_float_info(vm, m);
    put(vm, m, &INT_INFO, &[int(30), int(4), int(4300), int(640)]);
    let modulus = vm.new_int(skein_runtime::protocol::compare::HASH_MODULUS);
    let algorithm = vm.new_str("siphash13");
    let hash = [
        int(64),
        modulus,
        int(314_159),
        int(0),
        int(1_000_003),
        algorithm,
        int(64),
        int(128),
        int(0),
    ];
    put(vm, m, &HASH_INFO, &hash);
    let thread = [vm.new_str("pthread"), vm.new_str("semaphore"), Value::NONE];
    put(vm, m, &THREAD_INFO, &thread);
    for def in [&ASYNCGEN_HOOKS, &UNRAISABLE] {
        let ty = struct_seq::new_type(vm, def, true);
        vm.state_set(&format!("sys.{}", def.name), ty.value());
        if def.name == "UnraisableHookArgs" {
            vm.add_constant(m, def.name, ty.value());
        }
    }
    add_implementation(vm, m, version);
    Ok(())
}

fn put(vm: &mut Vm, m: Ref<PyModule>, def: &'static StructSeq, fields: &[Value]) -> Value {
    let ty = struct_seq::new_type(vm, def, false);
    let v = struct_seq::new_instance(vm, ty, def.visible, fields);
    vm.add_constant(m, def.name, v);
    v
}

fn flag_values(vm: &mut Vm) -> [Value; 21] {
    let c = vm.config.clone();
    let digits = vm.max_str_digits();
    let int = |b: bool| Value::from_i32(b as i32);
    let num = |n: u8| Value::from_i32(n as i32);
    [
        num(c.debug),
        int(c.inspect),
        int(c.interactive),
        num(c.optimize),
        int(c.dont_write_bytecode),
        int(c.no_user_site),
        int(c.no_site),
        int(c.ignore_environment),
        num(c.verbose),
        num(c.bytes_warning),
        int(c.quiet),
        int(c.hash_seed != Some(0)),
        int(c.isolated),
        Value::bool(c.dev_mode),
        num(c.utf8_mode),
        int(c.warn_default_encoding),
        Value::bool(c.safe_path),
        Value::from_usize(digits),
        int(true),
        int(false),
        int(false),
    ]
}

fn add_float_info(vm: &mut Vm, m: Ref<PyModule>) {
    let int = Value::from_i32;
    let fields = [
        vm.new_float(f64::MAX),
        int(f64::MAX_EXP),
        int(f64::MAX_10_EXP),
        vm.new_float(f64::MIN_POSITIVE),
        int(f64::MIN_EXP),
        int(f64::MIN_10_EXP),
        int(f64::DIGITS as i32),
        int(f64::MANTISSA_DIGITS as i32),
        vm.new_float(f64::EPSILON),
        int(2),
        int(1),
    ];
    put(vm, m, &FLOAT_INFO, &fields);
}

/// A `types.SimpleNamespace`.
pub fn namespace(vm: &mut Vm, items: &[(&str, Value)]) -> Value {
    let ty = vm.builtin_type(ids::SIMPLE_NAMESPACE);
    let ns = vm.alloc_instance(ty).value();
    for (name, v) in items {
        let name = vm.intern(name);
        vm.set_own_attribute(ns, name, *v);
    }
    ns
}

fn add_implementation(vm: &mut Vm, m: Ref<PyModule>, version: Value) {
    let (major, minor) = match VERSION.split('.').collect::<Vec<_>>()[..] {
        [a, b, ..] => (a, b),
        _ => ("3", ""),
    };
    let items = [
        ("name", vm.new_str("skein")),
        ("cache_tag", vm.new_str(&format!("skein-{major}{minor}"))),
        ("version", version),
        ("hexversion", Value::from_i32(HEXVERSION)),
        ("_multiarch", vm.new_str("x86_64-linux-gnu")),
        ("supports_isolated_interpreters", Value::FALSE),
    ];
    let ns = namespace(vm, &items);
    vm.add_constant(m, "implementation", ns);
}
