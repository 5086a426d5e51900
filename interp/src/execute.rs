//! `compile`, `exec`, `eval`, and the other services that the runtime asks the interpreter for by name.

use crate::ast::{self, ONLY_AST};
use crate::vm::run::cx::{generator_frame_pointer, set_header};
use crate::vm::run::ret::{Action, ret};
use crate::vm::{call, class, code, frames, import, jump, trace};
use skein_compiler::bytecode::decode::{Instruction, Operand};
use skein_compiler::errors::{NO_END, SyntaxError, SyntaxErrorKind, Warning, WarningCategory};
use skein_compiler::source::Source;
use skein_compiler::{Compiled, Mode, Options, parse};
use skein_runtime::builtins::cell::PyCell;
use skein_runtime::builtins::code::PyCode;
use skein_runtime::builtins::exception::PyException;
use skein_runtime::builtins::exception_syntax;
use skein_runtime::builtins::function::PyFunction;
use skein_runtime::builtins::generator::PyGenerator;
use skein_runtime::prelude::*;
use skein_runtime::soft::Soft;
use skein_runtime::tasklet::stack::{Frame, at};
use skein_runtime::vm::Hooks;
use std::cell::Cell;

/// What the interpreter offers the runtime.
pub fn hooks() -> Hooks {
    Hooks {
        call_function: call::hook_call_function,
        resume: crate::vm::generator::hook_resume,
        position,
        live_registers,
        watch_drops: crate::vm::run::watched::begin,
        switch: crate::vm::switch::hook_switch,
        intrinsic,
    }
}

fn position(vm: &Vm, code: Ref<PyCode>, word: u32) -> Option<(u32, u32, i32, i32)> {
    let p = skein_compiler::positions::lookup(code.positions.expect().bytes(), word as usize)?;
    if vm.config.no_debug_ranges {
        return Some((p.line, p.line, -1, -1));
    }
    Some((p.line, p.end_line, p.col as i32, p.end_col as i32))
}

/// Temporaries are used like a stack: those behind the operands of the present instruction are dead.
fn live_registers(frame: Frame) -> usize {
    let code = frame.code();
    let words: Vec<u64> = code.words.expect().bytes()[..code.word_count as usize * 8]
        .chunks_exact(8)
        .skip(frame.lasti() as usize)
        .take(4)
        .map(|w| u64::from_le_bytes(w.try_into().unwrap_or_default()))
        .collect();
    let all = code.nregs as usize;
    let Ok(instruction) = Instruction::decode(&words, 0) else {
        return all;
    };
    let end = instruction.operands.iter().map(|o| match *o {
        Operand::Dest(r) | Operand::Reg(r) => usize::from(r) + 1,
        Operand::Run(r, n) => usize::from(r) + n as usize,
        _ => 0,
    });
    let end = end.max().unwrap_or(0);
    let variables = code.free_base as usize + code.freevars.expect().len();
    if end > variables { end.min(all) } else { all }
}

/// Compiles source to a code object.
pub fn compile(
    vm: &mut Vm,
    source: &[u8],
    filename: Value,
    opts: &Options,
) -> PyResult<Ref<PyCode>> {
    let file = filename
        .cast::<PyStr>()
        .map(|s| s.bytes().to_vec())
        .unwrap_or_default();
    let source = match decode(vm, source, &file)? {
        Ok(source) => source,
        Err(e) => return Err(raise_syntax_error(vm, &e, None, filename)),
    };
    let compiled = skein_compiler::compile_source(&source, &file, opts);
    finish(vm, compiled, &source, filename)
}

/// Shows what a compilation warns about and makes the code object, or raises its error.
fn finish(
    vm: &mut Vm,
    compiled: Result<Compiled, SyntaxError>,
    source: &Source,
    filename: Value,
) -> PyResult<Ref<PyCode>> {
    match compiled {
        Ok(compiled) => {
            warn_all(vm, &compiled.warnings, source, filename)?;
            Ok(code::from_unit(vm, &compiled.code, filename))
        }
        Err(e) => {
            warn_all(vm, &e.warnings, source, filename)?;
            Err(raise_syntax_error(vm, &e, Some(source), filename))
        }
    }
}

