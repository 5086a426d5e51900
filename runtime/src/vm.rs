//! `Vm`: one isolated virtual machine. It owns the heap, the shapes, the builtin types and everything else that other
//! systems keep in globals (D12), and is passed as `&mut Vm` to all that may run Python.

use crate::builtins::bytes::PyBytes;
use crate::builtins::dict::PyDict;
use crate::builtins::function::PyFunction;
use crate::builtins::generator::PyGenerator;
use crate::builtins::module::PyModule;
use crate::builtins::tuple::PyTuple;
use crate::error::PyResult;
use crate::heap::roots::{RootCell, RootVec};
use crate::heap::{Heap, RootSource, Tracer};
use crate::object::attr_cache::AttrCache;
use crate::object::header::Ref;
use crate::object::intern::Interner;
use crate::object::names::Names;
use crate::object::native_def::{NativeDef, TypeDef};
use crate::object::shape::{ShapeTable, ids};
use crate::object::types::{MethodCache, PyType};
use crate::tasklet::scheduler::Scheduler;
use crate::tasklet::stack::{Frame, StackChunk};
use crate::tasklet::tasklet::{PyTasklet, tasklet_flag};
use crate::tasklet::threads::Threads;
use crate::value::Value;
use std::cell::Cell;
use std::collections::HashMap;
use std::rc::Rc;

/// How a generator is entered.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Resume {
    /// `send(v)`; `next()` sends `None`.
    Send,
    /// `throw(exception)`.
    Throw,
}

/// What a generator did.
#[derive(Clone, Copy, Debug)]
pub enum GenStep {
    /// It yielded this.
    Yielded(Value),
    /// It returned this.
    Returned(Value),
}

/// What the interpreter offers the runtime: calls upwards in the crate graph.
#[derive(Clone, Copy)]
pub struct Hooks {
    /// Calls a Python function in a nested run of the loop.
    pub call_function: fn(&mut Vm, Ref<PyFunction>, &[Value], Option<Ref<PyTuple>>) -> PyResult,
    /// Resumes a generator, coroutine or async generator in a nested run of the loop.
    pub resume: fn(&mut Vm, Ref<PyGenerator>, Resume, Value) -> PyResult<GenStep>,
    /// Source line of an instruction: (code, word index) -> (line, end line, column, end column); columns are UTF-8 offsets, -1: unknown.
    pub position: fn(&Vm, Ref<crate::builtins::code::PyCode>, u32) -> Option<(u32, u32, i32, i32)>,
    /// How many leading registers of a frame can still be read, given the instruction it is at.
    pub live_registers: fn(Frame) -> usize,
    /// An object with a finaliser, or a weak reference to an object of a Python class, was made: drops matter from now on.
    pub watch_drops: fn(&mut Vm),
    /// Parks the native stack and lets the scheduler's target run; gives the value with which the caller goes on.
    pub switch: fn(&mut Vm) -> PyResult,
    /// `builtins.__build_class__` and others that only the interpreter can do, by name.
    pub intrinsic: fn(&mut Vm, &str, &[Value]) -> PyResult,
}

