//! The forward sweep: each operation passes by everything that may replace it, and is written to a new trace if nothing does.
//!
//! Values of the new trace are never changed once written; what is known of them grows. A loop's body may be swept again: see
//! [`super::peel`].

use super::alias::{self, Place, Region};
use super::fold::Folded;
use super::info::{self, Info};
use super::layout::{Effect, Layout};
use super::memory::Memory;
use super::table::Table;
use super::{Pass, Passes};
use crate::ir::{Binary, Checked, Cond, End, ExitId, Op, Trace, Type, Val, Width};

/// The place of values of operations that give none.
pub const NONE: Val = Val(u32::MAX);

/// The new trace's operations and what is known of their values.
#[derive(Clone, Default)]
pub struct Values {
    pub ops: Vec<Op>,
    /// Bits and intervals.
    pub info: Vec<Info>,
    /// What addresses point into.
    pub regions: Vec<Region>,
    /// Shapes that objects keep for good, or that they have none of those; 0: unknown.
    pub shapes: Vec<u32>,
}

impl Values {
    /// What is known of a value.
    pub fn info(&self, v: Val) -> Info {
        self.info[v.0 as usize]
    }
    /// The word that a value is, if that is known.
    pub fn word(&self, v: Val) -> Option<u64> {
        self.info[v.0 as usize].constant()
    }
    /// How a condition turns out, if that is known.
    pub fn truth(&self, v: Val) -> Option<bool> {
        self.word(v).map(|w| w != 0)
    }
}

/// A trace that was swept: the operations that are wanted, in order, and the end.
pub struct Swept {
    pub values: Values,
    pub end: End,
    /// Operations to leave out.
    pub dropped: Vec<bool>,
}

impl Swept {
    /// The trace's operations without what was dropped, and its end.
    pub fn finish(self) -> (Vec<Op>, End) {
        let mut map = vec![NONE; self.values.ops.len()];
        let mut ops = Vec::with_capacity(self.values.ops.len());
        for (i, mut op) in self.values.ops.into_iter().enumerate() {
            if self.dropped[i] {
                continue;
            }
            op.operands_mut(|v| *v = map[v.0 as usize]);
            map[i] = Val(ops.len() as u32);
            ops.push(op);
        }
        let mut end = self.end;
        match &mut end {
            End::Loop(next) => next.iter_mut().for_each(|v| *v = map[v.0 as usize]),
            End::Link(_, Some(v)) => *v = map[v.0 as usize],
            End::Link(_, None) | End::Exit(_) => {}
        }
        (ops, end)
    }
}

/// See the module.
pub struct Sweep<'a> {
    pub(super) passes: Passes,
    pub(super) layout: &'a Layout,
    pub(super) old: &'a Trace,
    pub(super) values: Values,
    /// For values of the old trace those of the new one.
    pub(super) map: Vec<Val>,
    /// Pure operations written, by what they do; those of the loop's body apart.
    shared: Table<Val>,
    pub(super) in_body: Option<Table<Val>>,
    pub(super) memory: Memory,
    /// For what was known of memory at the loop's start, whether the body relied on it.
    pub(super) used: Vec<bool>,
}