/// Decodes source; charsets that the compiler does not know are looked up in `codecs`.
pub(crate) fn decode(
    vm: &mut Vm,
    source: &[u8],
    file: &[u8],
) -> PyResult<Result<Source, SyntaxError>> {
    let file = String::from_utf8_lossy(file);
    let wanted = Cell::new(None);
    let found = Source::from_bytes_with(source, Some(&file), &|name, _| {
        wanted.set(Some(name.to_owned()));
        None
    });
    let Some(name) = wanted.take() else {
        return Ok(found);
    };
    let (bytes, encoding) = (vm.new_bytes(source), vm.new_str(&name));
    let text = match vm.call_method(bytes, "decode", &[encoding]) {
        Ok(text) => text,
        Err(_) if vm.clear_raised_if(ids::LOOKUP_ERROR) => return Ok(found),
        Err(r) => return Err(r),
    };
    let text = text.cast::<PyStr>().map(|s| s.text_lossy());
    Ok(Source::from_bytes_with(source, Some(&file), &|_, _| {
        text.clone().map(Ok)
    }))
}

fn warn_all(vm: &mut Vm, warnings: &[Warning], source: &Source, filename: Value) -> PyResult<()> {
    for w in warnings {
        let Err(r) = warn(vm, w, filename) else {
            continue;
        };
        if w.category == WarningCategory::Syntax && vm.clear_raised_if(ids::SYNTAX_WARNING) {
            let error = w.clone().into_error(source);
            return Err(raise_syntax_error(vm, &error, None, filename));
        }
        return Err(r);
    }
    Ok(())
}

fn warn(vm: &mut Vm, w: &Warning, filename: Value) -> PyResult<()> {
    let Some(module) = vm.warnings_module() else {
        return Ok(());
    };
    let id = match w.category {
        WarningCategory::Syntax => ids::SYNTAX_WARNING,
        WarningCategory::Deprecation => ids::DEPRECATION_WARNING,
    };
    let explicit = vm.names.warn_explicit;
    let Some(f) = vm.try_get_attr(module, explicit)? else {
        return Ok(());
    };
    let text = vm.new_str(&w.msg);
    let category = vm.builtin_type(id).value();
    vm.call(
        f,
        &[text, category, filename, Value::from_usize(w.line as usize)],
    )
    .map(|_| ())
}

pub(crate) fn raise_syntax_error(
    vm: &mut Vm,
    e: &SyntaxError,
    source: Option<&Source>,
    filename: Value,
) -> Raised {
    let id = match e.kind {
        SyntaxErrorKind::Syntax => ids::SYNTAX_ERROR,
        SyntaxErrorKind::Indentation => ids::INDENTATION_ERROR,
        SyntaxErrorKind::Tab => ids::TAB_ERROR,
        SyntaxErrorKind::Recursion => return vm.recursion_error(&e.msg),
    };
    let msg = vm.new_str(&e.msg);
    let empty = e.line == 0 && e.msg == "invalid syntax";
    if empty {
        // There is no token that could have a place.
        let (zero, text) = (Value::from_i32(0), vm.empty_str().value());
        let details = vm.new_tuple(&[filename, zero, zero, text, zero, zero]);
        let ty = vm.builtin_type(id);
        return vm.raise_type(ty, &[msg, details]);
    }
    let number = |n: u32| {
        if e.line == 0 {
            Value::NONE
        } else {
            Value::from_usize(n as usize)
        }
    };
    let text = match &e.text {
        Some(_) if e.late => line_of_file(vm, filename, e.line),
        Some(t) => {
            let found = match e.in_file {
                true => line_of_file(vm, filename, e.line),
                false => Value::NONE,
            };
            let end = if e.newline { "\n" } else { "" };
            match found.is_none() {
                true => vm.new_str(&format!("{t}{end}")),
                false => found,
            }
        }
        None => Value::NONE,
    };
    let end_col = match e.end_col {
        NO_END => Value::from_i32(-1),
        n => number(n),
    };
    let details = vm.new_tuple(&[
        filename,
        number(e.line),
        number(e.col),
        text,
        number(e.end_line),
        end_col,
    ]);
    let ty = vm.builtin_type(id);
    let raised = vm.raise_type(ty, &[msg, details]);
    if let (Some((line, col)), Some(source)) = (e.after, source)
        && let Some(error) = vm.raised.get().cast::<PyException>()
    {
        let text = vm.new_str(source.text());
        exception_syntax::keep_metadata(vm, error, line, col, text);
    }
    raised
}