/// A virtual machine.
pub struct Vm {
    /// The heap.
    pub heap: Heap,
    /// All shapes.
    pub shapes: ShapeTable,
    pub(crate) builtin_types: Vec<Ref<PyType>>,
    pub(crate) interner: Interner,
    /// Interned identifiers.
    pub names: Names,
    pub(crate) method_cache: MethodCache,
    /// What attribute instructions found, for all of them.
    pub attr_cache: AttrCache,
    pub(crate) last_type_version: u32,
    pub(crate) last_keys_version: u32,
    pub(crate) hash_key: (u64, u64),
    pub(crate) empty_tuple: RootCell,
    /// An array of what is shared: strings of one ASCII character, `''`, and from [`PyBytes::SHARED`] on the bytes objects of
    /// one byte, and `b''`.
    pub(crate) ascii_chars: RootCell,
    /// The exception in flight while a `Raised` is returned.
    pub raised: RootCell,
    /// The interpreter.
    pub hooks: Hooks,
    /// Register 0 of the running frame.
    pub fp: Cell<*mut u64>,
    /// First free word of the running tasklet's top chunk.
    pub stack_top: Cell<*mut u64>,
    /// End of that chunk.
    pub stack_limit: Cell<*mut u64>,
    /// That chunk.
    pub chunk: Cell<Option<Ref<StackChunk>>>,
    /// The running tasklet.
    pub tasklet: RootCell,
    /// The scheduler.
    pub scheduler: Scheduler,
    /// Natives that hand over to Python code.
    pub soft: crate::soft::SoftCalls,
    /// The threads.
    pub threads: Threads,
    /// Values that the next collection keeps: see [`Vm::keep_until_collected`].
    kept: RootVec,
    /// What machine code names.
    pub code_roots: crate::heap::code_roots::CodeRoots,
    /// The running contextvars context; `NULL`: none made yet.
    pub context: RootCell,
    /// Exception handled at the bottom level of the running tasklet (`NULL`: none).
    pub handled: RootCell,
    /// Topmost running generator, whose exception state comes first (`NULL`: none).
    pub handled_top: RootCell,
    /// Python calls in progress on the running tasklet.
    pub depth: Cell<usize>,
    /// `sys.getrecursionlimit()`
    pub recursion_limit: Cell<usize>,
    /// Nested runs of the loop on the native stack.
    pub native_depth: Cell<usize>,
    /// What it cost to look for views of objects to be resized, see [`Vm::is_exported`].
    pub futile_checks: crate::builtins::memoryview::FutileChecks,
    /// Containers in containers that native code is inside of, see [`Vm::nested`].
    pub nesting: Cell<usize>,
    /// Lowest address the native stack may reach before RecursionError.
    pub native_limit: Cell<usize>,
    /// No Python code may run: machine code called a native without writing its frames back, see the interpreter's tier.
    pub python_forbidden: Cell<bool>,
    /// How often variables of running functions were set through their frames' `f_locals`.
    pub locals_written: Cell<u64>,
    /// Something wants attention at the next safe point (signals, finalisers, weakref callbacks, ticks).
    pub attention: std::sync::Arc<std::sync::atomic::AtomicBool>,
    /// `sys.modules`
    pub modules: RootCell,
    /// The `builtins` module's dict.
    pub builtins: RootCell,
    /// The `sys` module's dict.
    pub sys: RootCell,
    /// Values that native modules keep for themselves, by name.
    pub module_state: RootCell,
    /// Native modules that can be imported, by name.
    pub native_modules: Vec<ModuleDef>,
    /// Settings from the command line and environment.
    pub config: Config,
    /// Result of the last nested run of the loop.
    pub run_value: RootCell,
    /// How it ended: 0 returned, 1 yielded, 2 raised.
    pub run_outcome: Cell<u8>,
    /// The loop's handler table in use (set and read by the interpreter only).
    pub dispatch: Cell<*const ()>,
    /// What `heap::eager` calls an object to which a reference was dropped, perhaps the last; 0: none.
    pub dropped: Cell<usize>,
    /// Instructions that ran while drops were watched, less what found objects made up for.
    pub watched: Cell<u32>,
    /// What was left at the end is being finalised, in its own order: nothing else begins to.
    pub closing: Cell<bool>,
    /// The dropped object's shape if it has a finaliser or weak references itself, else 0.
    pub dropped_shape: Cell<u32>,
    /// The library is there: start-up is over.
    pub started: Cell<bool>,
    /// Instructions are counted, see [`Scheduler::budget`].
    pub counting: Cell<bool>,
    /// Trace or profile functions get events now.
    pub tracing: Cell<bool>,
    /// Events of `sys.monitoring` that some tool wants, as bits.
    pub monitored: Cell<u32>,
    /// Trace and profile functions in progress.
    pub trace_depth: Cell<usize>,
    /// The event that the trace function in progress was called for (0: none).
    pub trace_event: Cell<u8>,
    /// Changes whenever a cached finding about some type's attributes may have become wrong.
    pub type_epoch: Cell<u32>,
    /// Counts registrations with abstract base classes, which make their negative answers void.
    pub abc_counter: Cell<i64>,
    /// Which registers a frame needs: found by the interpreter for the serial number of a code object, the word at which
    /// the frame stands, and whether its window is dead.
    pub needed_registers: HashMap<(u32, u32, bool), Option<Rc<[bool]>>>,
    pub(crate) last_code_serial: u32,
    /// State of the interpreter that is Python objects: trace function, profile function, import function.
    pub interp_roots: [RootCell; 4],
    /// Objects whose representation is in progress (`repr` of recursive containers).
    pub repr_stack: RootCell,
}

