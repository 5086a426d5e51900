//! `_suggestions`: the candidate most like a misspelt name ("did you mean").
//!
//! The measure is an edit distance in which changing the case of a letter costs half of another change; lengths are in
//! UTF-8 bytes, as in CPython.

use skein_runtime::prelude::*;

/// The module.
pub const MODULE: ModuleDef = ModuleDef {
    name: "_suggestions",
    init,
};

const MOVE: usize = 2;
const CASE: usize = 1;
const MAX_CANDIDATES: usize = 750;
const MAX_LENGTH: usize = 40;

static FUNCTIONS: &[NativeDef] = &[function(
    "_generate_suggestions",
    generate,
    "(candidates, item, /)",
    "The candidate most like the item, or None if none is near.",
)];

fn init(vm: &mut Vm, m: Ref<PyModule>) -> PyResult<()> {
    vm.add_functions(m, FUNCTIONS);
    Ok(())
}

fn generate(vm: &mut Vm, args: &[Value]) -> PyResult {
    let Some(candidates) = args[0].cast::<PyList>() else {
        return Err(vm.type_error("candidates must be a list"));
    };
    let item = crate::support::str_arg(vm, args[1], "_generate_suggestions() argument 2")?;
    for i in 0..candidates.len() {
        let v = candidates.get(i);
        if !v.is::<PyStr>() {
            let name = vm.type_name(v);
            return Err(vm.type_error(format!(
                "all elements in 'candidates' must be strings, not {name}"
            )));
        }
    }
    Ok(nearest(candidates, item.bytes()))
}

fn nearest(candidates: Ref<PyList>, wrong: &[u8]) -> Value {
    if candidates.len() >= MAX_CANDIDATES {
        return Value::NONE;
    }
    let (mut best, mut best_distance) = (Value::NONE, usize::MAX);
    for i in 0..candidates.len() {
        let v = candidates.get(i);
        let Some(text) = v.cast::<PyStr>() else {
            continue;
        };
        let text = text.bytes();
        if text == wrong {
            continue;
        }
        // A third of the letters may differ, and it must be nearer than what was found.
        let most = ((wrong.len() + text.len() + 3) * MOVE / 6).min(best_distance - 1);
        let d = distance(wrong, text, most);
        if d <= most {
            (best, best_distance) = (v, d);
        }
        if best_distance == 0 {
            break;
        }
    }
    best
}

fn substitution(a: u8, b: u8) -> usize {
    if a == b {
        0
    } else if a.eq_ignore_ascii_case(&b) {
        CASE
    } else {
        MOVE
    }
}

/// The distance of two texts; anything above `most` if it is larger than that.
fn distance<'a>(mut a: &'a [u8], mut b: &'a [u8], most: usize) -> usize {
    let same = a.iter().zip(b).take_while(|(x, y)| x == y).count();
    (a, b) = (&a[same..], &b[same..]);
    let same = a
        .iter()
        .rev()
        .zip(b.iter().rev())
        .take_while(|(x, y)| x == y)
        .count();
    (a, b) = (&a[..a.len() - same], &b[..b.len() - same]);
    if a.is_empty() || b.is_empty() {
        return (a.len() + b.len()) * MOVE;
    }
    if a.len() > MAX_LENGTH || b.len() > MAX_LENGTH {
        return most + 1;
    }
    if b.len() < a.len() {
        (a, b) = (b, a);
    }
    if (b.len() - a.len()) * MOVE > most {
        return most + 1;
    }
    let mut row: Vec<usize> = (1..=a.len()).map(|i| i * MOVE).collect();
    let mut result = 0;
    for (j, y) in b.iter().enumerate() {
        let mut diagonal = j * MOVE;
        result = diagonal;
        let mut least = usize::MAX;
        for (x, cell) in a.iter().zip(&mut row) {
            let changed = diagonal + substitution(*x, *y);
            diagonal = *cell;
            let moved = result.min(diagonal) + MOVE;
            result = changed.min(moved);
            *cell = result;
            least = least.min(result);
        }
        if least > most {
            return most + 1;
        }
    }
    result
}