/// A line of a source file with its end, `None` if it cannot be read.
fn line_of_file(vm: &mut Vm, filename: Value, line: u32) -> Value {
    let path = filename.cast::<PyStr>().map(|s| s.bytes().to_vec());
    let found = path.and_then(|p| {
        use std::os::unix::ffi::OsStrExt;
        let data = std::fs::read(std::ffi::OsStr::from_bytes(&p)).ok()?;
        let mut lines = data.split_inclusive(|b| *b == b'\n');
        let text = lines.nth((line as usize).checked_sub(1)?)?;
        Some(String::from_utf8_lossy(text).into_owned())
    });
    found.map_or(Value::NONE, |text| vm.new_str(&text))
}

/// The builtins namespace that code over `globals` sees; it is put into `globals` if missing.
pub fn builtins_for(vm: &mut Vm, globals: Ref<PyDict>) -> Ref<PyDict> {
    let key = vm.names.__builtins__.value();
    let found = globals.get_interned(key);
    match found {
        Some(v) => v
            .cast::<PyDict>()
            .or_else(|| v.cast::<PyModule>().map(|m| m.dict()))
            .unwrap_or_else(|| vm.builtins_dict()),
        None => {
            let d = vm.builtins_dict();
            globals.set_interned(vm, key, d.value());
            d
        }
    }
}

/// Runs a code object with the given namespaces: a nested run.
pub fn run_code(
    vm: &mut Vm,
    code: Ref<PyCode>,
    globals: Ref<PyDict>,
    locals: Value,
    closure: Value,
) -> PyResult {
    let builtins = builtins_for(vm, globals);
    let f = PyFunction::new(vm, code, globals, builtins);
    if !closure.is_absent() {
        f.closure.set(f, closure);
    }
    if code.parameter_count() > 0 {
        return vm.call(f.value(), &[]);
    }
    if code.flags.get() & call::GENERATOR_FLAGS != 0 {
        // Compiled with top-level `await`.
        let made = call::make_generator(vm, f, &[]);
        if let Some(g) = made.cast::<PyGenerator>() {
            set_header(generator_frame_pointer(g), at::LOCALS, locals.bits());
            vm.heap.remember(g.header());
        }
        return Ok(made);
    }
    call::enter_native(vm)?;
    let r = match frames::push(vm, f, code, &[], ret(Action::Exit, 0, 0, 0)) {
        Ok(pc) => {
            set_header(vm.fp.get(), at::LOCALS, locals.bits());
            call::nested(vm, pc)
        }
        Err(r) => Err(r),
    };
    call::leave_native(vm);
    r
}

