//! Methods of `TypeVar`, `ParamSpec`, `TypeVarTuple` and their helpers.

use super::param::{Constant, Lazy, Param, What, default_of, this};
use super::{call_typing, no_default, set_module, union_of, unpack};
use crate::util::{items, native_class};
use skein_runtime::prelude::*;

struct Part {
    origin: Slot,
    is_args: bool,
}

impl NativeData for Part {
    fn trace(&self, t: &mut Tracer) {
        t.visit_slot(&self.origin);
    }
}

struct NoDefault;
impl NativeData for NoDefault {}

const OR: NativeDef = slot("__or__", |vm, a| union_of(vm, a[0], a[1]));
const ROR: NativeDef = slot("__ror__", |vm, a| union_of(vm, a[1], a[0]));
const REPR: NativeDef = slot("__repr__", repr);
const REDUCE: NativeDef = method(
    "__reduce__",
    |vm, a| Ok(this(vm, &a[0])?.1.name.get()),
    "($self, /)",
    "The name, for pickling.",
);
const HAS_DEFAULT: NativeDef = method(
    "has_default",
    has_default,
    "($self, /)",
    "True if there is a default.",
);
const MRO_ENTRIES: NativeDef = method(
    "__mro_entries__",
    mro_entries,
    "($self, bases, /)",
    "Refuses to be a base class.",
);

static TYPEVAR: &[NativeDef] = &[
    static_method(
        "__new__",
        typevar_new,
        "($type, name, *constraints, bound=None, default=NoDefault, covariant=False, contravariant=False, infer_variance=False)",
        NEW_DOC,
    ),
    OR,
    ROR,
    REPR,
    REDUCE,
    HAS_DEFAULT,
    MRO_ENTRIES,
    method(
        "__typing_subst__",
        |vm, a| call_typing(vm, "_typevar_subst", a),
        "($self, arg, /)",
        "The argument in place of the parameter.",
    ),
    method(
        "__typing_prepare_subst__",
        typevar_prepare,
        "($self, alias, args, /)",
        "The arguments, with the default where they end.",
    ),
];

static PARAMSPEC: &[NativeDef] = &[
    static_method(
        "__new__",
        paramspec_new,
        "($type, name, *, bound=None, default=NoDefault, covariant=False, contravariant=False, infer_variance=False)",
        NEW_DOC,
    ),
    OR,
    ROR,
    REPR,
    REDUCE,
    HAS_DEFAULT,
    MRO_ENTRIES,
    method(
        "__typing_subst__",
        |vm, a| call_typing(vm, "_paramspec_subst", a),
        "($self, arg, /)",
        "The argument in place of the parameter.",
    ),
    method(
        "__typing_prepare_subst__",
        |vm, a| call_typing(vm, "_paramspec_prepare_subst", a),
        "($self, alias, args, /)",
        "The arguments made ready.",
    ),
];

static TYPEVARTUPLE: &[NativeDef] = &[
    static_method(
        "__new__",
        typevartuple_new,
        "($type, name, *, default=NoDefault)",
        NEW_DOC,
    ),
    REPR,
    REDUCE,
    HAS_DEFAULT,
    MRO_ENTRIES,
    slot("__iter__", tuple_iter),
    method(
        "__typing_subst__",
        |vm, _| Err(vm.type_error("Substitution of bare TypeVarTuple is not supported")),
        "($self, arg, /)",
        "Refuses.",
    ),
    method(
        "__typing_prepare_subst__",
        |vm, a| call_typing(vm, "_typevartuple_prepare_subst", a),
        "($self, alias, args, /)",
        "The arguments made ready.",
    ),
];

