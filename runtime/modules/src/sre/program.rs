//! Translation of the code words that `re._compiler` makes into instructions with absolute targets.
//!
//! The words come from Python and are not trusted: anything malformed is refused (`None`), so that the matcher may rely on
//! targets and numbers being in range. `SUCCESS` at the end of an inner body becomes an instruction of its own, and
//! possessive repeats become atomic groups around greedy ones.

use super::chars::{Case, Set, parse_set};
use super::constants::*;
use std::collections::HashMap;

/// What consumes exactly one character.
#[derive(Clone)]
pub enum Single {
    Never,
    Any,
    AnyAll,
    Literal(u32),
    NotLiteral(u32),
    LiteralCase(u32, Case),
    NotLiteralCase(u32, Case),
    In(Box<Set>, Option<Case>),
    Category(u32),
}

/// How a repeat behaves when it has a choice.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    Greedy,
    Lazy,
    Possessive,
}

/// An instruction.
pub enum Inst {
    Fail,
    Success,
    Single(Single),
    At(u32),
    Mark(usize),
    /// Go on; the target is the alternative.
    Split(usize),
    Jump(usize),
    GroupRef(usize, Option<Case>),
    /// Jump to the target if the group is unset.
    GroupRefExists(usize, usize),
    /// One-character repeat: what, least, most, mode.
    RepeatOne(Single, usize, usize, Mode),
    /// Start of a general repeat: loop number, target of its `Until`.
    Repeat(usize, usize),
    /// End of a general repeat: loop number, body, least, most, lazy.
    Until(usize, usize, usize, usize, bool),
    /// Look-around: target after it, characters to go back, negated.
    Assert(usize, usize, bool),
    AssertEnd,
    AssertNotEnd,
    Atomic,
    AtomicEnd,
}

/// A compiled pattern.
pub struct Program {
    pub insts: Vec<Inst>,
    pub loops: usize,
    /// Text that every match starts with.
    pub prefix: Vec<u32>,
    /// What the first character of every match must be, if known.
    pub first: Option<Single>,
    /// Least number of characters of a match.
    pub min_width: usize,
}

impl Program {
    /// True if a match can only start where the text does.
    #[inline]
    pub fn anchored(&self) -> bool {
        matches!(
            self.insts.first(),
            Some(Inst::At(AT_BEGINNING | AT_BEGINNING_STRING))
        )
    }
}

/// "Without limit" in repeat counts.
pub const NO_LIMIT: usize = usize::MAX;

struct Translator<'a> {
    code: &'a [u32],
    insts: Vec<Inst>,
    /// Instruction of each code position where one starts.
    labels: HashMap<usize, usize>,
    /// Instructions whose targets are code positions still.
    patches: Vec<usize>,
    /// Where a `SUCCESS` ends an inner body, and with which instruction.
    ends: Vec<(usize, fn() -> Inst)>,
    /// General repeats in progress: code position of the end, loop number, body instruction, least, most, mode.
    repeats: Vec<(usize, usize, usize, usize, usize, Mode)>,
    /// Start of a branch's alternative -> start of the next one.
    alternatives: HashMap<usize, usize>,
    loops: usize,
    groups: usize,
}

/// Translates the words of a pattern with `groups` groups.
pub fn translate(code: &[u32], groups: usize) -> Option<Program> {
    let mut t = Translator {
        code,
        insts: Vec::new(),
        labels: HashMap::new(),
        patches: Vec::new(),
        ends: Vec::new(),
        repeats: Vec::new(),
        alternatives: HashMap::new(),
        loops: 0,
        groups,
    };
    let mut program = Program {
        insts: Vec::new(),
        loops: 0,
        prefix: Vec::new(),
        first: None,
        min_width: 0,
    };
    let mut at = 0;
    if code.first() == Some(&INFO) {
        at = t.info(&mut program)?;
    }
    while at < code.len() {
        at = t.step(at)?;
    }
    if !t.ends.is_empty() || !t.repeats.is_empty() {
        return None;
    }
    t.labels.insert(code.len(), t.insts.len());
    t.insts.push(Inst::Fail);
    t.patch()?;
    program.insts = t.insts;
    program.loops = t.loops;
    if program.first.is_none() {
        program.first = first_of(&program.insts);
    }
    Some(program)
}

/// What a match must start with according to the first instructions.
fn first_of(insts: &[Inst]) -> Option<Single> {
    let first = insts.iter().find(|i| !matches!(i, Inst::Mark(_)))?;
    match first {
        Inst::Single(s) => Some(s.clone()),
        Inst::RepeatOne(s, min, _, _) if *min > 0 => Some(s.clone()),
        _ => None,
    }
    .filter(|s| !matches!(s, Single::Any | Single::AnyAll | Single::Never))
}