/// Services by name, with arguments as the calling native function got them.
fn intrinsic(vm: &mut Vm, name: &str, args: &[Value]) -> PyResult {
    let arg = |i: usize| args.get(i).copied().unwrap_or(Value::NULL);
    if let Some(result) = crate::vm::soft::intrinsic(vm, name, args) {
        return result;
    }
    match name {
        "__build_class__" => {
            let Some(bases) = arg(2).cast::<PyTuple>() else {
                return Err(vm.system_error("bad bases"));
            };
            class::build_class(vm, arg(0), arg(1), bases, arg(3).cast())
        }
        "__import__" => {
            let level = arg(4).non_null().unwrap_or(Value::from_i32(0));
            import::import_module(
                vm,
                arg(0),
                arg(1).non_null().unwrap_or(Value::NONE),
                arg(3),
                level,
            )
        }
        "compile" => compile_builtin(vm, args),
        "eval" => exec_eval(vm, args, true),
        "exec" => exec_eval(vm, args, false),
        "getframe" => getframe(vm, arg(0)),
        "frame_object" => getframe(vm, Value::from_i32(0)),
        "settrace" | "setprofile" => {
            trace::set(vm, (name == "setprofile") as usize, arg(0));
            Ok(Value::NONE)
        }
        "retrace" => {
            trace::retrace(vm);
            Ok(Value::NONE)
        }
        "set_lineno" => {
            if let Some(f) = arg(0).cast() {
                jump::set_line(vm, f, arg(1))?;
            }
            Ok(Value::NONE)
        }
        "gettrace" | "getprofile" => Ok(trace::get(vm, (name == "getprofile") as usize)),
        "call_tracing" => trace::call_tracing(vm, arg(0), args.get(1..).unwrap_or_default()),
        "write_unraisable" => {
            let message = arg(1).cast::<PyStr>().map(|s| s.text_lossy().to_string());
            skein_modules::sys::hooks::write_unraisable(vm, message.as_deref(), arg(0));
            Ok(Value::NONE)
        }
        "run_signals" => {
            skein_modules::signal::run_handlers(vm)?;
            Ok(Value::NONE)
        }
        "thread_ended" => {
            skein_modules::thread_local::ended(vm, arg(0))?;
            Ok(Value::NONE)
        }
        "tasklet_frame" => Ok(match arg(0).cast() {
            Some(t) => crate::vm::switch::frame_of(vm, t),
            None => Value::NONE,
        }),
        "detach_frames" => {
            if let Some(t) = arg(0).cast() {
                frames::detach_all(vm, t);
            }
            Ok(Value::NONE)
        }
        "pack_code" => Ok(match arg(0).cast().and_then(crate::vm::packed::pack) {
            Some(data) => vm.new_bytes(&data),
            None => Value::NONE,
        }),
        "unpack_code" => {
            let data = arg(0).cast::<PyBytes>();
            let unit = data.and_then(|d| skein_compiler::bytecode::pack::unpack(d.bytes()));
            Ok(unit.map_or(Value::NONE, |u| code::from_unit(vm, &u, arg(1)).value()))
        }
        "forget_temporaries" => {
            crate::vm::liveness::forget_temporaries(vm);
            Ok(Value::NONE)
        }
        "run_finalizers" => {
            crate::vm::run::poll::run_finalizers(vm);
            Ok(Value::NONE)
        }
        "run_code" => {
            let (Some(c), Some(g)) = (arg(0).cast::<PyCode>(), arg(1).cast::<PyDict>()) else {
                return Err(vm.type_error("run_code(code, globals)"));
            };
            run_code(vm, c, g, g.value(), Value::NULL)
        }
        "bytecode_magic" => Ok(Value::from_i32(i32::from(
            skein_compiler::bytecode::Op::MAGIC,
        ))),
        _ => match name.strip_prefix("pickle.") {
            Some(service) => crate::vm::pickling::service(vm, service, args),
            None => {
                Err(vm.not_implemented_error(format!("the interpreter does not offer '{name}'")))
            }
        },
    }
}

fn getframe(vm: &mut Vm, depth: Value) -> PyResult {
    let mut left = as_i64(depth).unwrap_or(0).max(0);
    let mut frame = vm.visible_frame();
    while left > 0 && frame.is_some() {
        frame = frame.and_then(|f| f.visible_caller());
        left -= 1;
    }
    match frame {
        Some(f) => Ok(frames::frame_object(vm, f).value()),
        None => Err(vm.value_error("call stack is not deep enough")),
    }
}

