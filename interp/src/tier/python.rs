//! `skein_jit`: the tracing tier as a Python module. What it tells is what `-X jit-stats` and `-X jit-dump` print.

use super::params::Params;
use super::{TIER, dump, settings};
use skein_jit::opt::Passes;
use skein_measure::json::Json;
use skein_runtime::prelude::*;

/// The native module `skein_jit`.
pub const MODULE: ModuleDef = ModuleDef {
    name: "skein_jit",
    init,
};

static FUNCTIONS: &[NativeDef] = &[
    function(
        "enabled",
        enabled,
        "()",
        "Whether hot loops are compiled, and compiled loops run as machine code.",
    ),
    function(
        "enable",
        enable,
        "()",
        "Compile hot loops from now on. Loops that were compiled before are used again.",
    ),
    function(
        "disable",
        disable,
        "()",
        "Compile nothing more and run everything in the interpreter.",
    ),
    function(
        "parameters",
        parameters,
        "()",
        "Thresholds and limits by name.",
    ),
    function(
        "set",
        set,
        "(name, value, /)",
        "Set a threshold or limit. What it cannot hold is the nearest that it can.",
    ),
    function(
        "set_passes",
        set_passes,
        "(passes, /)",
        "Choose the passes of the optimiser, as -X jit-passes does.",
    ),
    function(
        "stats",
        stats,
        "()",
        "Counts and times (in milliseconds) since the start, as -X jit-stats writes them.",
    ),
    function(
        "traces",
        traces,
        "()",
        "A dict for each compiled trace: where it begins, its size, how often it was left.",
    ),
    function(
        "dump",
        dump_trace,
        "(number, stage='trace', /)",
        "The text of a trace: its operations as compiled ('trace', if the parameter keep_text is 1), or its exits ('snap').",
    ),
];

fn init(vm: &mut Vm, m: Ref<PyModule>) -> PyResult<()> {
    vm.add_functions(m, FUNCTIONS);
    let doc = vm.new_str("The tracing compiler: settings, statistics, compiled traces.");
    m.dict().set_text(vm, "__doc__", doc);
    Ok(())
}

fn enabled(_: &mut Vm, _: &[Value]) -> PyResult {
    Ok(Value::bool(TIER.with_borrow(|t| t.enabled)))
}

fn enable(vm: &mut Vm, _: &[Value]) -> PyResult {
    TIER.with_borrow_mut(|t| t.enabled = true);
    vm.want_soft_loops();
    Ok(Value::NONE)
}

fn disable(_: &mut Vm, _: &[Value]) -> PyResult {
    TIER.with_borrow_mut(|t| t.enabled = false);
    super::abandon("disabled");
    Ok(Value::NONE)
}

/// Names as Python writes them.
fn python_name(name: &str) -> String {
    name.replace('-', "_")
}

fn parameters(vm: &mut Vm, _: &[Value]) -> PyResult {
    let params = TIER.with_borrow(|t| t.params);
    let dict = PyDict::new(vm);
    for (name, value, _) in params.list() {
        let value = integer(vm, value);
        dict.set_text(vm, &python_name(name), value);
    }
    Ok(dict.value())
}

/// An argument that must be text.
fn text(vm: &mut Vm, function: &str, place: u32, v: Value) -> PyResult<String> {
    match v.cast::<PyStr>() {
        Some(s) => Ok(s.text_lossy().to_string()),
        None => {
            let name = vm.type_name(v);
            let message = format!("{function}() argument {place} must be str, not {name}");
            Err(vm.type_error(message))
        }
    }
}

fn set_passes(vm: &mut Vm, args: &[Value]) -> PyResult {
    let names = text(vm, "set_passes", 1, args[0])?;
    match Passes::parse(&names) {
        Ok(passes) => TIER.with_borrow_mut(|t| t.passes = passes),
        Err(why) => return Err(vm.value_error(why)),
    }
    Ok(Value::NONE)
}

fn set(vm: &mut Vm, args: &[Value]) -> PyResult {
    let name = text(vm, "set", 1, args[0])?.replace('_', "-");
    if !Params::default().has(&name) {
        let shown = vm.repr_text(args[0])?;
        return Err(vm.value_error(format!("no such parameter: {shown}")));
    }
    let value = vm.index(args[1])?;
    let number = match as_i64(value) {
        Some(n) => u64::try_from(n).unwrap_or(0),
        None => {
            let text = vm.str(value)?;
            let number = settings::number(&text.text_lossy());
            number.map_err(|why| vm.value_error(why))?
        }
    };
    TIER.with_borrow_mut(|t| t.params.set(&name, number));
    Ok(Value::NONE)
}

fn stats(vm: &mut Vm, _: &[Value]) -> PyResult {
    let stats = TIER.with_borrow_mut(|t| {
        t.take_compiled(true);
        t.describe()
    });
    Ok(value(vm, &stats))
}

fn traces(vm: &mut Vm, _: &[Value]) -> PyResult {
    let traces = TIER.with_borrow_mut(|t| {
        t.take_compiled(true);
        t.describe_traces()
    });
    Ok(value(vm, &traces))
}

fn dump_trace(vm: &mut Vm, args: &[Value]) -> PyResult {
    let number = vm.ssize(args[0])?;
    let stage = match args[1].is_null() {
        true => "trace".to_string(),
        false => text(vm, "dump", 2, args[1])?,
    };
    let text = TIER.with_borrow(|t| {
        let info = usize::try_from(number).ok().and_then(|n| t.traces.get(n));
        let info = info.ok_or_else(|| format!("there is no trace {number}"))?;
        match stage.as_str() {
            "trace" => info.text.clone().ok_or_else(|| {
                "the text of this trace was not kept: set the parameter keep_text to 1".to_string()
            }),
            "snap" => Ok(dump::snapshots(info, &t.exits)),
            _ => Err(format!("there is no stage '{stage}', but trace, snap")),
        }
    });
    match text {
        Ok(text) => Ok(vm.new_str(&text)),
        Err(why) => Err(vm.value_error(why)),
    }
}

fn integer(vm: &mut Vm, n: u64) -> Value {
    match i64::try_from(n) {
        Ok(n) => vm.new_int(n),
        Err(_) => vm.new_bigint(n.into()),
    }
}

/// The Python value that JSON stands for.
fn value(vm: &mut Vm, json: &Json) -> Value {
    match json {
        Json::Null => Value::NONE,
        Json::Bool(b) => Value::bool(*b),
        Json::Int(n) => integer(vm, *n),
        Json::Float(x) => vm.new_float(*x),
        Json::Text(s) => vm.new_str(s),
        Json::List(items) => {
            let list = PyList::new(vm);
            for item in items {
                let item = value(vm, item);
                list.push(vm, item);
            }
            list.value()
        }
        Json::Map(pairs) => {
            let dict = PyDict::new(vm);
            for (key, item) in pairs {
                let item = value(vm, item);
                dict.set_text(vm, key, item);
            }
            dict.value()
        }
    }
}
