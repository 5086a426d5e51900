//! `sub`, `subn`, templates.

use super::engine::{Text, UNSET};
use super::matches::new_match;
use super::pattern::{Pattern, this as pattern_of};
use super::search::{Kind, Searcher, Subject, on_text, registers};
use crate::util::{self, items, state_type};
use skein_runtime::prelude::*;

/// A parsed replacement: literal, then pairs of group number and literal.
pub struct Template {
    parts: Slot,
}

impl NativeData for Template {
    fn trace(&self, t: &mut Tracer) {
        t.visit_slot(&self.parts);
    }
}

/// `_sre.template(pattern, template)`: the template object for what `parse_template` made.
pub fn template(vm: &mut Vm, args: &[Value]) -> PyResult {
    let p = pattern_of(vm, &args[0])?;
    let groups = p.groups;
    let Some(list) = args[1].cast::<PyList>() else {
        return Err(vm.type_error("template() argument 2 must be list"));
    };
    let parts = list.to_vec(vm);
    for (i, v) in parts.as_slice().iter().enumerate() {
        let fine = if i % 2 == 0 {
            v.is::<PyStr>() || v.is::<PyBytes>()
        } else {
            as_i64(*v).is_some_and(|n| n >= 0 && n as usize <= groups)
        };
        if !fine {
            return Err(vm.type_error("invalid template"));
        }
    }
    if parts.len() % 2 == 0 {
        return Err(vm.type_error("invalid template"));
    }
    let parts = vm.new_tuple(parts.as_slice());
    let ty = state_type(vm, "_sre.SRE_Template")?;
    Ok(Native::new(
        vm,
        ty,
        Template {
            parts: Slot::new(parts),
        },
    )
    .value())
}

/// A replacement as a template object, or as it is if it has no backslashes and groups.
pub fn compile_template(vm: &mut Vm, pattern: Value, replacement: Value) -> PyResult {
    let literal = match (replacement.cast::<PyStr>(), replacement.cast::<PyBytes>()) {
        (Some(s), _) => !s.bytes().contains(&b'\\'),
        (_, Some(b)) => !b.bytes().contains(&b'\\'),
        _ => !util::is_buffer(vm, replacement),
    };
    if literal {
        return Ok(replacement);
    }
    let f = util::import_attr(vm, "re", "_compile_template")?;
    // Unhashable buffers cannot be keys of the template cache.
    let replacement = if replacement.is::<PyStr>() || replacement.is::<PyBytes>() {
        replacement
    } else {
        let copy = util::buffer(vm, replacement)?;
        vm.new_bytes(&copy)
    };
    let t = vm.call(f, &[pattern, replacement])?;
    match native::<Template>(&t) {
        Some((_, template)) => {
            let parts = template.parts.get();
            Ok(match items(&parts) {
                [literal] => *literal,
                _ => t,
            })
        }
        None => Err(vm.type_error("invalid template")),
    }
}

fn push_text(vm: &mut Vm, v: Value, is_str: bool, out: &mut Vec<u8>) -> PyResult<()> {
    if let (Some(s), true) = (v.cast::<PyStr>(), is_str) {
        out.extend_from_slice(s.bytes());
        return Ok(());
    }
    if !is_str && !v.is::<PyStr>() && util::is_buffer(vm, v) {
        out.extend_from_slice(&util::buffer(vm, v)?);
        return Ok(());
    }
    let name = vm.type_name(v);
    Err(vm.type_error(if is_str {
        format!("expected str instance, {name} found")
    } else {
        format!("expected a bytes-like object, {name} found")
    }))
}

/// Appends a template's text for one match.
pub fn expand_into(
    vm: &mut Vm,
    template: &Value,
    subject: &Subject,
    regs: &[usize],
    out: &mut Vec<u8>,
) -> PyResult<()> {
    let Some((_, t)) = native::<Template>(template) else {
        return Ok(());
    };
    let parts = t.parts.get();
    let (text, bytes) = (subject.data.cast::<PyStr>(), subject.data.cast::<PyBytes>());
    let all: &[u8] = match (&text, &bytes) {
        (Some(s), _) => s.bytes(),
        (_, Some(b)) => b.bytes(),
        _ => &[],
    };
    for (i, v) in items(&parts).iter().enumerate() {
        if i % 2 == 0 {
            push_text(vm, *v, subject.is_str, out)?;
        } else if let Some(n) = as_i64(*v)
            && let Some([a, b]) = regs.get(n as usize * 2..n as usize * 2 + 2)
            && *a != UNSET
        {
            out.extend_from_slice(&all[*a..*b]);
        }
    }
    Ok(())
}

enum Filter {
    Literal(Value),
    Template(Value),
    Call(Value),
}

/// `Pattern.sub`
pub fn sub(vm: &mut Vm, args: &[Value]) -> PyResult {
    Ok(substitute(vm, args)?.0)
}

/// `Pattern.subn`
pub fn subn(vm: &mut Vm, args: &[Value]) -> PyResult {
    let (v, n) = substitute(vm, args)?;
    Ok(vm.new_tuple(&[v, Value::from_usize(n)]))
}

fn substitute(vm: &mut Vm, args: &[Value]) -> PyResult<(Value, usize)> {
    let (pattern, replacement) = (args[0], args[1]);
    let p = pattern_of(vm, &pattern)?;
    let count = util::ssize_or(vm, args[3], 0)?;
    let filter = if vm.is_callable(replacement) {
        Filter::Call(replacement)
    } else {
        let t = compile_template(vm, pattern, replacement)?;
        if native::<Template>(&t).is_some() {
            Filter::Template(t)
        } else {
            Filter::Literal(t)
        }
    };
    let subject = Subject::new(vm, p, args[2])?;
    let to = subject.offset(vm, subject.len);
    let mut out = Vec::new();
    let n = on_text!(&subject, to, text => replace_in(vm, p, pattern, &subject, text, &filter, count, &mut out)?);
    if n == 0 {
        return Ok((subject.slice(vm, 0, to), 0));
    }
    let v = if subject.is_str {
        vm.new_str_bytes(&out)
    } else {
        vm.new_bytes(&out)
    };
    Ok((v, n))
}

#[allow(clippy::too_many_arguments)]
fn replace_in<T: Text>(
    vm: &mut Vm,
    p: &Pattern,
    pattern: Value,
    subject: &Subject,
    text: T,
    filter: &Filter,
    count: i64,
    out: &mut Vec<u8>,
) -> PyResult<usize> {
    let mut s = Searcher::new(p, text);
    let (mut at, mut last, mut must_advance, mut n) = (0, 0, false, 0);
    while count <= 0 || (n as i64) < count {
        let Some((a, b)) = s.find(vm, at, Kind::Search, must_advance)? else {
            break;
        };
        out.extend_from_slice(&text.bytes()[last..a]);
        match filter {
            Filter::Literal(v) => push_text(vm, *v, subject.is_str, out)?,
            Filter::Template(t) => {
                let regs = registers(&s, a, b);
                expand_into(vm, t, subject, &regs, out)?;
            }
            Filter::Call(f) => {
                let regs = registers(&s, a, b);
                let m = new_match(
                    vm,
                    pattern,
                    subject,
                    regs,
                    s.machine.last_index,
                    0,
                    subject.len,
                )?;
                let v = vm.call(*f, &[m])?;
                if !v.is_none() {
                    push_text(vm, v, subject.is_str, out)?;
                }
            }
        }
        n += 1;
        last = b;
        (at, must_advance) = (b, a == b);
    }
    if n > 0 {
        out.extend_from_slice(&text.bytes()[last..]);
    }
    Ok(n)
}