const NAME: GetSetDef = getter(
    "__name__",
    |vm, v| Ok(this(vm, &v)?.1.name.get()),
    "Its name.",
);
const BOUND: GetSetDef = getter(
    "__bound__",
    |vm, v| lazy(vm, v, |p| &p.bound, false),
    "Upper bound.",
);
const DEFAULT: GetSetDef = getter("__default__", default_of, "Default.");
const COVARIANT: GetSetDef = getter(
    "__covariant__",
    |vm, v| Ok(Value::bool(this(vm, &v)?.1.covariant)),
    "Covariant.",
);
const CONTRAVARIANT: GetSetDef = getter(
    "__contravariant__",
    |vm, v| Ok(Value::bool(this(vm, &v)?.1.contravariant)),
    "Contravariant.",
);
const INFER: GetSetDef = getter(
    "__infer_variance__",
    |vm, v| Ok(Value::bool(this(vm, &v)?.1.infer)),
    "Variance is inferred.",
);
const EVALUATE_DEFAULT: GetSetDef = getter(
    "evaluate_default",
    |vm, v| this(vm, &v)?.1.default.evaluator(vm),
    "Function that computes the default.",
);

static TYPEVAR_GETSETS: &[GetSetDef] = &[
    NAME,
    BOUND,
    DEFAULT,
    COVARIANT,
    CONTRAVARIANT,
    INFER,
    EVALUATE_DEFAULT,
    getter(
        "__constraints__",
        |vm, v| lazy(vm, v, |p| &p.constraints, true),
        "Constraints.",
    ),
    getter(
        "evaluate_bound",
        |vm, v| this(vm, &v)?.1.bound.evaluator(vm),
        "Function that computes the bound.",
    ),
    getter(
        "evaluate_constraints",
        |vm, v| this(vm, &v)?.1.constraints.evaluator(vm),
        "Function that computes the constraints.",
    ),
];

static PARAMSPEC_GETSETS: &[GetSetDef] = &[
    NAME,
    BOUND,
    DEFAULT,
    COVARIANT,
    CONTRAVARIANT,
    INFER,
    EVALUATE_DEFAULT,
    getter(
        "args",
        |vm, v| part(vm, v, true),
        "Represents positional arguments.",
    ),
    getter(
        "kwargs",
        |vm, v| part(vm, v, false),
        "Represents keyword arguments.",
    ),
];

static TYPEVARTUPLE_GETSETS: &[GetSetDef] = &[NAME, DEFAULT, EVALUATE_DEFAULT];

macro_rules! part_methods {
    ($is_args:expr) => {
        &[
            static_method(
                "__new__",
                |vm, a| make_part(vm, a[0], a[1], $is_args),
                "($type, origin)",
                NEW_DOC,
            ),
            slot("__repr__", part_repr),
            slot("__eq__", part_eq),
            slot("__hash__", part_hash),
            MRO_ENTRIES,
        ]
    };
}
static PART: &[NativeDef] = part_methods!(true);
static PART_KW: &[NativeDef] = part_methods!(false);

static PART_GETSETS: &[GetSetDef] = &[getter(
    "__origin__",
    |vm, v| Ok(part_this(vm, &v)?.origin.get()),
    "The ParamSpec.",
)];

static CONSTANT: &[NativeDef] = &[
    method(
        "__call__",
        constant_call,
        "($self, format, /)",
        "The value in a format.",
    ),
    slot("__repr__", constant_repr),
];

static NO_DEFAULT: &[NativeDef] = &[
    static_method("__new__", |vm, _| Ok(no_default(vm)), "($type)", NEW_DOC),
    slot("__repr__", |vm, _| Ok(vm.new_str("typing.NoDefault"))),
    method(
        "__reduce__",
        |vm, _| Ok(vm.new_str("NoDefault")),
        "($self, /)",
        "The name, for pickling.",
    ),
];

