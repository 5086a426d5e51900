//! `_thread._local`: an object whose attributes are each thread's own; and `stackless.ext.local`: each tasklet's own.
//!
//! The attributes of a thread are a dict, found by the thread's identifier. A thread that meets the object for the first
//! time gets an empty one, and `__init__` is called there with the arguments that the object was made with. The attributes
//! of a tasklet are kept with the tasklet, by a number that the object has for that.

use skein_runtime::builtins::args::{class, items};
use skein_runtime::builtins::weakref;
use skein_runtime::object::attr::Found;
use skein_runtime::prelude::*;
use skein_runtime::tasklet::tasklet::extra;
use skein_runtime::tasklet::threads;

struct Local {
    /// Dicts by thread identifier.
    dicts: RefSlot<PyDict>,
    args: Slot,
    kwargs: Slot,
    /// By which number tasklets know it; 0: attributes are threads'.
    number: usize,
}

impl NativeData for Local {
    fn trace(&self, t: &mut Tracer) {
        t.visit(self.dicts.value());
        t.visit_slot(&self.args);
        t.visit_slot(&self.kwargs);
    }
}

const METHODS: &[NativeDef] = &[
    new_method(new),
    slot("__getattribute__", getattribute),
    slot("__setattr__", setattr),
    slot("__delattr__", delattr),
];

const TASKLET_METHODS: &[NativeDef] = &[
    new_method(new_of_tasklets),
    slot("__getattribute__", getattribute),
    slot("__setattr__", setattr),
    slot("__delattr__", delattr),
];

const GETSETS: &[GetSetDef] = &[getter(
    "__dict__",
    |vm, v| Ok(own_dict(vm, v)?.value()),
    "Local-data dictionary",
)];

/// Makes the type.
pub fn make_type(vm: &mut Vm) -> Ref<PyType> {
    vm.new_native_type(
        "_local",
        "_thread",
        None,
        Kind::Native,
        tflag::BASETYPE | tflag::HAS_WEAKREF,
        METHODS,
        GETSETS,
        "Thread-local data",
    )
}

/// Makes the type whose attributes are each tasklet's own.
pub fn make_tasklet_type(vm: &mut Vm) -> Ref<PyType> {
    vm.new_native_type(
        "local",
        "stackless.ext",
        None,
        Kind::Native,
        tflag::BASETYPE | tflag::HAS_WEAKREF,
        TASKLET_METHODS,
        GETSETS,
        "An object whose attributes are each tasklet's own. In a tasklet that uses it for the first time it is empty, or, in a \
         subclass with an __init__, initialised with the arguments that it was made with.",
    )
}

fn has_init(vm: &mut Vm, ty: Ref<PyType>) -> bool {
    let (object, name) = (vm.builtin_type(ids::OBJECT), vm.names.__init__);
    vm.type_lookup(ty, name) != vm.type_lookup(object, name)
}

fn new(vm: &mut Vm, args: &[Value]) -> PyResult {
    new_local(vm, args, 0)
}

fn new_of_tasklets(vm: &mut Vm, args: &[Value]) -> PyResult {
    const LAST: &str = "stackless.ext.local";
    let last = vm.state_get(LAST).and_then(|v| v.as_small_int());
    let number = last.unwrap_or(0) as usize + 1;
    vm.state_set(LAST, Value::from_usize(number));
    new_local(vm, args, number)
}

fn new_local(vm: &mut Vm, args: &[Value], number: usize) -> PyResult {
    let ty = class(vm, args[0])?;
    let given =
        !items(&args[1]).is_empty() || args[2].cast::<PyDict>().is_some_and(|d| !d.is_empty());
    if given && !has_init(vm, ty) {
        return Err(vm.type_error("Initialization arguments are not supported"));
    }
    let dicts = PyDict::new(vm);
    let state = Local {
        dicts: RefSlot::new(dicts),
        args: Slot::new(args[1]),
        kwargs: Slot::new(args[2]),
        number,
    };
    let this = Native::new(vm, ty, state).value();
    // `__init__` runs anyway in the thread or tasklet that makes the object.
    let (dicts, key) = place(vm, dicts, number);
    let own = PyDict::new(vm).value();
    dicts.insert(vm, key, own)?;
    if number == 0 {
        note(vm, this);
    }
    Ok(this)
}

fn key(vm: &mut Vm) -> Value {
    let ident = vm.thread_ident();
    vm.new_uint(ident)
}

/// The dict in which the attributes' dict is, and by which key.
fn place(vm: &mut Vm, dicts: Ref<PyDict>, number: usize) -> (Ref<PyDict>, Value) {
    if number == 0 {
        return (dicts, key(vm));
    }
    let t = vm.current_tasklet();
    let dicts = match t.extra(extra::LOCALS).cast() {
        Some(dicts) => dicts,
        None => {
            let dicts = PyDict::new(vm);
            vm.set_tasklet_extra(t, extra::LOCALS, dicts.value());
            dicts
        }
    };
    (dicts, Value::from_usize(number))
}

