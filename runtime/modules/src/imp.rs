//! `_imp`: what importlib needs of the machine.
//!
//! There is one interpreter thread, so the import lock only counts. Frozen modules are the interpreter's affair: it asks
//! for them through the `frozen_code` intrinsic.

use crate::support::{c_long, str_arg};
use skein_runtime::builtins::code::PyCode;
use skein_runtime::prelude::*;

/// The module.
pub const MODULE: ModuleDef = ModuleDef { name: "_imp", init };

static FUNCTIONS: &[NativeDef] = &[
    function(
        "lock_held",
        lock_held,
        "()",
        "Return True if the import lock is held.",
    ),
    function("acquire_lock", acquire_lock, "()", "Take the import lock."),
    function(
        "release_lock",
        release_lock,
        "()",
        "Release the import lock.",
    ),
    function(
        "extension_suffixes",
        extension_suffixes,
        "()",
        "File endings of extension modules: none are supported.",
    ),
    function(
        "is_builtin",
        is_builtin,
        "(name, /)",
        "Nonzero if the name is one of a native module.",
    ),
    function(
        "is_frozen",
        is_frozen,
        "(name, /)",
        "True if the name is one of a frozen module.",
    ),
    function(
        "is_frozen_package",
        is_frozen_package,
        "(name, /)",
        "True if the frozen module is a package.",
    ),
    function(
        "find_frozen",
        find_frozen,
        "(name, /, *, withdata=False)",
        "Information about a frozen module, None if there is none.",
    ),
    function(
        "get_frozen_object",
        get_frozen_object,
        "(name, data=None, /)",
        "The code object of a frozen module.",
    ),
    function(
        "init_frozen",
        init_frozen,
        "(name, /)",
        "Make a frozen module, None if there is none.",
    ),
    function(
        "create_builtin",
        create_builtin,
        "(spec, /)",
        "Make a native module.",
    ),
    function(
        "exec_builtin",
        exec_builtin,
        "(mod, /)",
        "Fill a native module (already done when it was made).",
    ),
    function(
        "create_dynamic",
        create_dynamic,
        "(spec, file=None, /)",
        "Load an extension module.",
    ),
    function(
        "exec_dynamic",
        exec_builtin,
        "(mod, /)",
        "Fill an extension module.",
    ),
    function(
        "_fix_co_filename",
        fix_co_filename,
        "(code, path, /)",
        "Change the file name of a code object and of those inside it.",
    ),
    function(
        "source_hash",
        source_hash,
        "(key, source)",
        "Hash of source text for hash-based pycs.",
    ),
    function(
        "_override_frozen_modules_for_tests",
        override_setting,
        "(override, /)",
        "Accepted without effect.",
    ),
    function(
        "_override_multi_interp_extensions_check",
        override_setting,
        "(override, /)",
        "Accepted without effect.",
    ),
    function(
        "_frozen_module_names",
        frozen_names,
        "()",
        "Names of the frozen modules.",
    ),
    function(
        "_set_lazy_imports",
        override_setting,
        "(enabled=True, /)",
        "Accepted without effect.",
    ),
];

fn init(vm: &mut Vm, m: Ref<PyModule>) -> PyResult<()> {
    vm.add_functions(m, FUNCTIONS);
    let mode = vm.config.check_pycs.clone();
    let v = vm.new_str(if mode.is_empty() { "default" } else { &mode });
    vm.add_constant(m, "check_hash_based_pycs", v);
    // Other opcodes, another number; the high half is that of every magic number.
    let own = (vm.hooks.intrinsic)(vm, "bytecode_magic", &[])?;
    let magic = as_i64(own).unwrap_or(0) | 0x0a0d_0000;
    vm.add_constant(m, "pyc_magic_number_token", Value::from_i32(magic as i32));
    Ok(())
}

fn lock_count(vm: &mut Vm) -> i64 {
    vm.state_get("_imp.lock").and_then(as_i64).unwrap_or(0)
}

fn lock_held(vm: &mut Vm, _: &[Value]) -> PyResult {
    Ok(Value::bool(lock_count(vm) > 0))
}

fn acquire_lock(vm: &mut Vm, _: &[Value]) -> PyResult {
    let n = lock_count(vm) + 1;
    let n = vm.new_int(n);
    vm.state_set("_imp.lock", n);
    Ok(Value::NONE)
}