/// A native module: how to make it.
#[derive(Clone, Copy)]
pub struct ModuleDef {
    /// Its import name.
    pub name: &'static str,
    /// Fills the new module.
    pub init: fn(&mut Vm, Ref<PyModule>) -> PyResult<()>,
}

/// Settings of a `Vm`, mostly `sys.flags` and `sys.argv` material.
#[derive(Clone, Debug, Default)]
pub struct Config {
    /// `sys.argv` as raw bytes.
    pub argv: Vec<Vec<u8>>,
    /// `sys.orig_argv`
    pub orig_argv: Vec<Vec<u8>>,
    /// `sys.executable`
    pub executable: String,
    /// `sys._base_executable`: what a virtual environment was made from.
    pub base_executable: String,
    /// `sys.prefix`
    pub prefix: String,
    /// `sys.base_prefix`: the embedded library pretends to be in its `lib/python3.14`.
    pub base_prefix: String,
    /// `sys.pycache_prefix`
    pub pycache_prefix: Option<Vec<u8>>,
    /// `--check-hash-based-pycs`; empty: default.
    pub check_pycs: String,
    /// `-O` count.
    pub optimize: u8,
    /// `-b` count.
    pub bytes_warning: u8,
    /// `-v` count.
    pub verbose: u8,
    /// `-q`
    pub quiet: bool,
    /// A prompt follows the program: `-i` or `PYTHONINSPECT`.
    pub inspect: bool,
    /// `-i`: standard input counts as a terminal.
    pub interactive: bool,
    /// `-d`
    pub debug: u8,
    /// `-B`
    pub dont_write_bytecode: bool,
    /// `-s`
    pub no_user_site: bool,
    /// `-S`
    pub no_site: bool,
    /// `-E`
    pub ignore_environment: bool,
    /// `-I`
    pub isolated: bool,
    /// `-P`
    pub safe_path: bool,
    /// `-u`
    pub unbuffered: bool,
    /// `-X warn_default_encoding`
    pub warn_default_encoding: bool,
    /// `-X no_debug_ranges`
    pub no_debug_ranges: bool,
    /// `-X faulthandler`
    pub faulthandler: bool,
    /// `-X importtime`
    pub import_time: u8,
    /// `-X cpu_count`; 0: not given.
    pub cpu_count: i32,
    /// `-X dev`
    pub dev_mode: bool,
    /// `-X utf8`
    pub utf8_mode: u8,
    /// `-X int_max_str_digits`
    pub int_max_str_digits: i64,
    /// `-W` options in order.
    pub warn_options: Vec<String>,
    /// `-X` options in order.
    pub x_options: Vec<String>,
    /// `PYTHONHASHSEED`: `None` for random.
    pub hash_seed: Option<u64>,
    /// Initial `sys.path`.
    pub path: Vec<Vec<u8>>,
}

