//! The rules. Each takes a scanned file and returns complaints, one line each, with the place first.

use std::path::Path;

use super::source::Source;

/// Lines a file may have before it is worth splitting; reported, never fatal.
pub const SOFT_LINES: usize = 600;
/// Lines a file may have unless its header says why ("Size: ...").
pub const HARD_LINES: usize = 1000;

/// Where `unsafe` may stand (style: the fence). A folder ends with a slash; a name without an ending covers the file and the folder.
const FENCE: &[&str] = &[
    "runtime/src/value.rs",
    "runtime/src/layout.rs",
    "runtime/src/object/header.rs",
    "runtime/src/heap/",
    "runtime/src/heap.rs",
    "runtime/src/tasklet/stack.rs",
    "runtime/src/helpers",
    "interp/src/vm/run",
    "interp/src/tier/enter",
    // Tests that run machine code.
    "jit/tests/machine/",
    "jit/src/backend/memory.rs",
    "jit/src/backend/exits.rs",
    // wait4 for the costs of a child, and the signals around it.
    "perf/measure/src/child.rs",
    // A tool outside the product: roots for a heap without an interpreter.
    "benches/src/bin/heap.rs",
];

/// The one file that may hold Values in malloc memory, because it registers them with the collector.
const VALUE_HOMES: &[&str] = &["runtime/src/heap/"];

/// Malloc containers and static places; the collector cannot see a Value in them (invariant H1).
const HIDDEN_HOMES: &[&str] = &[
    "Vec<",
    "Box<",
    "Rc<",
    "Arc<",
    "HashMap<",
    "BTreeMap<",
    "HashSet<",
    "SmallVec<",
    "VecDeque<",
];

/// Every rule over one file.
#[must_use]
pub fn check(source: &Source) -> Vec<String> {
    let mut wrong = Vec::new();
    header(source, &mut wrong);
    size(source, &mut wrong);
    fence(source, &mut wrong);
    reasons(source, &mut wrong);
    homes(source, &mut wrong);
    unfinished(source, &mut wrong);
    wrong
}

fn header(source: &Source, wrong: &mut Vec<String>) {
    let first = source.lines.iter().find(|line| !line.starts_with("#!["));
    if !first.is_some_and(|line| line.starts_with("//!")) {
        wrong.push(format!("{}: no `//!` header", source.path.display()));
    }
}

fn size(source: &Source, wrong: &mut Vec<String>) {
    if source.body > HARD_LINES && !source.header().contains("Size:") {
        wrong.push(format!(
            "{}: {} lines; split it or give the reason in its header as `Size: ...`",
            source.path.display(),
            source.body
        ));
    }
}

/// Whether `path` lies inside the fence.
#[must_use]
pub fn inside_fence(path: &Path) -> bool {
    let path = path.to_string_lossy();
    FENCE
        .iter()
        .any(|&allowed| match allowed.strip_suffix(".rs") {
            Some(_) => path == allowed,
            None => path.starts_with(allowed),
        })
}

fn fence(source: &Source, wrong: &mut Vec<String>) {
    if inside_fence(&source.path) {
        return;
    }
    for (number, line) in source
        .code
        .iter()
        .enumerate()
        .filter(|(_, line)| has_word(line, "unsafe"))
    {
        wrong.push(format!(
            "{}:{}: unsafe outside the fence: {}",
            source.path.display(),
            number + 1,
            line.trim()
        ));
    }
}

fn reasons(source: &Source, wrong: &mut Vec<String>) {
    for (i, line) in source.code.iter().enumerate() {
        let opens = line.contains("unsafe {") || line.contains("unsafe impl");
        if opens && !has_reason(source, i) {
            wrong.push(format!(
                "{}:{}: unsafe without `// SAFETY:`",
                source.path.display(),
                i + 1
            ));
        }
    }
}

/// The reason stands on the line or in the comment above the statement; a statement may begin a few lines before the block.
fn has_reason(source: &Source, at: usize) -> bool {
    if source.comments[at].contains("SAFETY:")
        || source
            .comments
            .get(at + 1)
            .is_some_and(|c| c.contains("SAFETY:"))
    {
        return true;
    }
    let mut code_lines = 0;
    for i in (0..at).rev() {
        if source.comments[i].contains("SAFETY:") {
            return true;
        }
        let code = source.code[i].trim();
        let comment_only = code.is_empty() && !source.comments[i].is_empty();
        if !comment_only {
            code_lines += 1;
            if code_lines > 4 || code.is_empty() || code.ends_with('}') {
                return false;
            }
        }
    }
    false
}