/// The running thread's, or tasklet's, attributes.
fn own_dict(vm: &mut Vm, this: Value) -> PyResult<Ref<PyDict>> {
    let Some((_, local)) = native::<Local>(&this) else {
        let e = vm.wrong_self("__getattribute__", "_thread._local", this);
        return Err(e);
    };
    let (dicts, key) = place(vm, local.dicts.expect(), local.number);
    if let Some(d) = dicts.get(vm, key)?.and_then(|d| d.cast()) {
        return Ok(d);
    }
    let own = PyDict::new(vm);
    dicts.insert(vm, key, own.value())?;
    if local.number == 0 {
        note(vm, this);
    }
    let ty = vm.type_of(this);
    if has_init(vm, ty) {
        let name = vm.names.__init__;
        let init = vm.get_attr(this, name)?;
        let (args, kwargs) = (local.args.get(), local.kwargs.get());
        if let Err(r) = vm.call_dict(init, items(&args), kwargs) {
            // The next try begins again.
            let raised = vm.take_raised();
            dicts.remove(vm, key)?;
            vm.raised.set(raised);
            return Err(r);
        }
    }
    Ok(own)
}

/// Notes that the running thread has to be told apart when it ends.
fn note(vm: &mut Vm, this: Value) {
    let current = vm.threads.current.get();
    let Some((owner, thread)) = threads::thread(&current) else {
        return;
    };
    let locals = match thread.locals.get() {
        Some(locals) => locals,
        None => {
            let locals = PyList::new(vm);
            thread.locals.set(owner, locals);
            locals
        }
    };
    let weak = weakref::new_plain(vm, this);
    locals.push(vm, weak);
}

/// A thread has ended: its attributes go.
///
/// # Errors
/// None of ours; what comparing keys may raise.
pub fn ended(vm: &mut Vm, thread: Value) -> PyResult<()> {
    let Some((_, state)) = threads::thread(&thread) else {
        return Ok(());
    };
    let key = vm.new_uint(state.ident.get());
    let Some(locals) = state.locals.get() else {
        return Ok(());
    };
    state.locals.clear();
    for i in 0..locals.len() {
        if let Some(this) = weakref::target_of(locals.get(i))
            && let Some((_, local)) = native::<Local>(&this)
        {
            local.dicts.expect().remove(vm, key)?;
        }
    }
    Ok(())
}

fn name_of(vm: &mut Vm, v: Value) -> PyResult<Ref<PyStr>> {
    match v.cast::<PyStr>() {
        Some(s) => Ok(vm.intern_str(s)),
        None => {
            let name = vm.type_name(v);
            Err(vm.type_error(format!("attribute name must be string, not '{name}'")))
        }
    }
}

fn no_attribute(vm: &mut Vm, this: Value, name: Ref<PyStr>) -> Raised {
    let ty = vm.type_of(this);
    let message = format!(
        "'{}' object has no attribute '{}'",
        vm.full_type_name(ty),
        name.text_lossy()
    );
    vm.attribute_error(this, name.value(), message)
}

fn getattribute(vm: &mut Vm, args: &[Value]) -> PyResult {
    let name = name_of(vm, args[1])?;
    let own = own_dict(vm, args[0])?;
    if name == vm.names.__dict__ {
        return Ok(own.value());
    }
    let ty = vm.type_of(args[0]);
    let found = vm.find_attribute(args[0], name);
    if let Found::DataDescriptor(d) = found {
        return vm.descriptor_get(d, args[0], ty);
    }
    if let Some(v) = own.get_interned(name.value()) {
        return Ok(v);
    }
    match found {
        Found::Descriptor(d) | Found::DataDescriptor(d) | Found::Method(d) => {
            vm.descriptor_get(d, args[0], ty)
        }
        Found::Plain(v) | Found::Own(v) => Ok(v),
        Found::Missing => Err(no_attribute(vm, args[0], name)),
    }
}

fn set(vm: &mut Vm, this: Value, name: Value, v: Value) -> PyResult {
    let name = name_of(vm, name)?;
    let own = own_dict(vm, this)?;
    if name == vm.names.__dict__ {
        let ty = vm.type_of(this);
        let message = format!(
            "'{}' object attribute '__dict__' is read-only",
            vm.full_type_name(ty)
        );
        return Err(vm.attribute_error(this, name.value(), message));
    }
    if let Found::DataDescriptor(d) = vm.find_attribute(this, name) {
        vm.descriptor_set(d, this, v)?;
    } else if !v.is_null() {
        own.set_interned(vm, name.value(), v);
    } else if !own.remove_interned(vm, name.value()) {
        return Err(no_attribute(vm, this, name));
    }
    Ok(Value::NONE)
}

fn setattr(vm: &mut Vm, args: &[Value]) -> PyResult {
    set(vm, args[0], args[1], args[2])
}

fn delattr(vm: &mut Vm, args: &[Value]) -> PyResult {
    set(vm, args[0], args[1], Value::NULL)
}
