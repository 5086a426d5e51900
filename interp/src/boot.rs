//! Bringing a `Vm` up: native modules, importlib, the embedded library, streams, `site`.

use crate::execute::{compile, hooks, run_code};
use skein_compiler::{Mode, Options};
use skein_runtime::builtins::code::PyCode;
use skein_runtime::helpers::pages;
use skein_runtime::prelude::*;
use skein_runtime::vm::Config;

/// Where the embedded library pretends to live.
pub fn library_path(config: &Config) -> String {
    format!("{}/lib/python3.14", config.base_prefix)
}

fn exec_options(vm: &Vm) -> Options {
    Options {
        mode: Mode::Exec,
        optimize: vm.config.optimize,
        ..Options::default()
    }
}

/// Makes a machine and initialises everything up to `site`.
pub fn start(config: Config, stack_low: usize) -> (Box<Vm>, PyResult<()>) {
    let mut vm = Vm::new(hooks(), config);
    vm.native_limit.set(stack_low);
    vm.native_modules = skein_modules::all();
    vm.native_modules.extend([
        crate::ast::MODULE,
        crate::symbols::MODULE,
        crate::tier::python::MODULE,
    ]);
    skein_runtime::builtins::functions::install_builtins(&mut vm);
    vm.heap.hold_eager();
    let r = initialise(&mut vm);
    vm.heap.allow_eager();
    (vm, r)
}

fn initialise(vm: &mut Vm) -> PyResult<()> {
    let sys = native_module(vm, "sys")?;
    vm.sys.set(sys.dict().value());
    vm.add_functions(sys, PROMPT_FUNCTIONS);
    skein_modules::signal::start(vm)?;
    native_module(vm, "_imp")?;
    if vm.config.verbose > 0 {
        // importlib reports from its first import on.
        native_module(vm, "_io")?;
        skein_modules::io::init_std_streams(vm)?;
    }
    install_importlib(vm, sys)?;
    install_library_importer(vm)?;
    import(vm, "encodings")?;
    skein_modules::io::init_std_streams(vm)?;
    if vm.config.import_time > 0 {
        let importer = import(vm, "_skein_importer")?;
        vm.call_method(importer, "start_timing", &[])?;
    }
    install_open(vm)?;
    main_module(vm);
    if vm.config.faulthandler {
        let module = import(vm, "faulthandler")?;
        vm.call_method(module, "enable", &[])?;
    }
    if !vm.config.warn_options.is_empty() || vm.config.warn_default_encoding {
        import(vm, "warnings")?;
    }
    let no_site = vm.config.no_site;
    if !no_site {
        import(vm, "site")?;
    }
    vm.started.set(true);
    if crate::tier::is_enabled() {
        vm.want_soft_loops();
    }
    skein_runtime::helpers::image::give_back_pages();
    vm.heap.expect_finalizers_to_last();
    crate::vm::run::watched::allow(vm);
    Ok(())
}

/// What `sys` has because of the interactive prompt.
static PROMPT_FUNCTIONS: &[NativeDef] = &[function(
    "_baserepl",
    crate::cli::prompt::baserepl,
    "()",
    "The interactive prompt without line editing.",
)];

/// The module `__main__`, made if it is not there.
pub fn main_module(vm: &mut Vm) -> Ref<PyModule> {
    if let Some(m) = vm
        .modules_dict()
        .and_then(|d| d.get_text(vm, "__main__"))
        .and_then(|m| m.cast::<PyModule>())
    {
        return m;
    }
    let module = empty_module(vm, "__main__");
    let found = |vm: &mut Vm, name| vm.modules_dict().and_then(|d| d.get_text(vm, name));
    if let Some(builtins) = found(vm, "builtins") {
        module.dict().set_text(vm, "__builtins__", builtins);
    }
    if let Some(bootstrap) = found(vm, "_frozen_importlib") {
        match vm.get_attr_text(bootstrap, "BuiltinImporter") {
            Ok(loader) => module.dict().set_text(vm, "__loader__", loader),
            Err(_) => {
                vm.take_raised();
            }
        }
    }
    module
}

/// State key of the sources that `linecache` fetches when it is imported: tuples (code, source, filename).
const SOURCES: &str = "boot.sources";