impl Vm {
    /// A machine with the builtin types and no modules yet.
    pub fn new(hooks: Hooks, config: Config) -> Box<Vm> {
        let hash_key = hash_key(config.hash_seed);
        let mut vm = Box::new(Vm {
            heap: Heap::new(crate::heap::Config::from_env()),
            shapes: ShapeTable::default(),
            builtin_types: Vec::new(),
            interner: Interner::default(),
            names: Names::dangling(),
            method_cache: MethodCache::default(),
            attr_cache: AttrCache::default(),
            last_type_version: 0,
            last_keys_version: 0,
            hash_key,
            empty_tuple: RootCell::new(Value::NULL),
            ascii_chars: RootCell::new(Value::NULL),
            raised: RootCell::new(Value::NULL),
            hooks,
            fp: Cell::new(std::ptr::null_mut()),
            stack_top: Cell::new(std::ptr::null_mut()),
            stack_limit: Cell::new(std::ptr::null_mut()),
            chunk: Cell::new(None),
            tasklet: RootCell::new(Value::NULL),
            scheduler: Scheduler::default(),
            soft: Default::default(),
            threads: Threads::default(),
            kept: RootVec::new(),
            code_roots: Default::default(),
            context: RootCell::new(Value::NULL),
            handled: RootCell::new(Value::NULL),
            handled_top: RootCell::new(Value::NULL),
            depth: Cell::new(0),
            recursion_limit: Cell::new(1000),
            native_depth: Cell::new(0),
            futile_checks: Default::default(),
            nesting: Cell::new(0),
            native_limit: Cell::new(0),
            python_forbidden: Cell::new(false),
            locals_written: Cell::new(0),
            attention: Default::default(),
            modules: RootCell::new(Value::NULL),
            builtins: RootCell::new(Value::NULL),
            sys: RootCell::new(Value::NULL),
            module_state: RootCell::new(Value::NULL),
            native_modules: Vec::new(),
            config,
            run_value: RootCell::new(Value::NULL),
            run_outcome: Cell::new(0),
            dispatch: Cell::new(std::ptr::null()),
            dropped: Cell::new(0),
            closing: Cell::new(false),
            started: Cell::new(false),
            watched: Cell::new(u32::MAX),
            dropped_shape: Cell::new(0),
            counting: Cell::new(false),
            tracing: Cell::new(false),
            monitored: Cell::new(0),
            trace_depth: Cell::new(0),
            trace_event: Cell::new(0),
            type_epoch: Cell::new(1),
            abc_counter: Cell::new(0),
            needed_registers: HashMap::new(),
            last_code_serial: 0,
            interp_roots: [const { RootCell::new(Value::NULL) }; 4],
            repr_stack: RootCell::new(Value::NULL),
        });
        vm.bootstrap();
        vm
    }

    fn bootstrap(&mut self) {
        crate::heap::connect(self);
        self.create_builtin_types();
        self.names = Names::new(self);
        let empty = self.heap_empty_tuple();
        self.empty_tuple.set(empty);
        let chars = self.heap.new_array(PyBytes::SHARED + 257);
        for b in 0..128u8 {
            let s = self.intern_bytes(&[b]);
            chars.set(b as usize, s.value());
        }
        let empty = self.intern("");
        chars.set(128, empty.value());
        self.ascii_chars.set(chars.value());
        for b in 0..=255u8 {
            let one = PyBytes::new(self, &[b]);
            chars.set(PyBytes::SHARED + b as usize, one.value());
        }
        let none = PyBytes::new(self, b"");
        chars.set(PyBytes::SHARED + 256, none.value());
        self.finish_builtin_types();
        let (modules, builtins, state) = (PyDict::new(self), PyDict::new(self), PyDict::new(self));
        self.modules.set(modules.value());
        self.builtins.set(builtins.value());
        self.module_state.set(state.value());
        let main = PyTasklet::new_instance(self, self.builtin_type(ids::TASKLET));
        self.tasklet.set(main.value());
        self.scheduler.main.set(main.value());
        main.put(tasklet_flag::STARTED, true);
        self.queue_append(main);
        let chunk = self
            .heap
            .new_stack_chunk(None, 1000)
            .expect("out of memory");
        self.enter_chunk(chunk);
        crate::builtins::install_all(self);
    }

    fn heap_empty_tuple(&mut self) -> Value {
        PyTuple::new_instance(self, self.builtin_type(ids::TUPLE), &[]).value()
    }

    /// A value was stored into a frame other than the running one, which has no barrier: a minor collection may not look
    /// there. It keeps the value, which is old then.
    pub fn keep_until_collected(&mut self, v: Value) {
        self.kept.push(v);
    }
    /// Makes `chunk` the top chunk of the running tasklet.
    pub fn enter_chunk(&mut self, chunk: Ref<StackChunk>) {
        self.stack_top.set(chunk.base());
        self.stack_limit.set(chunk.limit());
        self.chunk.set(Some(chunk));
    }

