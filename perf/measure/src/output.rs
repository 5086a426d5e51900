//! What programs print: kept in files without a name, compared piece by piece.
//!
//! Outputs can be large, and the process that measures must stay small ([`crate::child`]); a pipe would make the program wait
//! for whoever reads it, or the reader for the program.

use std::fs::File;
use std::io::{Read, Result, Seek, SeekFrom, Write};
use std::os::fd::AsRawFd;
use std::os::unix::fs::{FileExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::atomic::{AtomicU32, Ordering};

/// Bytes compared at a time.
const PIECE: usize = 1 << 16;
/// Bytes shown of a line.
const SHOWN: usize = 300;

/// A path in the folder for temporary files that nobody uses.
#[must_use]
pub fn scratch_path(what: &str) -> PathBuf {
    static NUMBER: AtomicU32 = AtomicU32::new(0);
    let number = NUMBER.fetch_add(1, Ordering::Relaxed);
    let name = format!("skein-{what}-{}-{number}", std::process::id());
    std::env::temp_dir().join(name)
}

/// A file that vanishes with the process.
#[derive(Debug)]
pub struct Output {
    file: File,
}

impl Output {
    /// An empty one.
    ///
    /// # Errors
    /// The folder for temporary files cannot be written.
    pub fn new() -> Result<Output> {
        let path = scratch_path("output");
        let mut options = File::options();
        options.read(true).write(true).create_new(true).mode(0o600);
        let named =
            |e: std::io::Error| std::io::Error::new(e.kind(), format!("{}: {e}", path.display()));
        let file = options.open(&path).map_err(named)?;
        // The open file lives on without its name, so nothing is left behind.
        std::fs::remove_file(&path).map_err(named)?;
        Ok(Output { file })
    }

    /// One with all that `source` gives.
    ///
    /// # Errors
    /// Reading or writing failed.
    pub fn copy_of(source: &mut impl Read) -> Result<Output> {
        let output = Output::new()?;
        std::io::copy(source, &mut &output.file)?;
        Ok(output)
    }

    /// For a child to write to.
    ///
    /// # Errors
    /// There are too many open files.
    pub fn writer(&self) -> Result<Stdio> {
        self.file.try_clone().map(Stdio::from)
    }

    /// For a child to read from the start, however often.
    ///
    /// # Errors
    /// There are too many open files.
    pub fn reader(&self) -> Result<Stdio> {
        // A second descriptor would share the place with the first.
        let path = format!("/proc/self/fd/{}", self.file.as_raw_fd());
        File::open(path).map(Stdio::from)
    }

    /// The last `most` bytes.
    #[must_use]
    pub fn tail(&self, most: usize) -> Vec<u8> {
        let length = self.length();
        let from = length.saturating_sub(most as u64);
        let mut tail = vec![0; (length - from) as usize];
        match self.file.read_exact_at(&mut tail, from) {
            Ok(()) => tail,
            Err(_) => Vec::new(),
        }
    }

    /// Its length in bytes.
    #[must_use]
    pub fn length(&self) -> u64 {
        self.file.metadata().map_or(0, |m| m.len())
    }

    /// Writes all of it.
    ///
    /// # Errors
    /// Reading or writing failed.
    pub fn write_to(&self, out: &mut impl Write) -> Result<()> {
        let mut file = &self.file;
        file.seek(SeekFrom::Start(0))?;
        std::io::copy(&mut file, out).map(drop)
    }

    /// Up to a buffer's length from `at`.
    fn piece(&self, at: u64, buffer: &mut [u8]) -> usize {
        let mut filled = 0;
        while filled < buffer.len() {
            match self.file.read_at(&mut buffer[filled..], at + filled as u64) {
                Ok(0) | Err(_) => break,
                Ok(n) => filled += n,
            }
        }
        filled
    }

    /// Its line that contains the byte at `at` and begins at `start`, cut at both ends if it is long; `None` behind the end.
    fn line_at(&self, start: u64, at: u64) -> Option<String> {
        let from = start.max(at.saturating_sub(SHOWN as u64 / 2));
        let mut bytes = vec![0; SHOWN];
        let n = self.piece(from, &mut bytes);
        bytes.truncate(n);
        if n == 0 {
            return None;
        }
        let end = bytes.iter().position(|b| *b == b'\n');
        let whole = end.is_some() || n < SHOWN;
        bytes.truncate(end.unwrap_or(n));
        let head = if from > start { "…" } else { "" };
        let foot = if whole { "" } else { "…" };
        Some(format!("{head}{}{foot}", visible(&bytes)))
    }
}

/// Text that shows what terminals would not.
fn visible(bytes: &[u8]) -> String {
    let text = String::from_utf8_lossy(bytes);
    let mut shown = String::new();
    for c in text.chars() {
        match c {
            '\t' => shown.push(c),
            c if c.is_control() => shown.extend(c.escape_debug()),
            c => shown.push(c),
        }
    }
    shown
}

/// The first place where two outputs differ.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Difference {
    /// The line's number, from 1.
    pub line: u64,
    /// The line before it, if there is one.
    pub before: Option<String>,
    /// The first output's line; `None`: it has ended.
    pub left: Option<String>,
    /// The second one's.
    pub right: Option<String>,
}