/// Text of a source argument: str, bytes-like.
pub(crate) fn source_bytes(vm: &mut Vm, v: Value, what: &str) -> PyResult<Vec<u8>> {
    if let Some(s) = v.cast::<PyStr>() {
        if s.as_utf8().is_none() {
            let encode = vm.intern("encode");
            let f = vm.get_attr(v, encode)?;
            vm.call(f, &[])?;
        }
        let mut text = b"\xef\xbb\xbf".to_vec();
        text.extend_from_slice(s.bytes());
        return Ok(text);
    }
    if let Some(b) = v.cast::<PyBytes>() {
        return Ok(b.bytes().to_vec());
    }
    if let Some(b) = v.cast::<PyByteArray>() {
        return Ok(b.to_vec());
    }
    if let Some(data) = skein_runtime::builtins::str_codec::buffer_bytes(vm, v)? {
        return Ok(data.into_vec());
    }
    let other = if what == "compile()" { "AST" } else { "code" };
    Err(vm.type_error(format!(
        "{what} arg 1 must be a string, bytes or {other} object"
    )))
}

const ALLOW_INCOMPLETE: i64 = 0x4000;
/// All that `compile()` knows: nested scopes, its own flags, and those of the future imports.
const KNOWN_FLAGS: i64 = 0x1fe_f610;
const DONT_IMPLY_DEDENT: i64 = 0x200;
const TOP_LEVEL_AWAIT: i64 = 0x2000;
/// `co_flags` and compile flag of `from __future__ import annotations`.
pub const FUTURE_ANNOTATIONS: i64 = 0x100_0000;
/// The same of `barry_as_FLUFL`.
pub const FUTURE_BARRY: i64 = 0x40_0000;

/// Flags of the code that runs, of which the future imports hold for what it compiles.
fn inherited_flags(vm: &Vm) -> i64 {
    vm.visible_frame()
        .map_or(0, |f| i64::from(f.code().flags.get()))
}