    /// Makes an older chunk of the running tasklet the top one again; its first `used` words are in use.
    pub fn enter_chunk_at(&self, chunk: Ref<StackChunk>, used: usize) {
        chunk.clean.set(false);
        self.stack_top.set(chunk.base().wrapping_add(used));
        self.stack_limit.set(chunk.limit());
        self.chunk.set(Some(chunk));
    }

    /// The running frame.
    pub fn current_frame(&self) -> Option<Frame> {
        // SAFETY is inside `Frame::at`: fp is 0 or the live running frame.
        crate::helpers::frame_at(self.fp.get())
    }

    /// The innermost frame that programs see: where a native takes what it is not given from.
    pub fn visible_frame(&self) -> Option<Frame> {
        self.current_frame().and_then(Frame::visible)
    }

    /// The `builtins` namespace.
    pub fn builtins_dict(&self) -> Ref<PyDict> {
        self.builtins.get().cast().expect("set at start")
    }

    /// `sys.modules`, if it still is a dict.
    pub fn modules_dict(&self) -> Option<Ref<PyDict>> {
        self.modules.get().cast()
    }

    /// Gives a builtin type its methods and attributes.
    pub fn install_type(&mut self, def: &'static TypeDef) {
        let ty = self.builtin_type(def.id);
        self.install_into_type(ty, def.doc, def.methods, def.getsets);
    }

    /// Gives a type methods and attributes from native tables.
    pub fn install_into_type(
        &mut self,
        ty: Ref<PyType>,
        doc: &str,
        methods: &'static [NativeDef],
        getsets: &'static [crate::object::native_def::GetSetDef],
    ) {
        use crate::object::native_def::Binding;
        let dict = ty.dict();
        for def in methods {
            let key = self.intern(def.name).value();
            let v = match def.binding {
                Binding::Static if def.name == "__new__" => {
                    crate::builtins::builtin::PyBuiltin::new(
                        self,
                        ids::BUILTIN_FUNCTION,
                        def,
                        ty.value(),
                        Value::NULL,
                        Some(ty),
                    )
                    .value()
                }
                Binding::Static => {
                    let f = crate::builtins::builtin::PyBuiltin::new(
                        self,
                        ids::BUILTIN_FUNCTION,
                        def,
                        Value::NULL,
                        Value::NULL,
                        Some(ty),
                    )
                    .value();
                    crate::builtins::wrapper::PyWrapper::new(
                        self,
                        ids::STATICMETHOD,
                        f,
                        Value::NULL,
                        Value::NULL,
                    )
                    .value()
                }
                Binding::Class => crate::builtins::builtin::PyBuiltin::new(
                    self,
                    ids::CLASSMETHOD_DESCRIPTOR,
                    def,
                    Value::NULL,
                    Value::NULL,
                    Some(ty),
                )
                .value(),
                Binding::Method => {
                    let id = if def.is_slot() {
                        ids::WRAPPER_DESCRIPTOR
                    } else {
                        ids::METHOD_DESCRIPTOR
                    };
                    crate::builtins::builtin::PyBuiltin::new(
                        self,
                        id,
                        def,
                        Value::NULL,
                        Value::NULL,
                        Some(ty),
                    )
                    .value()
                }
            };
            dict.set_interned(self, key, v);
        }
        for def in getsets {
            let key = self.intern(def.name).value();
            let v = crate::builtins::getset::PyGetSet::new(self, def, ty).value();
            dict.set_interned(self, key, v);
        }
        let key = self.names.__doc__.value();
        if dict.get_interned(key).is_none() {
            let doc = if doc.is_empty() {
                Value::NONE
            } else {
                self.new_str(doc)
            };
            dict.set_interned(self, key, doc);
        }
        self.type_modified(ty);
    }