impl Translator<'_> {
    fn word(&self, at: usize) -> Option<usize> {
        self.code.get(at).map(|w| *w as usize)
    }
    /// The position that the skip word at `at` points to.
    fn skip(&self, at: usize) -> Option<usize> {
        let target = at + self.word(at)?;
        (target > at && target <= self.code.len()).then_some(target)
    }
    fn limit(&self, at: usize) -> Option<usize> {
        let n = self.word(at)?;
        Some(if n == MAXREPEAT as usize { NO_LIMIT } else { n })
    }
    fn emit(&mut self, inst: Inst) {
        self.insts.push(inst);
    }
    fn emit_target(&mut self, inst: Inst) {
        self.patches.push(self.insts.len());
        self.insts.push(inst);
    }

    /// Reads the block of hints; the position behind it.
    fn info(&self, program: &mut Program) -> Option<usize> {
        let end = self.skip(1)?;
        let flags = self.word(2)?;
        program.min_width = self.word(3)?;
        if flags & INFO_PREFIX != 0 {
            let n = self.word(5)?;
            program.prefix = self.code.get(7..7 + n)?.to_vec();
        } else if flags & INFO_CHARSET != 0 {
            let (set, _) = parse_set(self.code, 5, end)?;
            program.first = Some(Single::In(Box::new(set), None));
        }
        Some(end)
    }

    /// Translates the operation at `at`; the position behind it.
    fn step(&mut self, at: usize) -> Option<usize> {
        if let Some(next) = self.alternatives.remove(&at) {
            self.labels.insert(at, self.insts.len());
            if self.word(next)? != 0 {
                self.skip(next)?;
                self.emit_target(Inst::Split(next));
                self.alternatives.insert(next, self.skip(next)?);
            }
            return Some(at + 1);
        }
        self.labels.insert(at, self.insts.len());
        if let Some((single, next)) = self.single(at) {
            self.emit(Inst::Single(single));
            return Some(next);
        }
        match *self.code.get(at)? {
            FAILURE => self.emit(Inst::Fail),
            SUCCESS => return self.success(at),
            AT => {
                let what = *self.code.get(at + 1)?;
                (what <= AT_UNI_NON_BOUNDARY).then_some(())?;
                self.emit(Inst::At(what));
                return Some(at + 2);
            }
            MARK => {
                let n = self.word(at + 1).filter(|n| *n < self.groups * 2)?;
                self.emit(Inst::Mark(n));
                return Some(at + 2);
            }
            JUMP => {
                let target = self.skip(at + 1)?;
                self.emit_target(Inst::Jump(target));
                return Some(at + 2);
            }
            BRANCH => {
                let next = self.skip(at + 1)?;
                self.alternatives.insert(at + 1, next);
                return Some(at + 1);
            }
            INFO => return self.skip(at + 1),
            GROUPREF | GROUPREF_IGNORE | GROUPREF_LOC_IGNORE | GROUPREF_UNI_IGNORE => {
                let n = self.word(at + 1).filter(|n| *n < self.groups)?;
                let case = Case::of(*self.code.get(at)?);
                self.emit(Inst::GroupRef(n, case));
                return Some(at + 2);
            }
            GROUPREF_EXISTS => {
                let n = self.word(at + 1).filter(|n| *n < self.groups)?;
                let target = at + 1 + self.word(at + 2)?;
                (target <= self.code.len() && target > at + 2).then_some(())?;
                self.emit_target(Inst::GroupRefExists(n, target));
                return Some(at + 3);
            }
            REPEAT_ONE => return self.repeat_one(at, Mode::Greedy),
            MIN_REPEAT_ONE => return self.repeat_one(at, Mode::Lazy),
            POSSESSIVE_REPEAT_ONE => return self.repeat_one(at, Mode::Possessive),
            REPEAT | POSSESSIVE_REPEAT => return self.repeat(at),
            MAX_UNTIL => return self.until(at, Mode::Greedy),
            MIN_UNTIL => return self.until(at, Mode::Lazy),
            ASSERT | ASSERT_NOT => return self.assertion(at),
            ATOMIC_GROUP => {
                let end = self.skip(at + 1)?;
                self.ends.push((end.checked_sub(1)?, || Inst::AtomicEnd));
                self.emit(Inst::Atomic);
                return Some(at + 2);
            }
            _ => return None,
        }
        Some(at + 1)
    }

    fn single(&self, at: usize) -> Option<(Single, usize)> {
        let op = *self.code.get(at)?;
        let case = Case::of(op);
        Some(match op {
            ANY => (Single::Any, at + 1),
            ANY_ALL => (Single::AnyAll, at + 1),
            LITERAL => (Single::Literal(*self.code.get(at + 1)?), at + 2),
            NOT_LITERAL => (Single::NotLiteral(*self.code.get(at + 1)?), at + 2),
            LITERAL_IGNORE | LITERAL_UNI_IGNORE | LITERAL_LOC_IGNORE => {
                (Single::LiteralCase(*self.code.get(at + 1)?, case?), at + 2)
            }
            NOT_LITERAL_IGNORE | NOT_LITERAL_UNI_IGNORE | NOT_LITERAL_LOC_IGNORE => (
                Single::NotLiteralCase(*self.code.get(at + 1)?, case?),
                at + 2,
            ),
            CATEGORY => {
                let what = *self.code.get(at + 1)?;
                (what <= CATEGORY_LAST).then_some(())?;
                (Single::Category(what), at + 2)
            }
            IN | IN_IGNORE | IN_UNI_IGNORE | IN_LOC_IGNORE => {
                let end = self.skip(at + 1)?;
                let (set, _) = parse_set(self.code, at + 2, end)?;
                (Single::In(Box::new(set), case), end)
            }
            _ => return None,
        })
    }

    fn success(&mut self, at: usize) -> Option<usize> {
        if self.ends.last().is_some_and(|(end, _)| *end == at) {
            let (_, make) = self.ends.pop()?;
            self.emit(make());
        } else if self
            .repeats
            .last()
            .is_some_and(|r| r.0 == at && r.5 == Mode::Possessive)
        {
            self.until(at, Mode::Possessive)?;
        } else {
            self.emit(Inst::Success);
        }
        Some(at + 1)
    }

    fn repeat_one(&mut self, at: usize, mode: Mode) -> Option<usize> {
        let end = self.skip(at + 1)?;
        let (min, max) = (self.word(at + 2)?, self.limit(at + 3)?);
        (min <= max).then_some(())?;
        let single = match self.single(at + 4) {
            Some((s, _)) => s,
            None if self.code.get(at + 4) == Some(&FAILURE) => Single::Never,
            None => return None,
        };
        self.emit(Inst::RepeatOne(single, min, max, mode));
        Some(end)
    }

    fn repeat(&mut self, at: usize) -> Option<usize> {
        let end = self.skip(at + 1)?;
        let (min, max) = (self.word(at + 2)?, self.limit(at + 3)?);
        (min <= max).then_some(())?;
        let possessive = self.code[at] == POSSESSIVE_REPEAT;
        if possessive {
            self.emit(Inst::Atomic);
        }
        let number = self.loops;
        self.loops += 1;
        self.emit_target(Inst::Repeat(number, end));
        let mode = if possessive {
            Mode::Possessive
        } else {
            Mode::Greedy
        };
        self.repeats
            .push((end, number, self.insts.len(), min, max, mode));
        Some(at + 4)
    }

    fn until(&mut self, at: usize, mode: Mode) -> Option<usize> {
        let (end, number, body, min, max, _) = self.repeats.pop()?;
        (end == at).then_some(())?;
        self.labels.insert(at, self.insts.len());
        self.emit(Inst::Until(number, body, min, max, mode == Mode::Lazy));
        if mode == Mode::Possessive {
            self.emit(Inst::AtomicEnd);
        }
        Some(at + 1)
    }

    fn assertion(&mut self, at: usize) -> Option<usize> {
        let end = self.skip(at + 1)?;
        let back = self.word(at + 2)?;
        let negated = self.code[at] == ASSERT_NOT;
        let make: fn() -> Inst = if negated {
            || Inst::AssertNotEnd
        } else {
            || Inst::AssertEnd
        };
        self.ends.push((end.checked_sub(1)?, make));
        self.emit_target(Inst::Assert(end, back, negated));
        Some(at + 3)
    }

    /// Replaces code positions by instruction numbers.
    fn patch(&mut self) -> Option<()> {
        for i in &self.patches {
            match &mut self.insts[*i] {
                Inst::Split(t)
                | Inst::Jump(t)
                | Inst::GroupRefExists(_, t)
                | Inst::Repeat(_, t)
                | Inst::Assert(t, _, _) => {
                    *t = *self.labels.get(t)?;
                }
                _ => return None,
            }
        }
        Some(())
    }
}