/// Makes the types.
pub(super) fn install(vm: &mut Vm) {
    let ty = vm.new_native_type(
        "NoDefaultType",
        "typing",
        None,
        Kind::Native,
        0,
        NO_DEFAULT,
        &[],
        "The type of the NoDefault singleton.",
    );
    let v = Native::new(vm, ty, NoDefault).value();
    vm.state_set("_typing.NoDefault", v);
    let own = tflag::HAS_DICT | tflag::HAS_WEAKREF;
    let table: &[(&str, u32, &'static [NativeDef], &'static [GetSetDef], &str)] = &[
        ("TypeVar", own, TYPEVAR, TYPEVAR_GETSETS, "Type variable."),
        (
            "ParamSpec",
            own,
            PARAMSPEC,
            PARAMSPEC_GETSETS,
            "Parameter specification variable.",
        ),
        (
            "TypeVarTuple",
            own,
            TYPEVARTUPLE,
            TYPEVARTUPLE_GETSETS,
            "Type variable tuple.",
        ),
        (
            "ParamSpecArgs",
            tflag::HAS_WEAKREF,
            PART,
            PART_GETSETS,
            "The args for a ParamSpec object.",
        ),
        (
            "ParamSpecKwargs",
            tflag::HAS_WEAKREF,
            PART_KW,
            PART_GETSETS,
            "The kwargs for a ParamSpec object.",
        ),
        (
            "_ConstEvaluator",
            tflag::DISALLOW_INSTANTIATION,
            CONSTANT,
            &[],
            "Evaluator of a known value.",
        ),
    ];
    for (name, flags, methods, getsets, doc) in table {
        let module = match *name {
            "_ConstEvaluator" => "_typing",
            _ => "typing",
        };
        let ty = vm.new_native_type(
            name,
            module,
            None,
            Kind::Native,
            *flags,
            methods,
            getsets,
            doc,
        );
        vm.state_set(&format!("_typing.{name}"), ty.value());
    }
}

fn lazy(vm: &mut Vm, v: Value, field: fn(&Param) -> &Lazy, tuple: bool) -> PyResult {
    let (owner, p) = this(vm, &v)?;
    match field(p).get(vm, owner)? {
        Some(v) => Ok(v),
        None if tuple => Ok(vm.new_tuple(&[])),
        None => Ok(Value::NONE),
    }
}

fn flag(vm: &mut Vm, v: Value) -> PyResult<bool> {
    if v.is_null() { Ok(false) } else { vm.truth(v) }
}

fn checked_name(vm: &mut Vm, v: Value, what: &str) -> PyResult<()> {
    if v.is::<PyStr>() {
        return Ok(());
    }
    let got = vm.type_name(v);
    Err(vm.type_error(format!("{what}() argument 'name' must be str, not {got}")))
}

fn checked_type(vm: &mut Vm, v: Value, message: &str) -> PyResult {
    if v.is_none() {
        return Ok(vm.builtin_type(ids::NONE_TYPE).value());
    }
    if v.is::<PyType>() {
        return Ok(v);
    }
    let text = vm.new_str(message);
    call_typing(vm, "_type_check", &[v, text])
}

/// Variance flags and default, shared by `TypeVar` and `ParamSpec`; `flags` are the three keyword arguments.
fn variance(vm: &mut Vm, p: &mut Param, default: Value, flags: &[Value]) -> PyResult<()> {
    p.covariant = flag(vm, flags[0])?;
    p.contravariant = flag(vm, flags[1])?;
    p.infer = flag(vm, flags[2])?;
    if p.covariant && p.contravariant {
        return Err(vm.value_error("Bivariant types are not supported."));
    }
    if p.infer && (p.covariant || p.contravariant) {
        return Err(vm.value_error("Variance cannot be specified with infer_variance."));
    }
    set_given_default(vm, p, default);
    Ok(())
}

fn set_given_default(vm: &mut Vm, p: &mut Param, default: Value) {
    if !default.is_null() && default != no_default(vm) {
        p.default = Lazy::new(default, Value::NULL);
    }
}