    /// Makes a new native type outside the table of builtin types (for native modules).
    pub fn new_native_type(
        &mut self,
        name: &str,
        module: &str,
        base: Option<Ref<PyType>>,
        kind: crate::object::header::Kind,
        flags: u32,
        methods: &'static [NativeDef],
        getsets: &'static [crate::object::native_def::GetSetDef],
        doc: &str,
    ) -> Ref<PyType> {
        use crate::object::types::{TypeInit, tflag};
        let object = self.builtin_type(ids::OBJECT);
        let base = base.unwrap_or(object);
        let dict = PyDict::new(self);
        let name_value = self.intern(name).value();
        let bases = PyTuple::from_slice(self, &[base.value()]);
        let ty = self.alloc_type(TypeInit {
            metatype: None,
            name: name_value,
            bases: Some(bases),
            base: Some(base),
            dict,
            kind,
            flags: flags | tflag::IMMUTABLE | base.flags.get() & tflag::INHERITED,
            builtin_id: 0,
        });
        let mut mro = crate::heap::array::ValueVec::new();
        mro.push(&self.heap, ty.value());
        for t in base.mro.expect().items() {
            mro.push(&self.heap, *t);
        }
        let mro = PyTuple::from_slice(self, mro.as_slice());
        ty.mro.set(ty, mro);
        ty.member_slots.set(base.member_slots.get());
        let module_value = self.intern(module).value();
        let key = self.names.__module__.value();
        dict.set_interned(self, key, module_value);
        self.add_subclass(base, ty);
        self.make_root_shape(ty, None);
        if ty.has(tflag::HAS_DICT) && !base.has(tflag::HAS_DICT) {
            let def = &crate::builtins::object_methods::DICT_GETSET;
            let g = crate::builtins::getset::PyGetSet::new(self, def, ty).value();
            let key = self.names.__dict__.value();
            dict.set_interned(self, key, g);
        }
        self.install_into_type(ty, doc, methods, getsets);
        ty
    }

    /// Adds native functions to a module's namespace.
    pub fn add_functions(&mut self, module: Ref<PyModule>, functions: &'static [NativeDef]) {
        let name = self.names.__name__.value();
        let module_name = module.dict().get_interned(name).unwrap_or(Value::NULL);
        for def in functions {
            let key = self.intern(def.name).value();
            let f = crate::builtins::builtin::PyBuiltin::new(
                self,
                ids::BUILTIN_FUNCTION,
                def,
                module.value(),
                module_name,
                None,
            );
            module.dict().set_interned(self, key, f.value());
        }
    }

    /// Adds a value to a module's namespace.
    pub fn add_constant(&mut self, module: Ref<PyModule>, name: &str, v: Value) {
        module.dict().set_text(self, name, v);
    }

    /// A value that a native module keeps for itself under `key` (by convention `module.name`).
    pub fn state_get(&mut self, key: &str) -> Option<Value> {
        let state: Ref<PyDict> = self.module_state.get().cast()?;
        state.get_text(self, key)
    }

    /// Keeps a value for a native module.
    pub fn state_set(&mut self, key: &str, v: Value) {
        if let Some(state) = self.module_state.get().cast::<PyDict>() {
            state.set_text(self, key, v);
        }
    }
}

/// Special methods that CPython implements as type slots: they show as slot wrappers.
pub(crate) fn is_slot_name(name: &str) -> bool {
    name.starts_with("__")
        && name.ends_with("__")
        && !matches!(
            name,
            "__reduce__"
                | "__reduce_ex__"
                | "__getstate__"
                | "__setstate__"
                | "__sizeof__"
                | "__format__"
                | "__dir__"
                | "__init_subclass__"
                | "__subclasshook__"
                | "__class_getitem__"
                | "__getnewargs__"
                | "__getnewargs_ex__"
                | "__round__"
                | "__trunc__"
                | "__floor__"
                | "__ceil__"
                | "__length_hint__"
                | "__reversed__"
                | "__enter__"
                | "__exit__"
                | "__bytes__"
                | "__complex__"
                | "__copy__"
                | "__deepcopy__"
                | "__prepare__"
                | "__instancecheck__"
                | "__subclasscheck__"
                | "__mro_entries__"
                | "__missing__"
                | "__alloc__"
                | "__aenter__"
                | "__aexit__"
                | "__typing_subst__"
                | "__typing_prepare_subst__"
                | "__set_name__"
                | "__contains_generic__"
        )
}

