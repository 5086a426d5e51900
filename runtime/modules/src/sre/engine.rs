//! The matcher: backtracking with an explicit stack, over bytes or generalized UTF-8 at byte offsets.
//!
//! Everything that matching changes (marks, loop counters) is undone from the stack when it backtracks. An atomic group or
//! look-around puts a barrier on the stack; when its body succeeds, the choices above the barrier are dropped and the undo
//! records kept. Matching polls for interruptions, so that runaway patterns can be stopped.

use super::chars::Case;
use super::constants::*;
use super::program::{Inst, Mode, NO_LIMIT, Program, Single};
use skein_runtime::text::wtf8;

/// Steps between polls.
const POLL_STEPS: u32 = 1 << 16;
/// No position.
pub const UNSET: usize = usize::MAX;

/// Text to match: characters at byte offsets.
pub trait Text: Copy {
    /// The bytes.
    fn bytes(&self) -> &[u8];
    /// Character at an offset and the offset behind it.
    fn next(&self, at: usize) -> Option<(u32, usize)>;
    /// Character before an offset and its offset.
    fn before(&self, at: usize) -> Option<(u32, usize)>;
    /// Offset of the character before `at`, which is above 0.
    fn back(&self, at: usize) -> usize;
    /// True if every byte is a character.
    const NARROW: bool;
}

/// Bytes and ASCII text.
#[derive(Clone, Copy)]
pub struct Narrow<'a>(pub &'a [u8]);
/// Text with characters of several bytes.
#[derive(Clone, Copy)]
pub struct Wide<'a>(pub &'a [u8]);

impl Text for Narrow<'_> {
    const NARROW: bool = true;
    fn bytes(&self) -> &[u8] {
        self.0
    }
    #[inline(always)]
    fn next(&self, at: usize) -> Option<(u32, usize)> {
        self.0.get(at).map(|b| (*b as u32, at + 1))
    }
    #[inline(always)]
    fn before(&self, at: usize) -> Option<(u32, usize)> {
        let at = at.checked_sub(1)?;
        self.0.get(at).map(|b| (*b as u32, at))
    }
    #[inline(always)]
    fn back(&self, at: usize) -> usize {
        at - 1
    }
}

impl Text for Wide<'_> {
    const NARROW: bool = false;
    fn bytes(&self) -> &[u8] {
        self.0
    }
    #[inline(always)]
    fn next(&self, at: usize) -> Option<(u32, usize)> {
        match self.0.get(at) {
            Some(b) if *b < 128 => Some((*b as u32, at + 1)),
            Some(_) => wtf8::decode_at(self.0, at).map(|(c, n)| (c, at + n)),
            None => None,
        }
    }
    #[inline(always)]
    fn before(&self, at: usize) -> Option<(u32, usize)> {
        if at == 0 {
            return None;
        }
        let start = self.back(at);
        self.next(start).map(|(c, _)| (c, start))
    }
    #[inline(always)]
    fn back(&self, at: usize) -> usize {
        let mut at = at - 1;
        while at > 0 && self.0[at] & 0xc0 == 0x80 {
            at -= 1;
        }
        at
    }
}

#[derive(Clone, Copy)]
pub enum Entry {
    /// Go on here.
    Alt { pc: usize, at: usize },
    /// A greedy one-character repeat may give back characters down to `min`.
    Greedy { pc: usize, min: usize, at: usize },
    /// A lazy one-character repeat may take more.
    Lazy { pc: usize, at: usize, count: usize },
    /// A lazy general repeat may run its body again.
    LazyLoop { pc: usize, at: usize },
    /// Undo: a mark and the last group.
    Mark {
        index: usize,
        old: usize,
        last_index: usize,
    },
    /// Undo: a loop's state.
    Loop {
        index: usize,
        count: isize,
        last: usize,
    },
    /// Start of an atomic group or look-around.
    Barrier { pc: usize, at: usize },
}