fn release_lock(vm: &mut Vm, _: &[Value]) -> PyResult {
    let n = lock_count(vm);
    if n == 0 {
        return Err(vm.runtime_error("not holding the import lock"));
    }
    let n = vm.new_int(n - 1);
    vm.state_set("_imp.lock", n);
    Ok(Value::NONE)
}

fn extension_suffixes(vm: &mut Vm, _: &[Value]) -> PyResult {
    Ok(vm.new_list(&[]))
}

fn find_native(vm: &Vm, name: &[u8]) -> Option<ModuleDef> {
    vm.native_modules
        .iter()
        .find(|d| d.name.as_bytes() == name)
        .copied()
}

fn is_builtin(vm: &mut Vm, args: &[Value]) -> PyResult {
    let name = str_arg(vm, args[0], "is_builtin() argument")?;
    if matches!(name.bytes(), b"sys" | b"builtins") {
        return Ok(Value::from_i32(-1));
    }
    Ok(Value::from_i32(
        find_native(vm, name.bytes()).is_some() as i32
    ))
}

const FROZEN: [&str; 2] = ["_frozen_importlib", "_frozen_importlib_external"];

fn frozen_name(vm: &mut Vm, v: Value, what: &str) -> PyResult<bool> {
    let name = str_arg(vm, v, what)?;
    Ok(FROZEN.iter().any(|f| f.as_bytes() == name.bytes()))
}

fn is_frozen(vm: &mut Vm, args: &[Value]) -> PyResult {
    frozen_name(vm, args[0], "is_frozen() argument").map(Value::bool)
}

fn is_frozen_package(vm: &mut Vm, args: &[Value]) -> PyResult {
    if frozen_name(vm, args[0], "is_frozen_package() argument")? {
        return Ok(Value::FALSE);
    }
    Err(no_such_frozen(vm, args[0]))
}

fn no_such_frozen(vm: &mut Vm, name: Value) -> Raised {
    match vm.repr_text(name) {
        Ok(text) => {
            let message = vm.new_str(&format!("No such frozen object named {text}"));
            vm.raise_with(ids::IMPORT_ERROR, &[message])
        }
        Err(r) => r,
    }
}

fn find_frozen(vm: &mut Vm, args: &[Value]) -> PyResult {
    if !frozen_name(vm, args[0], "find_frozen() argument 1")? {
        return Ok(Value::NONE);
    }
    let name = args[0]
        .cast::<PyStr>()
        .map_or(String::new(), |s| s.text_lossy());
    let original = name.replace(
        "_frozen_importlib_external",
        "importlib._bootstrap_external",
    );
    let original = vm.new_str(&original.replace("_frozen_importlib", "importlib._bootstrap"));
    Ok(vm.new_tuple(&[Value::NONE, Value::FALSE, original]))
}

fn get_frozen_object(vm: &mut Vm, args: &[Value]) -> PyResult {
    if frozen_name(vm, args[0], "get_frozen_object() argument 1")? {
        return (vm.hooks.intrinsic)(vm, "frozen_code", &args[..1]);
    }
    Err(no_such_frozen(vm, args[0]))
}

fn init_frozen(vm: &mut Vm, args: &[Value]) -> PyResult {
    str_arg(vm, args[0], "init_frozen() argument")?;
    Ok(Value::NONE)
}

/// A new native module `name`, filled; `None` if there is no such module.
pub fn make_native(vm: &mut Vm, name: &[u8]) -> PyResult<Option<Ref<PyModule>>> {
    let Some(def) = find_native(vm, name) else {
        return Ok(None);
    };
    let dict = PyDict::new(vm);
    let ty = vm.builtin_type(ids::MODULE);
    let module = PyModule::new_instance(vm, ty, dict);
    let text = vm.intern(def.name).value();
    dict.set_text(vm, "__name__", text);
    for name in ["__doc__", "__loader__", "__spec__"] {
        dict.set_text(vm, name, Value::NONE);
    }
    let package = vm.empty_str().value();
    dict.set_text(vm, "__package__", package);
    (def.init)(vm, module)?;
    Ok(Some(module))
}