fn hash_key(seed: Option<u64>) -> (u64, u64) {
    match seed {
        Some(0) => (0, 0),
        Some(seed) => {
            // CPython's generator, so that a seed gives the same hashes.
            let mut x = seed as u32;
            let mut word = || {
                let mut bytes = [0; 8];
                for b in &mut bytes {
                    x = x.wrapping_mul(214_013).wrapping_add(2_531_011);
                    *b = (x >> 16) as u8;
                }
                u64::from_le_bytes(bytes)
            };
            (word(), word())
        }
        None => {
            use std::hash::{BuildHasher, Hasher};
            let r = std::collections::hash_map::RandomState::new();
            (
                r.build_hasher().finish(),
                std::collections::hash_map::RandomState::new()
                    .build_hasher()
                    .finish()
                    ^ std::process::id() as u64,
            )
        }
    }
}

impl Vm {
    /// Visits the roots that are no stacks.
    fn trace_cells(&self, t: &mut Tracer) {
        for ty in &self.builtin_types {
            t.visit(ty.value());
        }
        t.visit(self.interner.root());
        for r in [
            &self.empty_tuple,
            &self.ascii_chars,
            &self.raised,
            &self.tasklet,
            &self.context,
            &self.handled,
            &self.handled_top,
            &self.modules,
            &self.builtins,
            &self.sys,
            &self.module_state,
            &self.soft.dict,
            &self.repr_stack,
            &self.run_value,
        ] {
            t.visit(r.get());
        }
        for r in &self.interp_roots {
            t.visit(r.get());
        }
        self.scheduler.trace(t);
        self.threads.trace(t);
        self.kept.trace(t);
    }
}

impl RootSource for Vm {
    fn trace_live(&self, t: &mut Tracer) {
        self.trace_cells(t);
        let mut at = crate::helpers::frame_at(self.fp.get());
        while let Some(frame) = at {
            t.visit_ambiguous(frame.words((self.hooks.live_registers)(frame)));
            at = frame.caller();
        }
    }
    fn trace_roots(&self, t: &mut Tracer) {
        self.trace_cells(t);
        self.code_roots.trace(t);
        if let Some(c) = self.chunk.get() {
            t.visit(c.value());
        }
        crate::tasklet::tasklet::trace_stack(
            self.chunk.get(),
            self.stack_top.get(),
            t.is_full(),
            t,
        );
        crate::tasklet::tasklet::trace_generators(self.handled_top.get(), t);
    }
    fn shape_object(&self, shape_id: u32) -> Value {
        self.shapes
            .try_get(shape_id)
            .map_or(Value::NULL, Value::from)
    }
    fn keeps(&self, object: Value) -> bool {
        (0..self.kept.len()).any(|i| self.kept.get(i).bits() == object.bits())
    }
    fn needs_finalizer(&self, object: Value) -> bool {
        object
            .cast::<PyGenerator>()
            .is_none_or(|g| g.needs_finalizer())
    }
    fn before_collection(&mut self, full: bool) {
        self.attr_cache.clear();
        if full {
            self.method_cache.clear();
        }
    }
    fn after_collection(&mut self, full: bool, live: &dyn Fn(Value) -> bool) {
        if self.dropped.get() != 0 {
            // The object may be gone.
            self.dropped.set(crate::heap::eager::ANY);
        }
        self.kept.resize(0, Value::NULL);
        self.shapes.retain(full, live);
        self.code_roots.after_collection(live);
        self.method_cache.drop_dead(live);
        // What runs now goes on being written to without barriers.
        let mut running = self.handled_top.get().cast::<PyGenerator>();
        while let Some(g) = running {
            self.heap.remember(g.header());
            running = g.handled_below.get().cast();
        }
        self.attention
            .store(true, std::sync::atomic::Ordering::Relaxed);
    }
}

/// A machine without an interpreter, for tests of this crate: calling Python functions fails.
#[cfg(test)]
pub(crate) fn bare_vm() -> Box<Vm> {
    let hooks = Hooks {
        call_function: |_, _, _, _| Err(crate::error::Raised),
        resume: |_, _, _, _| Err(crate::error::Raised),
        position: |_, _, _| None,
        live_registers: |_| usize::MAX,
        watch_drops: |_| {},
        switch: |_| Err(crate::error::Raised),
        intrinsic: |_, _, _| Err(crate::error::Raised),
    };
    Vm::new(hooks, Config::default())
}