fn compile_builtin(vm: &mut Vm, args: &[Value]) -> PyResult {
    let arg = |i: usize| args.get(i).copied().unwrap_or(Value::NULL);
    let Some(mode) = arg(2).cast::<PyStr>() else {
        let name = vm.arg_type_name(arg(2));
        return Err(vm.type_error(format!("compile() argument 'mode' must be str, not {name}")));
    };
    let flags = if arg(3).is_null() {
        0
    } else {
        vm.ssize(arg(3))?
    };
    let optimize = if arg(5).is_null() {
        -1
    } else {
        vm.ssize(arg(5))?
    };
    if flags & !KNOWN_FLAGS != 0 {
        return Err(vm.value_error("compile(): unrecognised flags"));
    }
    if !(-1..=2).contains(&optimize) {
        return Err(vm.value_error("compile(): invalid optimize value"));
    }
    let only_ast = flags & ONLY_AST != 0;
    let (mode, parse_mode) = match mode.bytes() {
        b"exec" => (Mode::Exec, parse::Mode::Exec),
        b"eval" => (Mode::Eval, parse::Mode::Eval),
        b"single" => (Mode::Single, parse::Mode::Single),
        b"func_type" if only_ast => (Mode::Eval, parse::Mode::FuncType),
        b"func_type" => {
            return Err(vm.value_error("compile() mode 'func_type' requires flag PyCF_ONLY_AST"));
        }
        _ if only_ast => {
            return Err(
                vm.value_error("compile() mode must be 'exec', 'eval', 'single' or 'func_type'")
            );
        }
        _ => return Err(vm.value_error("compile() mode must be 'exec', 'eval' or 'single'")),
    };
    let filename = match arg(1).cast::<PyBytes>() {
        Some(b) => vm.new_str_bytes(b.bytes()),
        None => fs_path(vm, arg(1))?,
    };
    let inherit = arg(4).is_null() || !vm.truth(arg(4))?;
    let inherited = match inherit {
        true => inherited_flags(vm) | flags,
        false => flags,
    };
    let text = arg(0);
    let mut tree = None;
    if ast::import::is_node(vm, text)? {
        if parse_mode != parse::Mode::FuncType {
            ast::import::check_mode(vm, text, mode)?;
        }
        if only_ast {
            return Ok(text);
        }
        tree = Some(ast::import::import(vm, text, mode)?);
    }
    let opts = Options {
        mode,
        optimize: if optimize < 0 {
            vm.config.optimize
        } else {
            optimize.min(2) as u8
        },
        future_annotations: inherited & FUTURE_ANNOTATIONS != 0,
        flufl: inherited & FUTURE_BARRY != 0,
        dont_imply_dedent: flags & DONT_IMPLY_DEDENT != 0,
        top_level_await: flags & TOP_LEVEL_AWAIT != 0,
    };
    let file = filename
        .cast::<PyStr>()
        .map(|s| s.bytes().to_vec())
        .unwrap_or_default();
    if let Some((tree, places)) = tree {
        let compiled = skein_compiler::compile_ast(&tree, &places, &file, &opts);
        return finish(vm, compiled, &places, filename).map(Value::from);
    }
    let source = source_bytes(vm, text, "compile()")?;
    if only_ast {
        return match ast::parse(vm, &source, &file, parse_mode) {
            Ok(tree) => tree,
            Err(e) if e.incomplete && flags & ALLOW_INCOMPLETE != 0 => {
                Err(vm.raise(ids::INCOMPLETE_INPUT_ERROR, "incomplete input"))
            }
            Err(e) => Err(raise_syntax_error(vm, &e, None, filename)),
        };
    }
    if flags & ALLOW_INCOMPLETE != 0
        && let Err(e) = skein_compiler::compile(&source, &file, &opts)
        && e.incomplete
    {
        return Err(vm.raise(ids::INCOMPLETE_INPUT_ERROR, "incomplete input"));
    }
    compile(vm, &source, filename, &opts).map(Value::from)
}

fn fs_path(vm: &mut Vm, v: Value) -> PyResult {
    if v.is::<PyStr>() {
        return Ok(v);
    }
    let name = vm.names.__fspath__;
    match vm.call_special(v, name, &[])? {
        Some(p) => Ok(p),
        None => {
            let name = vm.type_name(v);
            Err(vm.type_error(format!(
                "expected str, bytes or os.PathLike object, not {name}"
            )))
        }
    }
}

/// Checks the `closure` argument of `exec()` against the number of free variables.
fn check_closure(vm: &mut Vm, is_code: bool, frees: usize, closure: Value) -> PyResult<()> {
    if closure.is_absent() && frees == 0 {
        return Ok(());
    }
    if !is_code {
        return Err(vm.type_error("closure can only be used when source is a code object"));
    }
    if frees == 0 {
        return Err(vm.type_error("cannot use a closure with this code object"));
    }
    let cells = closure.cast::<PyTuple>();
    let fits = cells.is_some_and(|t| {
        t.items().len() == frees && t.items().iter().all(|c| c.cast::<PyCell>().is_some())
    });
    match fits {
        true => Ok(()),
        false => Err(vm.type_error(format!(
            "code object requires a closure of exactly length {frees}"
        ))),
    }
}