impl<'a> Sweep<'a> {
    /// Ready to sweep a trace.
    pub fn new(old: &'a Trace, passes: Passes, layout: &'a Layout) -> Sweep<'a> {
        let n = old.ops.len();
        let values = Values {
            ops: Vec::with_capacity(n + 16),
            info: Vec::with_capacity(n + 16),
            regions: Vec::with_capacity(n + 16),
            shapes: Vec::with_capacity(n + 16),
        };
        Sweep {
            passes,
            layout,
            old,
            values,
            map: vec![NONE; n],
            shared: Table::with_capacity_and_hasher(n, Default::default()),
            in_body: None,
            memory: Memory::default(),
            used: Vec::new(),
        }
    }

    pub(super) fn has(&self, pass: Pass) -> bool {
        self.passes.has(pass)
    }

    /// Sweeps.
    pub fn run(mut self) -> Swept {
        let old = self.old;
        let start = old.ops.iter().position(|op| matches!(op, Op::LoopStart));
        self.visit_all(0, start.unwrap_or(old.ops.len()));
        let next = match start {
            Some(start) => self.sweep_loop(start),
            None => Vec::new(),
        };
        let end = match &old.end {
            End::Loop(_) => End::Loop(next),
            End::Exit(e) => End::Exit(*e),
            End::Link(at, frame) => End::Link(*at, frame.map(|v| self.map[v.0 as usize])),
        };
        let dropped = vec![false; self.values.ops.len()];
        Swept {
            values: self.values,
            end,
            dropped,
        }
    }

    /// Visits operations of the old trace.
    pub(super) fn visit_all(&mut self, from: usize, to: usize) {
        let old = self.old;
        for (i, op) in old.ops[from..to].iter().enumerate() {
            // The loop's start writes the phis.
            if matches!(op, Op::LoopStart | Op::Phi(_)) {
                continue;
            }
            let mut op = op.clone();
            op.operands_mut(|v| *v = self.map[v.0 as usize]);
            self.map[from + i] = self.visit(op);
        }
    }

    fn visit(&mut self, op: Op) -> Val {
        match op {
            Op::Const(w) => self.constant(w),
            Op::ConstF(b) => self.float(b),
            Op::Context | Op::Frame => self.share(op),
            Op::Guard(c, expected, e) => self.guard(c, expected, e),
            Op::Load(w, base, offset) => self.load(w, base, offset),
            Op::Store(w, base, offset, v) => self.store(op, w, base, offset, v),
            // It waits again, if it still may.
            Op::Late(w, base, offset, v) => {
                self.store(Op::Store(w, base, offset, v), w, base, offset, v)
            }
            Op::StoreLogged(_, base, offset, v, _) => self.store(op, Width::W64, base, offset, v),
            Op::Checked(c, x, y, e) => self.checked(c, x, y, e),
            Op::Unbox(v, at, e) => self.unbox(v, at, e),
            Op::Box(..) => {
                let v = self.pure(op);
                if v.0 as usize + 1 == self.values.ops.len() {
                    self.memory.allocated();
                }
                v
            }
            Op::Call { address, .. } => self.call(op, address),
            _ => self.pure(op),
        }
    }

    /// Writes an operation down.
    pub(super) fn emit(&mut self, op: Op) -> Val {
        let v = Val(self.values.ops.len() as u32);
        let info = self.info_of(&op);
        let region = alias::region(&op, &self.values, self.layout);
        self.values.shapes.push(self.shape_of(&op));
        self.values.info.push(info);
        self.values.regions.push(region);
        self.values.ops.push(op);
        v
    }

    fn shape_of(&self, op: &Op) -> u32 {
        match op {
            Op::Load(Width::W64, base, offset) => {
                let shape = self.values.shapes[base.0 as usize];
                let mut holders = self.layout.holders.iter();
                let found = holders.find(|(s, o, _)| shape != 0 && (*s, *o) == (shape, *offset));
                found.map_or(0, |(_, _, held)| *held)
            }
            _ => 0,
        }
    }

    fn info_of(&self, op: &Op) -> Info {
        let of = |v: &Val| self.values.info(*v);
        match op {
            Op::Const(w) => Info::exact(*w),
            Op::Binary(o, x, y) if o.operand() == Type::Word => info::binary(*o, &of(x), &of(y)),
            Op::Checked(c, x, y, _) => {
                let o = plain(*c);
                let (a, b) = (of(x), of(y));
                let mut r = info::low_bits(o, &a, &b);
                (r.lo, r.hi) = info::clipped_interval(o, &a, &b);
                r.sharpened()
            }
            Op::Compare(..) | Op::CompareF(..) => Info::between(0, 1),
            Op::Call {
                result: Type::Bool, ..
            } => Info::between(0, 1),
            Op::Select(_, x, y) => of(x).or(of(y)),
            Op::Load(Width::W8, ..) => Info::between(0, 0xff),
            Op::Load(Width::W16, ..) => Info::between(0, 0xffff),
            Op::Load(Width::W32, ..) => Info::between(0, 0xffff_ffff),
            Op::Load(Width::W64, base, offset)
                if self.values.regions[base.0 as usize] == Region::Typed
                    && *offset == self.layout.typed_length =>
            {
                Info::between(0, 1 << 47)
            }
            Op::Load(Width::W64, base, offset) => {
                let shape = self.values.shapes[base.0 as usize];
                let known = self.layout.interval(shape, *offset);
                known.map_or(Info::UNKNOWN, |(lo, hi)| Info::between(lo, hi))
            }
            _ => Info::UNKNOWN,
        }
    }

    // ---- pure operations

    fn find(&self, key: u128) -> Option<Val> {
        let body = self.in_body.as_ref().and_then(|t| t.get(&key));
        body.or_else(|| self.shared.get(&key)).copied()
    }
    fn remember(&mut self, key: u128, v: Val) {
        self.in_body
            .as_mut()
            .unwrap_or(&mut self.shared)
            .insert(key, v);
    }
    /// The value of an operation that is written at most once.
    pub(super) fn share(&mut self, op: Op) -> Val {
        let Some(key) = key(&op) else {
            return self.emit(op);
        };
        if let Some(v) = self.find(key) {
            return v;
        }
        let v = self.emit(op);
        self.remember(key, v);
        v
    }
    pub(super) fn constant(&mut self, word: u64) -> Val {
        self.share(Op::Const(word))
    }
    pub(super) fn float(&mut self, bits: u64) -> Val {
        self.share(Op::ConstF(bits))
    }

    fn pure(&mut self, op: Op) -> Val {
        let op = if self.has(Pass::Fold) {
            match self.fold(op) {
                Folded::Is(v) => return v,
                Folded::Op(op) => op,
            }
        } else {
            op
        };
        let truth = self.comparison(&op);
        let v = if self.has(Pass::Cse) {
            self.share(op)
        } else {
            self.emit(op)
        };
        if let Some(t) = truth {
            self.values.info[v.0 as usize] = Info::exact(t as u64);
        }
        v
    }

    /// How a comparison turns out, as far as constants and ranges tell.
    fn comparison(&self, op: &Op) -> Option<bool> {
        let Op::Compare(c, x, y) = *op else {
            return None;
        };
        let (a, b) = (self.values.info(x), self.values.info(y));
        if !a.is_possible() || !b.is_possible() {
            return None;
        }
        if self.has(Pass::Fold) {
            if let (Some(a), Some(b)) = (a.constant(), b.constant()) {
                return Some(c.of_words(a, b));
            }
            if x == y {
                return Some(matches!(c, Cond::Eq | Cond::Le | Cond::Ge));
            }
        }
        if self.has(Pass::Guards)
            && let Some(t) = self.other_way(c, x, y)
        {
            return Some(t);
        }
        if !self.has(Pass::Ranges) {
            return None;
        }
        let apart = a.zeros & b.ones | a.ones & b.zeros != 0 || a.hi < b.lo || b.hi < a.lo;
        match c {
            Cond::Eq if apart => Some(false),
            Cond::Ne if apart => Some(true),
            Cond::Lt => decide(a.hi < b.lo, a.lo >= b.hi),
            Cond::Le => decide(a.hi <= b.lo, a.lo > b.hi),
            Cond::Gt => decide(a.lo > b.hi, a.hi <= b.lo),
            Cond::Ge => decide(a.lo >= b.hi, a.hi < b.lo),
            Cond::Below if a.lo >= 0 && b.lo >= 0 => decide(a.hi < b.lo, a.lo >= b.hi),
            _ => None,
        }
    }

    /// How a comparison turns out because its opposite, or the same from the other side, was tested.
    fn other_way(&self, c: Cond, x: Val, y: Val) -> Option<bool> {
        let (opposite, turned) = match c {
            Cond::Eq => (Cond::Ne, Cond::Eq),
            Cond::Ne => (Cond::Eq, Cond::Ne),
            Cond::Lt => (Cond::Ge, Cond::Gt),
            Cond::Le => (Cond::Gt, Cond::Ge),
            Cond::Gt => (Cond::Le, Cond::Lt),
            Cond::Ge => (Cond::Lt, Cond::Le),
            Cond::Below => return None,
        };
        let known = |op: Op| {
            let v = self.find(key(&op)?)?;
            self.values.truth(v)
        };
        known(Op::Compare(opposite, x, y))
            .map(|t| !t)
            .or_else(|| known(Op::Compare(turned, y, x)))
    }

    // ---- operations with exits

    fn guard(&mut self, c: Val, expected: bool, e: ExitId) -> Val {
        let (c, expected) = match self.has(Pass::Fold) {
            true => self.condition(c, expected),
            false => (c, expected),
        };
        if self.values.truth(c) == Some(expected) {
            return NONE;
        }
        self.emit(Op::Guard(c, expected, e));
        if self.has(Pass::Guards) && self.values.truth(c).is_none() {
            self.learn(c, expected);
        }
        NONE
    }

    fn checked(&mut self, c: Checked, x: Val, y: Val, e: ExitId) -> Val {
        if self.has(Pass::Fold)
            && let Some(Folded::Is(v)) = self.fold_checked(c, x, y)
        {
            return v;
        }
        let (a, b) = (self.values.info(x), self.values.info(y));
        let fits =
            a.is_possible() && b.is_possible() && info::exact_interval(plain(c), &a, &b).is_some();
        if fits && self.has(Pass::Ranges) {
            return self.pure(Op::Binary(plain(c), x, y));
        }
        let op = Op::Checked(c, x, y, e);
        match self.has(Pass::Cse) {
            true => self.share(op),
            false => self.emit(op),
        }
    }

    fn unbox(&mut self, v: Val, at: u64, e: ExitId) -> Val {
        if self.has(Pass::Fold)
            && let Some(f) = self.fold_unbox(v)
        {
            return f;
        }
        let op = Op::Unbox(v, at, e);
        match self.has(Pass::Cse) {
            true => self.share(op),
            false => self.emit(op),
        }
    }

    // ---- memory

    pub(super) fn place(&self, base: Val, offset: i32, width: Width) -> Place {
        alias::place(&self.values, base, offset, width)
    }

    /// What a place holds; the loop's body relies on it from now on.
    fn held(&mut self, p: &Place) -> Option<Val> {
        let e = self.memory.get(p)?;
        if let Some(i) = e.origin {
            self.used[i as usize] = true;
        }
        Some(e.value)
    }

    fn load(&mut self, width: Width, base: Val, offset: i32) -> Val {
        if !self.has(Pass::Heap) || width == Width::W8 {
            return self.emit(Op::Load(width, base, offset));
        }
        let p = self.place(base, offset, width);
        let shape = self.values.shapes[p.object.0 as usize];
        if let Some(v) = self.held(&p) {
            // What was stored there is what may stand there.
            if let (Width::W64, false, Some((lo, hi))) =
                (width, p.indexed, self.layout.interval(shape, p.offset))
            {
                let info = &mut self.values.info[v.0 as usize];
                *info = info.and(Info::between(lo, hi));
            }
            return v;
        }
        let v = self.emit(Op::Load(width, base, offset));
        let immutable = p.region == Region::Object && self.layout.is_immutable(shape, p.offset);
        self.memory.set(p, v, immutable);
        v
    }

    fn store(&mut self, op: Op, width: Width, base: Val, offset: i32, v: Val) -> Val {
        if !self.has(Pass::Heap) {
            return self.emit(op);
        }
        let p = self.place(base, offset, width);
        let there = self.memory.get(&p).map(|e| e.value) == Some(v);
        if there {
            self.held(&p);
            return NONE;
        }
        self.memory.stored(&self.values, self.layout, &p);
        let whole = match width {
            Width::W64 | Width::F64 => true,
            // A load gives the lowest bits alone.
            Width::W32 | Width::W16 => {
                let i = self.values.info(v);
                i.lo >= 0 && i.hi < 1 << (8 * width.bytes())
            }
            Width::W8 | Width::F32 => false,
        };
        if whole {
            self.memory.set(p, v, false);
        }
        self.emit(op)
    }

    fn call(&mut self, op: Op, address: u64) -> Val {
        let effect = self.layout.effect(address);
        if effect == Effect::Pure && self.has(Pass::Cse) {
            return self.share(op);
        }
        let answer = self.answer(&op, address, effect);
        if let Some(v) = answer.as_ref().and_then(|p| self.held(p)) {
            return v;
        }
        self.memory.called(&self.values, self.layout, effect);
        if effect != Effect::Pure {
            self.memory.allocated();
        }
        let v = self.emit(op);
        if let Some(p) = answer {
            self.memory.set(p, v, false);
        }
        v
    }

    /// The place of a call's answer, if it is one that can be known from before.
    fn answer(&self, op: &Op, address: u64, effect: Effect) -> Option<Place> {
        let Op::Call { args, .. } = op else {
            return None;
        };
        let [.., object, key] = args.as_slice() else {
            return None;
        };
        let asks = effect == Effect::Asks && self.has(Pass::Heap);
        let number = self.layout.number(address).filter(|_| asks)?;
        alias::answer(*object, number, *key)
    }
}