/// Keeps the source of code that came from no file, for tracebacks.
pub fn keep_source(vm: &mut Vm, code: Value, source: Value, filename: Value) {
    let register = vm
        .modules_dict()
        .and_then(|d| d.get_text(vm, "linecache"))
        .and_then(|m| vm.get_attr_text(m, "_register_code").ok());
    if let Some(register) = register {
        if vm.call(register, &[code, source, filename]).is_err() {
            vm.take_raised();
        }
        return;
    }
    vm.take_raised();
    let list = match vm.state_get(SOURCES).and_then(|v| v.cast::<PyList>()) {
        Some(list) => list,
        None => {
            let list = PyList::new(vm);
            vm.state_set(SOURCES, list.value());
            list
        }
    };
    let entry = vm.new_tuple(&[code, source, filename]);
    list.push(vm, entry);
}

fn library_sources(vm: &mut Vm, _: &[Value]) -> PyResult {
    let kept = vm.state_get(SOURCES).unwrap_or(Value::NONE);
    let empty = PyList::new(vm);
    vm.state_set(SOURCES, empty.value());
    Ok(if kept.is_none() { empty.value() } else { kept })
}

/// Imports a module by its absolute name.
pub fn import(vm: &mut Vm, name: &str) -> PyResult {
    let n = vm.intern(name).value();
    crate::vm::import::import_module(vm, n, Value::NONE, Value::NULL, Value::from_i32(0))?;
    match vm.modules_dict().and_then(|m| m.get_text(vm, name)) {
        Some(m) => Ok(m),
        None => Err(vm.raise(ids::IMPORT_ERROR, name)),
    }
}

/// Makes a native module and enters it into `sys.modules`.
pub fn native_module(vm: &mut Vm, name: &str) -> PyResult<Ref<PyModule>> {
    let Some(def) = vm.native_modules.iter().find(|d| d.name == name).copied() else {
        return Err(vm.raise(ids::IMPORT_ERROR, &format!("no native module '{name}'")));
    };
    let module = empty_module(vm, name);
    (def.init)(vm, module)?;
    Ok(module)
}

fn empty_module(vm: &mut Vm, name: &str) -> Ref<PyModule> {
    let dict = PyDict::new(vm);
    let module = PyModule::new_instance(vm, vm.builtin_type(ids::MODULE), dict);
    let text = vm.intern(name).value();
    dict.set_text(vm, "__name__", text);
    for key in ["__doc__", "__package__", "__loader__", "__spec__"] {
        dict.set_text(vm, key, Value::NONE);
    }
    if let Some(modules) = vm.modules_dict() {
        modules.set_interned(vm, text, module.value());
    }
    module
}

/// Source of an embedded library file; `SKEIN_LIB` names a folder to read instead.
pub fn library_source(path: &str) -> Option<Vec<u8>> {
    if let Some(dir) = std::env::var_os("SKEIN_LIB") {
        return std::fs::read(std::path::Path::new(&dir).join(path)).ok();
    }
    skein_stdlib::find(path).map(read_once)
}

/// Reads a library file that will hardly be read a second time.
fn read_once(entry: skein_stdlib::Entry) -> Vec<u8> {
    let text = entry.read();
    pages::forget_constants(entry.packed(), skein_stdlib::archive());
    text
}

/// The library's modules, compiled by the build script.
static LIBRARY_CODE: skein_stdlib::Archive =
    skein_stdlib::Archive::new(include_bytes!(concat!(env!("OUT_DIR"), "/library.bin")));

/// Code of an embedded library file, if it was prepared and nothing asks for other code.
fn library_code(vm: &mut Vm, path: &str, filename: Value) -> Option<Ref<PyCode>> {
    if vm.config.optimize != 0 || std::env::var_os("SKEIN_LIB").is_some() {
        return None;
    }
    let data = LIBRARY_CODE.find(path)?.data();
    crate::vm::packed::unpack(vm, &data, filename)
}

fn library_code_for(vm: &mut Vm, args: &[Value]) -> PyResult {
    let path = path_text(vm, args[0])?;
    Ok(library_code(vm, &path, args[1]).map_or(Value::NONE, |c| c.value()))
}

/// Runs an embedded library file as the body of a new module.
fn frozen_module(vm: &mut Vm, name: &str, path: &str) -> PyResult<Ref<PyModule>> {
    let filename = vm.new_str(&format!(
        "<frozen {}>",
        path.trim_end_matches(".py").replace('/', ".")
    ));
    let code = match library_code(vm, path, filename) {
        Some(code) => code,
        None => {
            let Some(source) = library_source(path) else {
                return Err(vm.raise(
                    ids::IMPORT_ERROR,
                    &format!("the embedded library has no {path}"),
                ));
            };
            let opts = exec_options(vm);
            compile(vm, &source, filename, &opts)?
        }
    };
    let module = empty_module(vm, name);
    // FrozenImporter wants to know which module the frozen code was made from.
    let original = vm.new_str(&path.trim_end_matches(".py").replace('/', "."));
    module.dict().set_text(vm, "__origname__", original);
    run_code(vm, code, module.dict(), module.dict().value(), Value::NULL)?;
    Ok(module)
}