fn homes(source: &Source, wrong: &mut Vec<String>) {
    let path = source.path.to_string_lossy();
    let product = ["runtime/", "jit/", "interp/"]
        .iter()
        .any(|part| path.starts_with(part));
    if !product || VALUE_HOMES.iter().any(|home| path.starts_with(home)) {
        return;
    }
    let mut in_thread_local = false;
    for (number, line) in source.body_code() {
        let dense: String = line.chars().filter(|c| !c.is_whitespace()).collect();
        in_thread_local =
            (in_thread_local || dense.contains("thread_local!")) && !dense.starts_with('}');
        let hidden = HIDDEN_HOMES.iter().find(|home| holds_value(&dense, home));
        let global = (in_thread_local || is_static(line)) && has_word(line, "Value");
        if let Some(home) = hidden {
            wrong.push(format!(
                "{path}:{number}: {home}..Value..>: the collector cannot see it (H1)"
            ));
        } else if global {
            wrong.push(format!(
                "{path}:{number}: a Value in a static or thread-local (H1)"
            ));
        }
    }
}

fn is_static(line: &str) -> bool {
    let line = line.trim_start();
    let line = line
        .strip_prefix("pub ")
        .or_else(|| line.strip_prefix("pub(crate) "))
        .unwrap_or(line);
    // `static NAMES: &[(&str, fn(Value))]` holds functions, not values.
    line.starts_with("static ") && !line.contains("fn(")
}

/// Whether the argument list of `home` mentions the type `Value` itself, outside any inner function type.
fn holds_value(dense: &str, home: &str) -> bool {
    let mut rest = dense;
    while let Some(start) = rest.find(home) {
        let named_longer = rest[..start].ends_with(|c: char| c.is_alphanumeric() || c == '_');
        let inner = argument(&rest[start + home.len()..]);
        if !named_longer
            && has_word(inner, "Value")
            && !inner.contains("fn(")
            && !inner.contains("Fn")
        {
            return true;
        }
        rest = &rest[start + home.len()..];
    }
    false
}

/// The text up to the `>` that closes the list, or the whole rest of the line.
fn argument(text: &str) -> &str {
    let mut depth = 1;
    let bytes = text.as_bytes();
    for (i, &b) in bytes.iter().enumerate() {
        match b {
            b'<' => depth += 1,
            b'>' if i > 0 && bytes[i - 1] == b'-' => {}
            b'>' => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return &text[..i];
        }
    }
    text
}

fn unfinished(source: &Source, wrong: &mut Vec<String>) {
    for (number, line) in source.code.iter().enumerate() {
        if line.contains("todo!") || line.contains("unimplemented!") {
            wrong.push(format!(
                "{}:{}: unfinished: {}",
                source.path.display(),
                number + 1,
                line.trim()
            ));
        }
    }
}

/// Whether `word` stands alone in `text`.
#[must_use]
pub fn has_word(text: &str, word: &str) -> bool {
    let part = |c: char| c.is_alphanumeric() || c == '_';
    text.match_indices(word)
        .any(|(i, _)| !text[..i].ends_with(part) && !text[i + word.len()..].starts_with(part))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn complaints(path: &str, text: &str) -> Vec<String> {
        check(&Source::scan(Path::new(path), text))
    }

    #[test]
    fn hidden_values_are_found() {
        for line in [
            "let x: Vec<Value> = y;",
            "a: HashMap<String, Value>,",
            "b: Box<[Value]>,",
            "c: Vec<(u32, Option<Value>)>,",
            "static X: Cell<Value> = z;",
        ] {
            assert_eq!(
                complaints("runtime/src/a.rs", &format!("//! a\n{line}\n")).len(),
                1,
                "{line}"
            );
        }
        for line in [
            "let x: RootVec<Value> = y;",
            "f: Box<dyn Fn(Value) -> Value>,",
            "g: Vec<ValueKind>,",
            "h: &[Value],",
            "// Vec<Value>",
        ] {
            assert_eq!(
                complaints("runtime/src/a.rs", &format!("//! a\n{line}\n")),
                Vec::<String>::new(),
                "{line}"
            );
        }
        assert!(complaints("runtime/src/heap/roots.rs", "//! a\nx: Vec<Value>,\n").is_empty());
    }

    #[test]
    fn unsafe_needs_fence_and_reason() {
        let good = "//! a\n// SAFETY: H5: tested above\nlet x =\n    unsafe { y() };\n";
        assert!(complaints("runtime/src/value.rs", good).is_empty());
        assert_eq!(
            complaints(
                "runtime/src/value.rs",
                "//! a\nfn f() {\n    unsafe { y() }\n}\n"
            )
            .len(),
            1
        );
        assert_eq!(complaints("runtime/src/builtins/int.rs", good).len(), 1);
        assert!(complaints("interp/src/vm/run/arith.rs", good).is_empty());
    }

    #[test]
    fn headers_sizes_and_leftovers() {
        assert_eq!(complaints("a.rs", "fn f() {}\n").len(), 1);
        let long = "fn f() {}\n".repeat(HARD_LINES + 1);
        assert_eq!(complaints("a.rs", &format!("//! a\n{long}")).len(), 1);
        assert!(complaints("a.rs", &format!("//! a. Size: one table.\n{long}")).is_empty());
        assert_eq!(complaints("a.rs", "//! a\nfn f() { todo!() }\n").len(), 1);
    }
}
