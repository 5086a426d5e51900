//! Removes another implementation's marks from a copy of CPython's `Lib/test`.
//!
//! The freshest copy of the 3.14 tests at hand is the one RustPython carries; decorators with "TODO: RUSTPYTHON" in them say what
//! that implementation fails. Ours are in `tests/conformance/expectations.json`, never in test files, so those decorators go. Only a
//! temporary copy is changed.

const MARK: &str = "TODO: RUSTPYTHON";

/// `source` without marked decorators: those that hold the mark on one of their lines, and those right below a comment line with it.
#[must_use]
pub fn strip(source: &str) -> String {
    if !source.contains(MARK) {
        return source.to_owned();
    }
    let lines: Vec<&str> = source.split_inclusive('\n').collect();
    let mut out = String::with_capacity(source.len());
    let mut i = 0;
    while i < lines.len() {
        let text = lines[i].trim_start();
        if text.starts_with("@unittest.")
            || text.starts_with("@skip")
            || text.starts_with("@expectedFailure")
        {
            let end = decorator_end(&lines, i);
            let marked_above =
                i > 0 && lines[i - 1].trim_start().starts_with('#') && lines[i - 1].contains(MARK);
            if !marked_above && !lines[i..end].iter().any(|line| line.contains(MARK)) {
                lines[i..end].iter().for_each(|line| out.push_str(line));
            } else if let Some(after) = override_end(&lines, end) {
                // A method that is there only to carry the mark, which may be all that its class has.
                let alone = lines[..i].iter().rev().find(|l| !l.trim().is_empty());
                let next = lines[after..].iter().find(|l| !l.trim().is_empty());
                let indent = |l: &str| l.len() - l.trim_start().len();
                if alone.is_some_and(|l| l.trim_start().starts_with("class "))
                    && next.is_none_or(|l| indent(l) < indent(lines[i]))
                {
                    out.push_str(&" ".repeat(indent(lines[i])));
                    out.push_str("pass\n");
                }
                i = after;
                continue;
            }
            i = end;
        } else {
            out.push_str(lines[i]);
            i += 1;
        }
    }
    out
}

/// Index after a method at `start` that only calls its own name on `super()`.
fn override_end(lines: &[&str], start: usize) -> Option<usize> {
    let head = lines.get(start)?.trim();
    let (name, _) = head
        .trim_start_matches("async ")
        .strip_prefix("def ")?
        .split_once('(')?;
    let body = lines.get(start + 1)?.trim();
    let call = body.strip_prefix("return ").unwrap_or(body);
    let call = call.strip_prefix("await ").unwrap_or(call);
    call.starts_with(&format!("super().{name}("))
        .then_some(start + 2)
}

/// Index after the decorator that starts at `start`: it goes on while parentheses are open. Parentheses inside its string
/// arguments balance in practice; the limit keeps one odd string from swallowing a file.
fn decorator_end(lines: &[&str], start: usize) -> usize {
    let mut open = 0i32;
    for (i, line) in lines.iter().enumerate().skip(start).take(12) {
        open += line.matches('(').count() as i32 - line.matches(')').count() as i32;
        if open <= 0 {
            return i + 1;
        }
    }
    start + 1
}

#[cfg(test)]
mod tests {
    use super::strip;

    #[test]
    fn only_marked_decorators_go() {
        let source = "\
class T:
    @unittest.expectedFailure  # TODO: RUSTPYTHON
    @cpython_only
    def test_a(self): pass
    # TODO: RUSTPYTHON
    @unittest.expectedFailure
    def test_b(self): pass
    @unittest.skipIf(sys.platform == 'x',
                     'TODO: RUSTPYTHON; (hangs)')
    def test_c(self): pass
    @unittest.skip('slow')
    def test_d(self): pass
    @unittest.expectedFailure  # TODO: RUSTPYTHON
    def test_e(self):
        return super().test_e()
";
        let expected = "\
class T:
    @cpython_only
    def test_a(self): pass
    # TODO: RUSTPYTHON
    def test_b(self): pass
    def test_c(self): pass
    @unittest.skip('slow')
    def test_d(self): pass
";
        assert_eq!(strip(source), expected);
    }
}