fn install_importlib(vm: &mut Vm, sys: Ref<PyModule>) -> PyResult<()> {
    let bootstrap = frozen_module(vm, "_frozen_importlib", "importlib/_bootstrap.py")?;
    let imp = vm
        .modules_dict()
        .and_then(|m| m.get_text(vm, "_imp"))
        .unwrap_or(Value::NONE);
    let install = vm.get_attr_text(bootstrap.value(), "_install")?;
    vm.call(install, &[sys.value(), imp])?;
    let import = vm.get_attr_text(bootstrap.value(), "__import__")?;
    vm.state_set("importlib.__import__", import);
    for name in ["posix", "_codecs", "_io", "_warnings", "marshal", "time"] {
        if vm.native_modules.iter().any(|d| d.name == name) {
            self::import(vm, name)?;
        }
    }
    frozen_module(
        vm,
        "_frozen_importlib_external",
        "importlib/_bootstrap_external.py",
    )?;
    let install = vm.get_attr_text(bootstrap.value(), "_install_external_importers")?;
    vm.call(install, &[])?;
    Ok(())
}

/// Native side of the importer of embedded library files (`_skein_library`).
static LIBRARY_FUNCTIONS: &[NativeDef] = &[
    function(
        "kind",
        library_kind,
        "(path, /)",
        "'file', 'folder' or None for a path inside the embedded library.",
    ),
    function(
        "read",
        library_read,
        "(path, /)",
        "Bytes of an embedded library file.",
    ),
    function(
        "names",
        library_names,
        "(path, /)",
        "Names in an embedded library folder.",
    ),
    function(
        "code",
        library_code_for,
        "(path, filename, /)",
        "Prepared code of an embedded library file, or None.",
    ),
    function(
        "sources",
        library_sources,
        "()",
        "Sources of code that came from no file, as (code, source, filename); they are given once.",
    ),
];

fn path_text(vm: &mut Vm, v: Value) -> PyResult<String> {
    match v.cast::<PyStr>() {
        Some(s) => Ok(s.text_lossy()),
        None => Err(vm.type_error("path must be str")),
    }
}

fn library_kind(vm: &mut Vm, args: &[Value]) -> PyResult {
    let path = path_text(vm, args[0])?;
    Ok(match skein_stdlib::kind(&path) {
        Some(skein_stdlib::Kind::File) => vm.intern("file").value(),
        Some(_) => vm.intern("folder").value(),
        None => Value::NONE,
    })
}

fn library_read(vm: &mut Vm, args: &[Value]) -> PyResult {
    let path = path_text(vm, args[0])?;
    match skein_stdlib::find(&path) {
        Some(e) => Ok(vm.new_bytes(&read_once(e))),
        None => Err(vm.raise(ids::FILE_NOT_FOUND_ERROR, &path)),
    }
}

fn library_names(vm: &mut Vm, args: &[Value]) -> PyResult {
    let path = path_text(vm, args[0])?;
    let list = PyList::new(vm);
    for child in skein_stdlib::list(&path).unwrap_or_default() {
        let s = vm.new_str(child.name);
        list.push(vm, s);
    }
    Ok(list.value())
}

/// Puts the path hook for the embedded library in front of the others.
fn install_library_importer(vm: &mut Vm) -> PyResult<()> {
    let module = empty_module(vm, "_skein_library");
    vm.add_functions(module, LIBRARY_FUNCTIONS);
    let root = library_path(&vm.config);
    let root = vm.new_str(&root);
    module.dict().set_text(vm, "root", root);
    let time = Value::from_i32(i32::from(vm.config.import_time));
    module.dict().set_text(vm, "import_time", time);
    let importer = frozen_module(vm, "_skein_importer", "_skein_importer.py")?;
    let install = vm.get_attr_text(importer.value(), "install")?;
    vm.call(install, &[])?;
    Ok(())
}

/// `builtins.open` is `_io.open`.
fn install_open(vm: &mut Vm) -> PyResult<()> {
    let io = import(vm, "io")?;
    let open = vm.get_attr_text(io, "open")?;
    let builtins = vm.builtins_dict();
    builtins.set_text(vm, "open", open);
    Ok(())
}
