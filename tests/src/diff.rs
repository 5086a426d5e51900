//! A line difference for failure messages.
//!
//! Longest common subsequence over lines, after cutting equal ends; test outputs are short, so the quadratic table does not matter. Long
//! equal stretches are folded.

const CONTEXT: usize = 3;
const MOST_LINES: usize = 2000;

/// What became of a line.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Mark {
    Same,
    Expected,
    Got,
}

/// Shows how `got` differs from `expected`; `-` lines are missing, `+` lines are unexpected. Bytes that are no UTF-8 are escaped.
#[must_use]
pub fn lines(expected: &[u8], got: &[u8]) -> String {
    let expected = printable(expected);
    let got = printable(got);
    let old: Vec<&str> = expected.split('\n').take(MOST_LINES).collect();
    let new: Vec<&str> = got.split('\n').take(MOST_LINES).collect();
    let script = compare(&old, &new);
    let near = |i: usize| {
        let from = i.saturating_sub(CONTEXT);
        let to = (i + CONTEXT + 1).min(script.len());
        script[from..to].iter().any(|(mark, _)| *mark != Mark::Same)
    };
    let mut out = String::new();
    let mut folded = false;
    for (i, (mark, line)) in script.iter().enumerate() {
        let sign = match mark {
            Mark::Same if !near(i) => {
                folded = true;
                continue;
            }
            Mark::Same => ' ',
            Mark::Expected => '-',
            Mark::Got => '+',
        };
        if std::mem::take(&mut folded) {
            out.push_str("  ...\n");
        }
        out.push(sign);
        out.push(' ');
        out.push_str(line);
        out.push('\n');
    }
    out
}

fn printable(bytes: &[u8]) -> String {
    match std::str::from_utf8(bytes) {
        Ok(text) => text.to_owned(),
        Err(_) => bytes
            .split_inclusive(|&b| b == b'\n')
            .map(|line| line.escape_ascii().to_string() + "\n")
            .collect(),
    }
}

fn compare<'a>(old: &[&'a str], new: &[&'a str]) -> Vec<(Mark, &'a str)> {
    let head = old.iter().zip(new).take_while(|(a, b)| a == b).count();
    let tail = old[head..]
        .iter()
        .rev()
        .zip(new[head..].iter().rev())
        .take_while(|(a, b)| a == b)
        .count();
    let (a, b) = (&old[head..old.len() - tail], &new[head..new.len() - tail]);
    // table[i][j]: length of the longest common subsequence of a[i..] and b[j..]
    let mut table = vec![vec![0u32; b.len() + 1]; a.len() + 1];
    for i in (0..a.len()).rev() {
        for j in (0..b.len()).rev() {
            table[i][j] = if a[i] == b[j] {
                table[i + 1][j + 1] + 1
            } else {
                table[i + 1][j].max(table[i][j + 1])
            };
        }
    }
    let mut script: Vec<(Mark, &str)> =
        old[..head].iter().map(|line| (Mark::Same, *line)).collect();
    let (mut i, mut j) = (0, 0);
    while i < a.len() || j < b.len() {
        if i < a.len() && j < b.len() && a[i] == b[j] {
            script.push((Mark::Same, a[i]));
            (i, j) = (i + 1, j + 1);
        } else if j == b.len() || (i < a.len() && table[i + 1][j] >= table[i][j + 1]) {
            script.push((Mark::Expected, a[i]));
            i += 1;
        } else {
            script.push((Mark::Got, b[j]));
            j += 1;
        }
    }
    script.extend(
        old[old.len() - tail..]
            .iter()
            .map(|line| (Mark::Same, *line)),
    );
    script
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shows_changed_lines_with_context() {
        let old = "1\n2\n3\n4\n5\n6\n7\n8\n9\n";
        let new = "1\n2\n3\n4\nfive\n6\n7\n8\n9\n";
        assert_eq!(
            lines(old.as_bytes(), new.as_bytes()),
            "  ...\n  2\n  3\n  4\n- 5\n+ five\n  6\n  7\n  8\n"
        );
        assert_eq!(lines(b"a\n", b"a\n"), "");
    }
}