fn decide(yes: bool, no: bool) -> Option<bool> {
    match (yes, no) {
        (true, _) => Some(true),
        (_, true) => Some(false),
        _ => None,
    }
}

fn plain(c: Checked) -> Binary {
    match c {
        Checked::Add => Binary::Add,
        Checked::Sub => Binary::Sub,
        Checked::Mul => Binary::Mul,
    }
}

/// What an operation does, as a number; `None` if it must stay where it is or is too large for one.
fn key(op: &Op) -> Option<u128> {
    let pack = |tag: u32, a: u32, b: u32, c: u32| {
        Some((tag as u128) << 96 | (a as u128) << 64 | (b as u128) << 32 | c as u128)
    };
    let with =
        |tag: u32, a: u32, long: u64| Some((tag as u128) << 96 | (a as u128) << 64 | long as u128);
    match op {
        Op::Const(w) => with(1, 0, *w),
        Op::ConstF(b) => with(2, 0, *b),
        Op::Context => pack(3, 0, 0, 0),
        Op::Frame => pack(4, 0, 0, 0),
        Op::Binary(o, x, y) => pack(0x100 + *o as u32, x.0, y.0, 0),
        Op::Checked(c, x, y, _) => pack(0x200 + *c as u32, x.0, y.0, 0),
        Op::Compare(c, x, y) => pack(0x300 + *c as u32, x.0, y.0, 0),
        Op::CompareF(c, x, y) => pack(0x400 + *c as u32, x.0, y.0, 0),
        Op::NegF(x) => pack(5, x.0, 0, 0),
        Op::AbsF(x) => pack(6, x.0, 0, 0),
        Op::SqrtF(x) => pack(7, x.0, 0, 0),
        Op::ToFloat(x) => pack(8, x.0, 0, 0),
        Op::FromBits(x) => pack(9, x.0, 0, 0),
        Op::Bits(x) => pack(10, x.0, 0, 0),
        Op::Select(c, x, y) => pack(11, c.0, x.0, y.0),
        Op::Unbox(x, at, _) => with(12, x.0, *at),
        Op::Box(x, at) => with(13, x.0, *at),
        Op::Typed(x, offset) => pack(14, x.0, *offset as u32, 0),
        // Functions of one or two arguments, by the address's lower half, which differs between functions.
        Op::Call { address, args, .. } if args.len() <= 2 && *address >> 48 == 0 => {
            let arg = |i: usize| args.get(i).map_or(u32::MAX, |a| a.0);
            let high = (*address >> 32) as u32;
            pack(0x1000_0000 | high << 8, *address as u32, arg(0), arg(1))
        }
        _ => None,
    }
}