/// How matching ended or paused.
pub enum Outcome {
    Match(usize),
    NoMatch,
    /// Call [`Machine::resume`] after looking for interruptions.
    Poll,
}

/// What a matcher writes into, kept by the pattern from one match to the next: most matches are too short to be worth
/// asking for memory.
#[derive(Default)]
pub struct Buffers {
    marks: Vec<usize>,
    loops: Vec<(isize, usize)>,
    stack: Vec<Entry>,
    barriers: Vec<usize>,
}

/// Longer stacks are not kept.
const KEPT_ENTRIES: usize = 1 << 10;

/// A match in progress.
pub struct Machine<'p, T> {
    program: &'p Program,
    text: T,
    /// Offsets of group starts and ends.
    pub marks: Vec<usize>,
    /// The group closed last, 0 for none.
    pub last_index: usize,
    loops: Vec<(isize, usize)>,
    stack: Vec<Entry>,
    barriers: Vec<usize>,
    steps: u32,
    pc: usize,
    at: usize,
    start: usize,
    /// The whole text must be matched.
    pub full: bool,
    /// An empty match at `start` does not count.
    pub must_advance: bool,
}

impl<'p, T: Text> Machine<'p, T> {
    pub fn new(
        program: &'p Program,
        text: T,
        groups: usize,
        mut buffers: Buffers,
    ) -> Machine<'p, T> {
        buffers.marks.clear();
        buffers.marks.resize(groups * 2, UNSET);
        buffers.loops.clear();
        buffers.loops.resize(program.loops, (-1, UNSET));
        Machine {
            program,
            text,
            marks: buffers.marks,
            last_index: 0,
            loops: buffers.loops,
            stack: buffers.stack,
            barriers: buffers.barriers,
            steps: 0,
            pc: 0,
            at: 0,
            start: 0,
            full: false,
            must_advance: false,
        }
    }

    /// What it wrote into, for the next one.
    pub fn buffers(&mut self) -> Option<Buffers> {
        if self.stack.capacity() > KEPT_ENTRIES {
            return None;
        }
        Some(Buffers {
            marks: std::mem::take(&mut self.marks),
            loops: std::mem::take(&mut self.loops),
            stack: std::mem::take(&mut self.stack),
            barriers: std::mem::take(&mut self.barriers),
        })
    }

    /// Tries to match at one place.
    pub fn attempt(&mut self, at: usize) -> Outcome {
        // Filling nothing at a dangling address costs hundreds of cycles on processors with AVX-512.
        if !self.marks.is_empty() {
            self.marks.fill(UNSET);
        }
        self.last_index = 0;
        self.stack.clear();
        self.barriers.clear();
        (self.pc, self.at, self.start) = (0, at, at);
        self.resume()
    }

    /// Goes on after a pause.
    pub fn resume(&mut self) -> Outcome {
        let program = self.program;
        loop {
            self.steps += 1;
            if self.steps >= POLL_STEPS {
                self.steps = 0;
                return Outcome::Poll;
            }
            let ok = match &program.insts[self.pc] {
                Inst::Single(s) => match self.text.next(self.at) {
                    Some((c, next)) if s.matches(c) => {
                        self.at = next;
                        true
                    }
                    _ => false,
                },
                Inst::RepeatOne(s, min, max, mode) => self.repeat_one(s, *min, *max, *mode),
                Inst::Success => {
                    let refused = (self.full && self.at != self.text.bytes().len())
                        || (self.must_advance && self.at == self.start);
                    if !refused {
                        return Outcome::Match(self.at);
                    }
                    false
                }
                Inst::Fail => false,
                other => match self.control(other) {
                    Some(pc) => {
                        self.pc = pc;
                        continue;
                    }
                    None => false,
                },
            };
            if ok {
                self.pc += 1;
            } else if !self.backtrack() {
                return Outcome::NoMatch;
            }
        }
    }

    /// Instructions that choose, mark or test: the next instruction, `None` for failure.
    fn control(&mut self, inst: &Inst) -> Option<usize> {
        let next = self.pc + 1;
        match inst {
            Inst::Mark(i) => {
                self.stack.push(Entry::Mark {
                    index: *i,
                    old: self.marks[*i],
                    last_index: self.last_index,
                });
                self.marks[*i] = self.at;
                if i & 1 == 1 {
                    self.last_index = i / 2 + 1;
                }
            }
            Inst::Split(alt) => {
                // An alternative that cannot match its first character needs no way back.
                if let Inst::Single(s) = &self.program.insts[next]
                    && !self.text.next(self.at).is_some_and(|(c, _)| s.matches(c))
                {
                    return Some(*alt);
                }
                self.stack.push(Entry::Alt {
                    pc: *alt,
                    at: self.at,
                });
            }
            Inst::Jump(target) => return Some(*target),
            Inst::At(what) => return self.position(*what).then_some(next),
            Inst::GroupRef(group, case) => return self.group_ref(*group, *case).then_some(next),
            Inst::GroupRefExists(group, target) => {
                let (a, b) = (self.marks[group * 2], self.marks[group * 2 + 1]);
                if a == UNSET || b == UNSET || b < a {
                    return Some(*target);
                }
            }
            Inst::Repeat(index, until) => {
                self.save_loop(*index);
                self.loops[*index] = (-1, UNSET);
                return Some(*until);
            }
            Inst::Until(index, body, min, max, lazy) => {
                return Some(self.until(*index, *body, *min, *max, *lazy));
            }
            Inst::Assert(_, back, negated) => return self.assertion(*back, *negated),
            Inst::AssertEnd => {
                let Entry::Barrier { at, .. } = self.cut()? else {
                    return None;
                };
                self.at = at;
            }
            Inst::AssertNotEnd => {
                // The body matched, so the assertion fails: back to before it.
                let barrier = self.barriers.pop()?;
                while self.stack.len() > barrier {
                    if let Some(e) = self.stack.pop() {
                        self.undo(e);
                    }
                }
                return None;
            }
            Inst::Atomic => {
                self.barriers.push(self.stack.len());
                self.stack.push(Entry::Barrier {
                    pc: UNSET,
                    at: self.at,
                });
            }
            Inst::AtomicEnd => {
                self.cut()?;
            }
            _ => return None,
        }
        Some(next)
    }

    fn save_loop(&mut self, index: usize) {
        let (count, last) = self.loops[index];
        self.stack.push(Entry::Loop { index, count, last });
    }

    /// The end of a loop's body (or its start, with count -1): where to go on.
    fn until(&mut self, index: usize, body: usize, min: usize, max: usize, lazy: bool) -> usize {
        let (count, last) = self.loops[index];
        let count = count + 1;
        if (count as usize) < min {
            self.save_loop(index);
            self.loops[index].0 = count;
            return body;
        }
        if lazy {
            self.stack.push(Entry::LazyLoop {
                pc: self.pc,
                at: self.at,
            });
            return self.pc + 1;
        }
        if (max == NO_LIMIT || (count as usize) < max) && self.at != last {
            self.stack.push(Entry::Alt {
                pc: self.pc + 1,
                at: self.at,
            });
            self.save_loop(index);
            self.loops[index] = (count, self.at);
            return body;
        }
        self.pc + 1
    }

    fn assertion(&mut self, back: usize, negated: bool) -> Option<usize> {
        let Inst::Assert(after, ..) = &self.program.insts[self.pc] else {
            return None;
        };
        let origin = self.at;
        let mut at = self.at;
        for _ in 0..back {
            if at == 0 {
                return negated.then_some(*after);
            }
            at = self.text.back(at);
        }
        self.barriers.push(self.stack.len());
        self.stack.push(Entry::Barrier {
            pc: if negated { *after } else { UNSET },
            at: origin,
        });
        self.at = at;
        Some(self.pc + 1)
    }

    /// Drops the choices made since the innermost barrier, and the barrier, which it returns.
    fn cut(&mut self) -> Option<Entry> {
        let from = self.barriers.pop()?;
        let barrier = *self.stack.get(from)?;
        let mut to = from;
        for i in from + 1..self.stack.len() {
            if matches!(self.stack[i], Entry::Mark { .. } | Entry::Loop { .. }) {
                self.stack[to] = self.stack[i];
                to += 1;
            }
        }
        self.stack.truncate(to);
        Some(barrier)
    }

    fn undo(&mut self, e: Entry) {
        match e {
            Entry::Mark {
                index,
                old,
                last_index,
            } => {
                self.marks[index] = old;
                self.last_index = last_index;
            }
            Entry::Loop { index, count, last } => self.loops[index] = (count, last),
            _ => {}
        }
    }

    /// Returns to the latest choice; false if there is none.
    fn backtrack(&mut self) -> bool {
        while let Some(e) = self.stack.pop() {
            match e {
                Entry::Alt { pc, at } => {
                    (self.pc, self.at) = (pc, at);
                    return true;
                }
                Entry::Greedy { pc, min, at } => {
                    if self.give_back(pc, min, at) {
                        return true;
                    }
                }
                Entry::Lazy { pc, at, count } => {
                    if self.take_more(pc, at, count) {
                        return true;
                    }
                }
                Entry::LazyLoop { pc, at } => {
                    let Inst::Until(index, body, _, max, _) = &self.program.insts[pc] else {
                        continue;
                    };
                    let (count, last) = self.loops[*index];
                    let count = count + 1;
                    if (*max != NO_LIMIT && count as usize >= *max) || at == last {
                        continue;
                    }
                    self.save_loop(*index);
                    self.loops[*index] = (count, at);
                    (self.pc, self.at) = (*body, at);
                    return true;
                }
                Entry::Barrier { pc, at } => {
                    self.barriers.pop();
                    if pc != UNSET {
                        // A negative assertion whose body failed holds.
                        (self.pc, self.at) = (pc, at);
                        return true;
                    }
                }
                undo => self.undo(undo),
            }
        }
        false
    }

    /// Scans as many characters as the repeat takes: count and offset.
    #[inline(always)]
    fn scan(&self, s: &Single, mut at: usize, max: usize) -> (usize, usize) {
        let mut count = 0;
        if T::NARROW && matches!(s, Single::Any) {
            let bytes = &self.text.bytes()[at..];
            let n = memchr::memchr(10, bytes).unwrap_or(bytes.len()).min(max);
            return (n, at + n);
        }
        if T::NARROW && matches!(s, Single::AnyAll) {
            let n = (self.text.bytes().len() - at).min(max);
            return (n, at + n);
        }
        while count < max {
            match self.text.next(at) {
                Some((c, next)) if s.matches(c) => at = next,
                _ => break,
            }
            count += 1;
        }
        (count, at)
    }

    fn repeat_one(&mut self, s: &Single, min: usize, max: usize, mode: Mode) -> bool {
        let (count, floor) = match mode {
            Mode::Lazy => self.scan(s, self.at, min),
            _ if min == 0 => (0, self.at),
            _ => self.scan(s, self.at, min),
        };
        if count < min {
            return false;
        }
        if mode == Mode::Lazy {
            self.at = floor;
            if max > min {
                self.stack.push(Entry::Lazy {
                    pc: self.pc,
                    at: floor,
                    count,
                });
            }
            return true;
        }
        let (_, end) = self.scan(s, floor, if max == NO_LIMIT { NO_LIMIT } else { max - min });
        if mode == Mode::Possessive || end == floor {
            self.at = end;
            return true;
        }
        // `give_back` goes on behind the repeat and leaves the rest of the choice on the stack.
        let pc = self.pc;
        if self.next_fits(pc, end) {
            self.stack.push(Entry::Greedy {
                pc,
                min: floor,
                at: end,
            });
            self.at = end;
            return true;
        }
        let ok = self.give_back(pc, floor, end);
        // `give_back` set the instruction to go on with; the caller adds one.
        if ok {
            self.pc -= 1;
        }
        ok
    }

    /// False if the instruction behind the repeat at `pc` surely fails at `at`.
    #[inline(always)]
    fn next_fits(&self, pc: usize, at: usize) -> bool {
        match &self.program.insts[pc + 1] {
            Inst::Single(s) => self.text.next(at).is_some_and(|(c, _)| s.matches(c)),
            _ => true,
        }
    }

    /// Goes on behind a greedy repeat with fewer characters.
    fn give_back(&mut self, pc: usize, min: usize, mut at: usize) -> bool {
        while at > min {
            at = self.text.back(at);
            if self.next_fits(pc, at) {
                if at > min {
                    self.stack.push(Entry::Greedy { pc, min, at });
                }
                (self.pc, self.at) = (pc + 1, at);
                return true;
            }
        }
        false
    }

    /// Goes on behind a lazy repeat with one more character, or as many as the next instruction needs.
    fn take_more(&mut self, pc: usize, mut at: usize, mut count: usize) -> bool {
        let Inst::RepeatOne(s, _, max, _) = &self.program.insts[pc] else {
            return false;
        };
        while count < *max {
            match self.text.next(at) {
                Some((c, next)) if s.matches(c) => at = next,
                _ => return false,
            }
            count += 1;
            if self.next_fits(pc, at) {
                if count < *max {
                    self.stack.push(Entry::Lazy { pc, at, count });
                }
                (self.pc, self.at) = (pc + 1, at);
                return true;
            }
        }
        false
    }

    fn position(&self, what: u32) -> bool {
        let (at, end) = (self.at, self.text.bytes().len());
        let newline = |at: usize| self.text.bytes().get(at) == Some(&10);
        match what {
            AT_BEGINNING | AT_BEGINNING_STRING => at == 0,
            AT_BEGINNING_LINE => at == 0 || newline(at - 1),
            AT_END => at == end || (at + 1 == end && newline(at)),
            AT_END_LINE => at == end || newline(at),
            AT_END_STRING => at == end,
            AT_BOUNDARY | AT_LOC_BOUNDARY => self.boundary(false),
            AT_NON_BOUNDARY | AT_LOC_NON_BOUNDARY => !self.boundary(false),
            AT_UNI_BOUNDARY => self.boundary(true),
            AT_UNI_NON_BOUNDARY => !self.boundary(true),
            _ => false,
        }
    }

    fn boundary(&self, unicode: bool) -> bool {
        let word =
            |c: Option<(u32, usize)>| c.is_some_and(|(c, _)| super::chars::is_word(c, unicode));
        word(self.text.before(self.at)) != word(self.text.next(self.at))
    }

    fn group_ref(&mut self, group: usize, case: Option<Case>) -> bool {
        let (a, b) = (self.marks[group * 2], self.marks[group * 2 + 1]);
        if a == UNSET || b == UNSET || b < a {
            return false;
        }
        let Some(case) = case else {
            let bytes = self.text.bytes();
            let ok = bytes[self.at..].starts_with(&bytes[a..b]);
            self.at += if ok { b - a } else { 0 };
            return ok;
        };
        let (mut i, mut at) = (a, self.at);
        while i < b {
            let (Some((x, next_i)), Some((y, next_at))) = (self.text.next(i), self.text.next(at))
            else {
                return false;
            };
            if x != y && case.lower(x) != case.lower(y) {
                return false;
            }
            (i, at) = (next_i, next_at);
        }
        self.at = at;
        true
    }
}