/// A parameter with a bound; arguments as those of [`typevar_new`].
fn bounded(vm: &mut Vm, what: What, args: &[Value]) -> PyResult<Param> {
    let mut p = Param::new(what, args[1]);
    variance(vm, &mut p, args[3], &args[4..7])?;
    if !args[2].is_absent() {
        let bound = checked_type(vm, args[2], "Bound must be a type.")?;
        p.bound = Lazy::new(bound, Value::NULL);
    }
    Ok(p)
}

/// The object, with the module that makes it.
fn finished(vm: &mut Vm, ty: Ref<PyType>, p: Param) -> PyResult {
    let v = Native::new(vm, ty, p).value();
    set_module(vm, v)?;
    Ok(v)
}

/// Arguments: class, name, bound, default, covariant, contravariant, infer_variance, constraints.
fn typevar_new(vm: &mut Vm, args: &[Value]) -> PyResult {
    let ty = native_class(vm, args[0])?;
    checked_name(vm, args[1], "typevar")?;
    let mut p = bounded(vm, What::TypeVar, args)?;
    let constraints = items(&args[7]);
    if constraints.len() == 1 {
        return Err(vm.type_error("A single constraint is not allowed"));
    }
    if !constraints.is_empty() {
        if !args[2].is_absent() {
            return Err(vm.type_error("Constraints cannot be combined with bound=..."));
        }
        let mut checked = ValueVec::new();
        for c in constraints {
            let c = checked_type(
                vm,
                *c,
                "TypeVar(name, constraint, ...): constraints must be types.",
            )?;
            checked.push(&vm.heap, c);
        }
        let all = vm.new_tuple(checked.as_slice());
        p.constraints = Lazy::new(all, Value::NULL);
    }
    finished(vm, ty, p)
}

/// Arguments: class, name, bound, default, covariant, contravariant, infer_variance.
fn paramspec_new(vm: &mut Vm, args: &[Value]) -> PyResult {
    let ty = native_class(vm, args[0])?;
    checked_name(vm, args[1], "paramspec")?;
    let p = bounded(vm, What::ParamSpec, args)?;
    finished(vm, ty, p)
}

fn typevartuple_new(vm: &mut Vm, args: &[Value]) -> PyResult {
    let ty = native_class(vm, args[0])?;
    checked_name(vm, args[1], "typevartuple")?;
    let mut p = Param::new(What::TypeVarTuple, args[1]);
    set_given_default(vm, &mut p, args[2]);
    finished(vm, ty, p)
}

fn repr(vm: &mut Vm, args: &[Value]) -> PyResult {
    let (_, p) = this(vm, &args[0])?;
    let name = vm.str(p.name.get())?;
    let mut out = Vec::new();
    if p.what != What::TypeVarTuple && !p.infer {
        out.push(match (p.covariant, p.contravariant) {
            (true, _) => b'+',
            (_, true) => b'-',
            _ => b'~',
        });
    }
    out.extend_from_slice(name.bytes());
    Ok(vm.new_str_bytes(&out))
}

fn has_default(vm: &mut Vm, args: &[Value]) -> PyResult {
    let (_, p) = this(vm, &args[0])?;
    Ok(Value::bool(
        !p.default.value.get().is_null() || !p.default.evaluate.get().is_null(),
    ))
}

fn mro_entries(vm: &mut Vm, args: &[Value]) -> PyResult {
    let name = vm.type_of(args[0]).name_text();
    let article = "an instance of";
    Err(vm.type_error(format!("Cannot subclass {article} {name}")))
}

fn typevar_prepare(vm: &mut Vm, args: &[Value]) -> PyResult {
    let name = vm.names.__parameters__;
    let params = vm.get_attr(args[1], name)?;
    let given = vm.collect(args[2])?;
    let index = items(&params).iter().position(|p| *p == args[0]);
    match index {
        Some(i) if i < given.len() => Ok(args[2]),
        Some(i) if i == given.len() => {
            let default = default_of(vm, args[0])?;
            if default == no_default(vm) {
                return Ok(args[2]);
            }
            let mut all = given;
            all.push(&vm.heap, default);
            Ok(vm.new_tuple(all.as_slice()))
        }
        // `typing` counts the arguments afterwards and says how many are missing.
        _ => Ok(args[2]),
    }
}

