//! Searching: subjects, candidates for a match's start, and the loop over them.

use super::engine::{Machine, Outcome, Text, UNSET};
use super::pattern::Pattern;
use crate::util;
use skein_runtime::prelude::*;
use skein_runtime::text::wtf8;

/// What a pattern is applied to: the object that was passed and the `str` or `bytes` that holds its contents.
#[derive(Clone, Copy)]
pub struct Subject {
    pub string: Value,
    pub data: Value,
    /// Characters.
    pub len: usize,
    pub is_str: bool,
}

impl Subject {
    /// # Errors
    /// `TypeError` if the object is no text or not of the pattern's kind.
    pub fn new(vm: &mut Vm, pattern: &Pattern, string: Value) -> PyResult<Subject> {
        let (data, len, is_str) = if let Some(s) = string.cast::<PyStr>() {
            (string, s.len(), true)
        } else if let Some(b) = string.cast::<PyBytes>() {
            (string, b.len(), false)
        } else if util::is_buffer(vm, string) {
            let copy = util::buffer(vm, string)?;
            (vm.new_bytes(&copy), copy.len(), false)
        } else {
            let name = vm.type_name(string);
            return Err(vm.type_error(format!(
                "expected string or bytes-like object, got '{name}'"
            )));
        };
        match pattern.is_bytes {
            Some(true) if is_str => {
                Err(vm.type_error("cannot use a bytes pattern on a string-like object"))
            }
            Some(false) if !is_str => {
                Err(vm.type_error("cannot use a string pattern on a bytes-like object"))
            }
            _ => Ok(Subject {
                string,
                data,
                len,
                is_str,
            }),
        }
    }
    /// True if every byte is a character.
    pub fn narrow(&self) -> bool {
        self.data.cast::<PyStr>().is_none_or(|s| s.is_ascii())
    }
    /// Byte offset of a character.
    pub fn offset(&self, vm: &mut Vm, i: usize) -> usize {
        match self.data.cast::<PyStr>() {
            Some(s) => s.offset_of(vm, i),
            None => i,
        }
    }
    /// Number of the character at a byte offset.
    pub fn index(&self, vm: &mut Vm, offset: usize) -> usize {
        let Some(s) = self.data.cast::<PyStr>().filter(|s| !s.is_ascii()) else {
            return offset;
        };
        // Offsets of every 64th character are known to the str: search those, then count.
        let (mut low, mut high) = (0, s.len() / 64 + 1);
        while high - low > 1 {
            let middle = (low + high) / 2;
            if s.offset_of(vm, middle * 64) <= offset {
                low = middle;
            } else {
                high = middle;
            }
        }
        let from = s.offset_of(vm, low * 64);
        low * 64 + wtf8::count(&s.bytes()[from..offset])
    }
    /// The object for bytes `a..b` of the subject; the whole exact subject is itself.
    pub fn slice(&self, vm: &mut Vm, a: usize, b: usize) -> Value {
        if let Some(s) = self.data.cast::<PyStr>() {
            if a == 0 && b == s.byte_len() && s.shape_id() == ids::STR {
                return self.data;
            }
            return vm.new_str_bytes(&s.bytes()[a..b]);
        }
        match self.data.cast::<PyBytes>() {
            Some(s) if a == 0 && b == s.len() && s.shape_id() == ids::BYTES => self.data,
            Some(s) => vm.new_bytes(&s.bytes()[a..b]),
            None => Value::NONE,
        }
    }
    /// `pos` and `endpos` arguments as characters in range.
    ///
    /// # Errors
    /// `TypeError` for other objects than integers.
    pub fn bounds(&self, vm: &mut Vm, pos: Value, endpos: Value) -> PyResult<(usize, usize)> {
        let clip = |n: i64| (n.max(0) as usize).min(self.len);
        let start = if pos.is_null() {
            0
        } else {
            clip(vm.ssize(pos)?)
        };
        let end = if endpos.is_null() {
            self.len
        } else {
            clip(vm.ssize(endpos)?)
        };
        Ok((start.min(end.max(start)), end))
    }
}

/// How far a match must reach.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Match,
    Full,
    Search,
}

/// Finds matches of one pattern in one text.
pub struct Searcher<'p, T: Text> {
    pattern: &'p Pattern,
    text: T,
    /// The matcher, with the marks of the last match.
    pub machine: Machine<'p, T>,
}