fn exec_eval(vm: &mut Vm, args: &[Value], eval: bool) -> PyResult {
    let soft = vm.take_soft();
    let arg = |i: usize| args.get(i).copied().unwrap_or(Value::NULL);
    let what = if eval { "eval()" } else { "exec()" };
    let (globals, mut locals) = (arg(1), arg(2));
    let globals = if globals.is_absent() {
        let Some(frame) = vm.visible_frame() else {
            return Err(vm.system_error("globals do not exist"));
        };
        if locals.is_absent() {
            locals = current_locals(vm)?;
        }
        frame.function().globals.expect()
    } else {
        match globals.cast::<PyDict>() {
            Some(d) => d,
            None => {
                let name = vm.type_name(globals);
                let names = vm.names;
                let mapping = vm.lookup_special(globals, names.__getitem__).is_some();
                return Err(vm.type_error(if eval && mapping {
                    "globals must be a real dict; try eval(code, {}, mapping)".to_string()
                } else if eval {
                    "globals must be a dict".to_string()
                } else {
                    format!("exec() globals must be a dict, not {name}")
                }));
            }
        }
    };
    let names = vm.names;
    if !locals.is_absent() && vm.lookup_special(locals, names.__getitem__).is_none() {
        let name = vm.type_name(locals);
        return Err(vm.type_error(if eval {
            "locals must be a mapping".to_string()
        } else {
            format!("locals must be a mapping or None, not {name}")
        }));
    }
    if locals.is_absent() {
        locals = globals.value();
    }
    builtins_for(vm, globals);
    let code = match arg(0).cast::<PyCode>() {
        Some(c) => c,
        None => {
            let mut source = source_bytes(vm, arg(0), what)?;
            if eval {
                let start = if source.starts_with(b"\xef\xbb\xbf") {
                    3
                } else {
                    0
                };
                let skip = source[start..]
                    .iter()
                    .take_while(|b| matches!(b, b' ' | b'\t'))
                    .count();
                source.drain(start..start + skip);
            }
            let filename = vm.intern("<string>").value();
            let inherited = inherited_flags(vm);
            let opts = Options {
                mode: if eval { Mode::Eval } else { Mode::Exec },
                optimize: vm.config.optimize,
                future_annotations: inherited & FUTURE_ANNOTATIONS != 0,
                flufl: inherited & FUTURE_BARRY != 0,
                dont_imply_dedent: false,
                top_level_await: false,
            };
            compile(vm, &source, filename, &opts)?
        }
    };
    let frees = code.freevars.expect().len();
    if eval {
        if frees > 0 {
            let message = "code object passed to eval() may not contain free variables";
            return Err(vm.type_error(message));
        }
        return match soft {
            Some(_) if is_plain(code) => run_softly(vm, soft, code, globals, locals, Value::NULL),
            _ => run_code(vm, code, globals, locals, Value::NULL),
        };
    }
    let closure = arg(3);
    check_closure(vm, arg(0).is::<PyCode>(), frees, closure)?;
    if soft.is_some() && is_plain(code) {
        return run_softly(vm, soft, code, globals, locals, closure);
    }
    run_code(vm, code, globals, locals, closure)?;
    Ok(Value::NONE)
}

/// True for code of a module or expression: neither a function's nor a coroutine's.
fn is_plain(code: Ref<PyCode>) -> bool {
    const NEW_LOCALS: u32 = 2;
    code.flags.get() & (call::GENERATOR_FLAGS | NEW_LOCALS) == 0
}

/// As [`run_code`], in a frame that takes the calling native's place.
fn run_softly(
    vm: &mut Vm,
    soft: Option<Soft>,
    code: Ref<PyCode>,
    globals: Ref<PyDict>,
    locals: Value,
    closure: Value,
) -> PyResult {
    let builtins = builtins_for(vm, globals);
    let f = PyFunction::new(vm, code, globals, builtins);
    if !closure.is_absent() {
        f.closure.set(f, closure);
    }
    vm.soft.word.set(soft.map_or(0, |s| s.word()));
    crate::vm::soft::run_with_locals(vm, f, locals)
}

fn current_locals(vm: &mut Vm) -> PyResult {
    let f = vm.builtins_dict().get_text(vm, "locals");
    match f {
        Some(f) => vm.call(f, &[]),
        None => Err(vm.system_error("locals do not exist")),
    }
}