fn tuple_iter(vm: &mut Vm, args: &[Value]) -> PyResult {
    let one = unpack(vm, args[0])?;
    let t = vm.new_tuple(&[one]);
    vm.iter(t)
}

fn make_part(vm: &mut Vm, cls: Value, origin: Value, is_args: bool) -> PyResult {
    let ty = native_class(vm, cls)?;
    Ok(Native::new(
        vm,
        ty,
        Part {
            origin: Slot::new(origin),
            is_args,
        },
    )
    .value())
}

fn part(vm: &mut Vm, v: Value, is_args: bool) -> PyResult {
    let key = if is_args {
        "_typing.ParamSpecArgs"
    } else {
        "_typing.ParamSpecKwargs"
    };
    let ty = super::type_named(vm, key)?.value();
    make_part(vm, ty, v, is_args)
}

fn part_this<'a>(vm: &mut Vm, v: &'a Value) -> PyResult<&'a Part> {
    match native::<Part>(v) {
        Some((_, p)) => Ok(p),
        None => Err(vm.wrong_self("__repr__", "typing.ParamSpecArgs", *v)),
    }
}

fn part_repr(vm: &mut Vm, args: &[Value]) -> PyResult {
    let p = part_this(vm, &args[0])?;
    let origin = p.origin.get();
    let name = match native::<Param>(&origin) {
        Some((_, param)) => vm.str(param.name.get())?.text_lossy(),
        None => vm.repr_text(origin)?,
    };
    let end = if p.is_args { "args" } else { "kwargs" };
    Ok(vm.new_str(&format!("{name}.{end}")))
}

fn part_eq(vm: &mut Vm, args: &[Value]) -> PyResult {
    let a = part_this(vm, &args[0])?;
    match native::<Part>(&args[1]) {
        Some((_, b)) if a.is_args == b.is_args => {
            Ok(Value::bool(vm.equal(a.origin.get(), b.origin.get())?))
        }
        _ => Ok(Value::NOT_IMPLEMENTED),
    }
}

fn part_hash(vm: &mut Vm, args: &[Value]) -> PyResult {
    let p = part_this(vm, &args[0])?;
    let h = vm.hash(p.origin.get())?;
    Ok(vm.new_int(h.wrapping_add(p.is_args as i64)))
}

fn constant<'a>(vm: &mut Vm, v: &'a Value) -> PyResult<&'a Constant> {
    match native::<Constant>(v) {
        Some((_, c)) => Ok(c),
        None => Err(vm.wrong_self("__call__", "_typing._ConstEvaluator", *v)),
    }
}

fn constant_call(vm: &mut Vm, args: &[Value]) -> PyResult {
    let value = constant(vm, &args[0])?.value.get();
    // 4 is annotationlib.Format.STRING.
    if vm.ssize(args[1])? != 4 {
        return Ok(value);
    }
    let f = crate::util::import_attr(vm, "annotationlib", "type_repr")?;
    let Some(t) = value.cast::<PyTuple>() else {
        return vm.call(f, &[value]);
    };
    let mut out = vec![b'('];
    for (i, v) in t.items().iter().enumerate() {
        if i > 0 {
            out.extend_from_slice(b", ");
        }
        let text = vm.call(f, &[*v])?;
        out.extend_from_slice(vm.str(text)?.bytes());
    }
    if t.len() == 1 {
        out.push(b',');
    }
    out.push(b')');
    Ok(vm.new_str_bytes(&out))
}

fn constant_repr(vm: &mut Vm, args: &[Value]) -> PyResult {
    let value = constant(vm, &args[0])?.value.get();
    let text = vm.repr_text(value)?;
    Ok(vm.new_str(&format!("<constevaluator {text}>")))
}