impl<'p, T: Text> Searcher<'p, T> {
    pub fn new(pattern: &'p Pattern, text: T) -> Searcher<'p, T> {
        Searcher {
            pattern,
            text,
            machine: Machine::new(&pattern.program, text, pattern.groups, pattern.spare.take()),
        }
    }

    /// The first match from `from` on: its start and end.
    ///
    /// # Errors
    /// What a signal handler raises meanwhile.
    pub fn find(
        &mut self,
        vm: &mut Vm,
        mut from: usize,
        kind: Kind,
        must_advance: bool,
    ) -> PyResult<Option<(usize, usize)>> {
        self.machine.full = kind == Kind::Full;
        self.machine.must_advance = must_advance;
        if from > self.text.bytes().len() {
            return Ok(None);
        }
        loop {
            if kind == Kind::Search {
                match self.candidate(from) {
                    Some(at) => {
                        if at != from {
                            self.machine.must_advance = false;
                        }
                        from = at;
                    }
                    None => return Ok(None),
                }
            }
            let mut outcome = self.machine.attempt(from);
            while let Outcome::Poll = outcome {
                poll(vm)?;
                outcome = self.machine.resume();
            }
            if let Outcome::Match(end) = outcome {
                return Ok(Some((from, end)));
            }
            if kind != Kind::Search {
                return Ok(None);
            }
            match self.text.next(from) {
                Some((_, next)) => from = next,
                None => return Ok(None),
            }
            self.machine.must_advance = false;
        }
    }

    /// The next place where a match can start.
    #[inline(always)]
    fn candidate(&self, from: usize) -> Option<usize> {
        let bytes = self.text.bytes();
        let program = &self.pattern.program;
        if from > 0 && program.anchored() {
            return None;
        }
        if bytes.len() - from < program.min_width {
            return None;
        }
        let prefix = if T::NARROW {
            self.pattern.narrow_prefix.as_deref()?
        } else {
            &self.pattern.wide_prefix
        };
        match prefix {
            [] => {}
            [b] => return memchr::memchr(*b, &bytes[from..]).map(|i| from + i),
            many => return memchr::memmem::find(&bytes[from..], many).map(|i| from + i),
        }
        let Some(first) = &program.first else {
            return Some(from);
        };
        let mut at = from;
        while let Some((c, next)) = self.text.next(at) {
            if first.matches(c) {
                return Some(at);
            }
            at = next;
        }
        None
    }
}

impl<T: Text> Drop for Searcher<'_, T> {
    fn drop(&mut self) {
        if let Some(buffers) = self.machine.buffers() {
            self.pattern.spare.set(buffers);
        }
    }
}

/// Lets signal handlers run.
fn poll(vm: &mut Vm) -> PyResult<()> {
    if vm.attention.load(std::sync::atomic::Ordering::Relaxed) {
        crate::signal::run_pending(vm)?;
    }
    Ok(())
}

/// Runs generic code on a subject's text up to byte `end`.
macro_rules! on_text {
    ($subject:expr, $end:expr, $text:ident => $body:expr) => {{
        let subject = $subject;
        let text_str = subject.data.cast::<PyStr>();
        let text_bytes = subject.data.cast::<PyBytes>();
        let all: &[u8] = match (&text_str, &text_bytes) {
            (Some(s), _) => s.bytes(),
            (_, Some(b)) => b.bytes(),
            _ => &[],
        };
        if subject.narrow() {
            let $text = $crate::sre::engine::Narrow(&all[..$end]);
            $body
        } else {
            let $text = $crate::sre::engine::Wide(&all[..$end]);
            $body
        }
    }};
}
pub(super) use on_text;

/// Start and end of every group of a match as byte offsets, the whole match first. Those of few groups need no memory of
/// their own.
pub enum Registers {
    /// So many of the offsets.
    Few(usize, [usize; FEW]),
    /// All of them.
    Many(Vec<usize>),
}

const FEW: usize = 12;

impl std::ops::Deref for Registers {
    type Target = [usize];
    #[inline]
    fn deref(&self) -> &[usize] {
        match self {
            Registers::Few(n, all) => &all[..*n],
            Registers::Many(all) => all,
        }
    }
}

/// Marks of a match with the whole match as group 0.
pub fn registers<T: Text>(s: &Searcher<'_, T>, start: usize, end: usize) -> Registers {
    let marks = &s.machine.marks;
    let count = marks.len() + 2;
    if count > FEW {
        let mut all = vec![UNSET; count];
        fill_registers(&mut all, marks, start, end);
        return Registers::Many(all);
    }
    let mut all = [UNSET; FEW];
    fill_registers(&mut all, marks, start, end);
    Registers::Few(count, all)
}

fn fill_registers(all: &mut [usize], marks: &[usize], start: usize, end: usize) {
    (all[0], all[1]) = (start, end);
    for (place, pair) in all[2..].chunks_exact_mut(2).zip(marks.chunks_exact(2)) {
        if pair[0] != UNSET && pair[1] != UNSET && pair[0] <= pair[1] {
            place.copy_from_slice(pair);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::engine::{Narrow, Text, Wide};

    #[test]
    fn texts_step_both_ways() {
        let text = Wide("aé€".as_bytes());
        assert_eq!(text.next(1), Some((0xe9, 3)));
        assert_eq!(text.before(6), Some((0x20ac, 3)));
        assert_eq!(Narrow(b"ab").before(2), Some((b'b' as u32, 1)));
    }
}
