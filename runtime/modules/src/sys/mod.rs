//! `sys`: the machine's settings, hooks and introspection.
//!
//! The module's dict becomes `Vm::sys`, which native code looks streams and hooks up in. Standard streams and the import
//! hooks are put there by the start-up code.

pub mod functions;
pub mod hooks;
pub mod info;
pub mod monitoring;
mod names;
mod tables;

use crate::support::fs_str;
use skein_runtime::prelude::*;

/// The module.
pub const MODULE: ModuleDef = ModuleDef { name: "sys", init };

/// `sys.version_info[:3]` as text.
pub const VERSION: &str = "3.14.0";
/// `sys.hexversion`
pub const HEXVERSION: i32 = 0x030e_00f0;

fn init(vm: &mut Vm, m: Ref<PyModule>) -> PyResult<()> {
    vm.sys.set(m.dict().value());
    let doc = vm.new_str("Variables and functions that belong to the interpreter.");
    vm.add_constant(m, "__doc__", doc);
    vm.add_functions(m, tables::FUNCTIONS);
    vm.add_functions(m, tables::HOOKS);
    for name in [
        "displayhook",
        "excepthook",
        "breakpointhook",
        "unraisablehook",
    ] {
        if let Some(v) = m.dict().get_text(vm, name) {
            vm.add_constant(m, &format!("__{name}__"), v);
        }
    }
    add_strings(vm, m);
    add_numbers(vm, m);
    add_paths(vm, m);
    add_options(vm, m);
    info::add(vm, m)?;
    names::add(vm, m);
    monitoring::add(vm, m);
    Ok(())
}

/// `sys.version`. Programs look there for the Stackless Python whose module they want.
pub fn version() -> String {
    format!(
        "{VERSION} Stackless 3.8 (Skein {}) [rustc {}]",
        env!("CARGO_PKG_VERSION"),
        env!("CARGO_PKG_RUST_VERSION")
    )
}

fn add_strings(vm: &mut Vm, m: Ref<PyModule>) {
    let version = version();
    let order = if cfg!(target_endian = "little") {
        "little"
    } else {
        "big"
    };
    for (name, text) in [
        ("version", version.as_str()),
        ("platform", "linux"),
        ("byteorder", order),
        ("platlibdir", "lib"),
        ("abiflags", ""),
        ("_framework", ""),
        ("float_repr_style", "short"),
        (
            "copyright",
            "Copyright (c) the Skein authors.\nThe standard library: Copyright (c) 2001 Python Software Foundation.",
        ),
    ] {
        let v = vm.intern(text).value();
        vm.add_constant(m, name, v);
    }
    let git = [vm.new_str("Skein"), vm.new_str(""), vm.new_str("")];
    let git = vm.new_tuple(&git);
    vm.add_constant(m, "_git", git);
}

fn add_numbers(vm: &mut Vm, m: Ref<PyModule>) {
    crate::support::add_ints(
        vm,
        m,
        &[
            ("hexversion", HEXVERSION as i64),
            ("api_version", 1013),
            ("maxsize", i64::MAX),
            ("maxunicode", 0x10_ffff),
        ],
    );
}

fn add_paths(vm: &mut Vm, m: Ref<PyModule>) {
    let c = &vm.config;
    let library = format!("{}/lib/python3.14", c.base_prefix);
    for (name, text) in [
        ("prefix", c.prefix.clone()),
        ("exec_prefix", c.prefix.clone()),
        ("base_prefix", c.base_prefix.clone()),
        ("base_exec_prefix", c.base_prefix.clone()),
        ("executable", c.executable.clone()),
        ("_base_executable", c.base_executable.clone()),
        ("_stdlib_dir", library),
    ] {
        let v = fs_str(vm, text.as_bytes());
        vm.add_constant(m, name, v);
    }
    let cache = match vm.config.pycache_prefix.clone() {
        Some(p) => fs_str(vm, &p),
        None => Value::NONE,
    };
    vm.add_constant(m, "pycache_prefix", cache);
    for (name, items) in [
        ("argv", vm.config.argv.clone()),
        ("orig_argv", vm.config.orig_argv.clone()),
        ("path", vm.config.path.clone()),
    ] {
        let list = PyList::new(vm);
        for item in items {
            let v = fs_str(vm, &item);
            list.push(vm, v);
        }
        vm.add_constant(m, name, list.value());
    }
    for name in ["meta_path", "path_hooks"] {
        let v = PyList::new(vm).value();
        vm.add_constant(m, name, v);
    }
    let cache = PyDict::new(vm).value();
    vm.add_constant(m, "path_importer_cache", cache);
    let modules = vm.modules.get();
    vm.add_constant(m, "modules", modules);
}

fn add_options(vm: &mut Vm, m: Ref<PyModule>) {
    let no_bytecode = Value::bool(vm.config.dont_write_bytecode);
    vm.add_constant(m, "dont_write_bytecode", no_bytecode);
    let warn = PyList::new(vm);
    for option in vm.config.warn_options.clone() {
        let v = vm.new_str(&option);
        warn.push(vm, v);
    }
    vm.add_constant(m, "warnoptions", warn.value());
    let x = PyDict::new(vm);
    for option in vm.config.x_options.clone() {
        match option.split_once('=') {
            Some((name, value)) => {
                let v = vm.new_str(value);
                x.set_text(vm, name, v);
            }
            None => x.set_text(vm, &option, Value::TRUE),
        }
    }
    vm.add_constant(m, "_xoptions", x.value());
}