/// Where two outputs differ first; `None` if they do not.
#[must_use]
pub fn difference(left: &Output, right: &Output) -> Option<Difference> {
    let (mut a, mut b) = (vec![0; PIECE], vec![0; PIECE]);
    let mut line = 1;
    // Where the present line and the one before it begin.
    let (mut start, mut previous) = (0, None);
    let mut at = 0;
    loop {
        let (n, m) = (left.piece(at, &mut a), right.piece(at, &mut b));
        let same = a[..n].iter().zip(&b[..m]).take_while(|(x, y)| x == y);
        let same = same.count();
        for (i, _) in a[..same].iter().enumerate().filter(|(_, c)| **c == b'\n') {
            line += 1;
            previous = Some(start);
            start = at + i as u64 + 1;
        }
        if same < n.max(m) {
            let place = at + same as u64;
            return Some(Difference {
                line,
                before: previous.and_then(|p| left.line_at(p, p)),
                left: left.line_at(start, place),
                right: right.line_at(start, place),
            });
        }
        if n == 0 {
            return None;
        }
        at += n as u64;
    }
}

/// A folder of this process's own, removed when dropped.
#[derive(Debug)]
pub struct ScratchFolder(PathBuf);

impl ScratchFolder {
    /// A new one.
    ///
    /// # Errors
    /// The folder for temporary files cannot be written.
    pub fn new() -> Result<ScratchFolder> {
        use std::os::unix::fs::DirBuilderExt;
        let path = scratch_path("folder");
        std::fs::DirBuilder::new().mode(0o700).create(&path)?;
        Ok(ScratchFolder(path))
    }
    /// Where it is.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for ScratchFolder {
    fn drop(&mut self) {
        drop(std::fs::remove_dir_all(&self.0));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn output(text: &str) -> Output {
        Output::copy_of(&mut text.as_bytes()).expect("a temporary file")
    }

    #[test]
    fn equal_outputs_have_no_difference() {
        assert_eq!(difference(&output(""), &output("")), None);
        let long = "a line\n".repeat(30_000);
        assert_eq!(difference(&output(&long), &output(&long)), None);
        assert_eq!(output(&long).tail(4), b"ine\n");
    }

    #[test]
    fn the_first_difference_is_told_with_its_line() {
        let long = "a line\n".repeat(30_000);
        let d = difference(&output(&(long.clone() + "x\ny")), &output(&(long + "x\nz")));
        let d = d.expect("a difference");
        assert_eq!((d.line, d.before.as_deref()), (30_002, Some("x")));
        assert_eq!(
            (d.left.as_deref(), d.right.as_deref()),
            (Some("y"), Some("z"))
        );
    }

    #[test]
    fn an_output_that_ends_early_differs() {
        let d = difference(&output("a\n"), &output("a\nb\n")).expect("a difference");
        assert_eq!((d.line, d.left, d.right.as_deref()), (2, None, Some("b")));
    }

    #[test]
    fn long_lines_are_cut_around_the_difference() {
        let left = format!("{}\u{1b}x{}", "a".repeat(1000), "b".repeat(1000));
        let right = left.replace('x', "y");
        let d = difference(&output(&left), &output(&right)).expect("a difference");
        let shown = d.left.expect("a line");
        assert!(shown.starts_with('…') && shown.ends_with('…'), "{shown}");
        assert!(shown.contains("a\\u{1b}xb") && shown.len() < 320, "{shown}");
    }
}