fn create_builtin(vm: &mut Vm, args: &[Value]) -> PyResult {
    let name = vm.get_attr_text(args[0], "name")?;
    let Some(name) = name.cast::<PyStr>() else {
        let name = vm.type_name(name);
        return Err(vm.type_error(format!("name must be string, not {name}")));
    };
    if matches!(name.bytes(), b"sys" | b"builtins")
        && let Some(modules) = vm.modules_dict()
    {
        let key = vm.intern_str(name);
        if let Some(m) = modules.get_interned(key.value()) {
            return Ok(m);
        }
    }
    Ok(make_native(vm, name.bytes())?.map_or(Value::NONE, Value::from))
}

fn exec_builtin(_: &mut Vm, _: &[Value]) -> PyResult {
    Ok(Value::from_i32(0))
}

fn create_dynamic(vm: &mut Vm, args: &[Value]) -> PyResult {
    let name = vm.get_attr_text(args[0], "name")?;
    let text = vm.str(name)?.text_lossy();
    let message = vm.new_str(&format!("extension modules are not supported: {text}"));
    Err(vm.raise_with(ids::IMPORT_ERROR, &[message]))
}

fn fix_co_filename(vm: &mut Vm, args: &[Value]) -> PyResult {
    let Some(code) = args[0].cast::<PyCode>() else {
        let name = vm.type_name(args[0]);
        return Err(vm.type_error(format!(
            "_fix_co_filename() argument 1 must be code, not {name}"
        )));
    };
    let path = str_arg(vm, args[1], "_fix_co_filename() argument 2")?;
    let old = code.filename.get();
    if !vm.equal(old, path.value())? {
        rename(code, old, path.value());
    }
    Ok(Value::NONE)
}

/// Gives `code` and the code objects in its constants that come from the same file a new file name.
fn rename(code: Ref<PyCode>, old: Value, new: Value) {
    if code.filename.get() != old {
        return;
    }
    code.filename.set(code, new);
    let Some(consts) = code.consts.get() else {
        return;
    };
    for i in 0..consts.len() {
        if let Some(inner) = consts.get(i).cast::<PyCode>() {
            rename(inner, old, new);
        }
    }
}

fn source_hash(vm: &mut Vm, args: &[Value]) -> PyResult {
    let key = c_long(vm, args[0])? as u64;
    let data = skein_runtime::builtins::str_codec::bytes_of(vm, args[1])?;
    Ok(vm.new_bytes(&siphash13(key, 0, &data).to_le_bytes()))
}

/// SipHash-1-3, which PEP 552 uses for hash-based pycs.
fn siphash13(k0: u64, k1: u64, data: &[u8]) -> u64 {
    let mut v = [
        k0 ^ 0x736f_6d65_7073_6575,
        k1 ^ 0x646f_7261_6e64_6f6d,
        k0 ^ 0x6c79_6765_6e65_7261,
        k1 ^ 0x7465_6462_7974_6573,
    ];
    let absorb = |m: u64, v: &mut [u64; 4]| {
        v[3] ^= m;
        sip_round(v);
        v[0] ^= m;
    };
    let mut chunks = data.chunks_exact(8);
    for c in &mut chunks {
        let mut word = [0; 8];
        word.copy_from_slice(c);
        absorb(u64::from_le_bytes(word), &mut v);
    }
    let mut last = (data.len() as u64) << 56;
    for (i, b) in chunks.remainder().iter().enumerate() {
        last |= (*b as u64) << (8 * i);
    }
    absorb(last, &mut v);
    v[2] ^= 0xff;
    for _ in 0..3 {
        sip_round(&mut v);
    }
    v[0] ^ v[1] ^ v[2] ^ v[3]
}

fn sip_round(v: &mut [u64; 4]) {
    v[0] = v[0].wrapping_add(v[1]);
    v[2] = v[2].wrapping_add(v[3]);
    v[1] = v[1].rotate_left(13) ^ v[0];
    v[3] = v[3].rotate_left(16) ^ v[2];
    v[0] = v[0].rotate_left(32);
    v[2] = v[2].wrapping_add(v[1]);
    v[0] = v[0].wrapping_add(v[3]);
    v[1] = v[1].rotate_left(17) ^ v[2];
    v[3] = v[3].rotate_left(21) ^ v[0];
    v[2] = v[2].rotate_left(32);
}

fn override_setting(_: &mut Vm, _: &[Value]) -> PyResult {
    Ok(Value::NONE)
}

fn frozen_names(vm: &mut Vm, _: &[Value]) -> PyResult {
    let list = PyList::new(vm);
    for name in FROZEN {
        let v = vm.new_str(name);
        list.push(vm, v);
    }
    Ok(list.value())
}
