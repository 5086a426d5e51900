//! Random traces that keep the promises of `opt::Layout`, and the little world of memory that they run in.
//!
//! The world: a context, a machine, a piece of stack with the entered frame and room above it, and objects of four shapes. All traces end:
//! loops count down.

#![allow(dead_code)]

use skein_jit::ir::eval::{Machine, Memory};
use skein_jit::ir::looks::{Looks, Seen, Words};
use skein_jit::ir::{Binary, Checked, Cond, End, ExitId, Op, Trace, Type, Val, Width};
use skein_jit::opt::{Effect, Layout};

/// Numbers that look random; the same for the same seed.
pub struct Rng(u64);

impl Rng {
    pub fn new(seed: u64) -> Rng {
        Rng(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }
    pub fn word(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d)
    }
    pub fn below(&mut self, n: usize) -> usize {
        ((self.word() >> 33) % n.max(1) as u64) as usize
    }
    pub fn pick<T: Copy>(&mut self, of: &[T]) -> T {
        of[self.below(of.len())]
    }
}

pub const PLAIN: u32 = 10;
pub const LIST: u32 = 11;
pub const TUPLE: u32 = 12;
pub const CHANGEABLE: u32 = 200;

/// Offsets in the context.
pub const TOP: i32 = 24;
pub const BANK: i32 = 40;
/// A place for what a dissolved object holds.
pub const PLACE: i32 = 32;
/// Offsets in the machine: an address in the stack, and a number.
pub const RUNNING: i32 = 8;
pub const COUNT: i32 = 16;
/// The machine's word that exits that are told about set anew.
pub const STACK_TOP: i32 = 24;
/// Registers of ints and of objects in a frame; the caller's address stands before them.
pub const INTS: i32 = 4;
pub const OBJECTS: i32 = 4;
pub const CALLER: i32 = -8;
/// Offsets in objects. A list's length stands at `FIRST`, its array's address at `ITEMS`.
pub const FIRST: i32 = 8;
pub const ITEMS: i32 = 16;
pub const NUMBERS: [i32; 2] = [24, 32];
pub const OTHERS: [i32; 2] = [40, 48];
pub const FLOAT: i32 = 56;
/// The address of an object's description of typed items, and of the bytes of a plain object.
pub const TYPED: i32 = 64;
pub const BYTES: i32 = 72;
/// Slots of arrays.
pub const SLOTS: i32 = 16;
/// In descriptions of typed items: their address and how many there are.
pub const TYPED_AT: i32 = 0;
pub const TYPED_COUNT: i32 = 8;

/// What the world's native functions do.
#[derive(Clone, Copy)]
pub struct Natives {
    pub pure: u64,
    pub set_item: u64,
    pub asks: u64,
    pub anything: u64,
    pub unbox: u64,
    pub boxed: u64,
    pub logged: u64,
}

pub fn layout(n: &Natives) -> Layout {
    Layout {
        machine: 0,
        top: TOP,
        frames: BANK,
        places: (PLACE, PLACE + 8),
        stack_top: Some(STACK_TOP),
        stack_words: &[RUNNING],
        caller: CALLER,
        shape: 4,
        stable: 100,
        list: LIST,
        set: 0,
        iterators: (0, 0),
        steps: (0, 0),
        items: ITEMS,
        typed_items: TYPED_AT,
        typed_length: TYPED_COUNT,
        bytes: (PLAIN, BYTES),
        holders: &[],
        immutable: &[(TUPLE, 8, 64)],
        intervals: &[(LIST, FIRST, 0, 1 << 47)],
        effects: vec![
            (n.pure, Effect::Pure),
            (n.set_item, Effect::Items),
            (n.asks, Effect::Asks),
        ],
    }
}

/// Pieces of memory, as words. Their addresses are given by whoever owns them.
#[derive(Clone)]
pub struct World {
    pub pieces: Vec<Vec<u64>>,
}

pub const CONTEXT: usize = 0;
pub const MACHINE: usize = 1;
pub const STACK: usize = 2;
pub const OBJECT: usize = 3;
pub const OBJECT_COUNT: usize = 6;
pub const ARRAY: usize = OBJECT + OBJECT_COUNT;
pub const DESCRIPTION: usize = ARRAY + OBJECT_COUNT;
pub const RAW: usize = DESCRIPTION + OBJECT_COUNT;
pub const RAW_BYTES: usize = RAW + OBJECT_COUNT;
/// Words from the stack's beginning to the entered frame's first register.
pub const FRAME: usize = 4;

pub fn sizes() -> Vec<usize> {
    let mut s = vec![8, 8, 64];
    s.extend([10; OBJECT_COUNT]);
    s.extend([10; OBJECT_COUNT]);
    s.extend([2; OBJECT_COUNT]);
    s.extend([8; OBJECT_COUNT]);
    s.extend([8; OBJECT_COUNT]);
    s
}

impl World {
    /// Random contents for pieces at these addresses.
    pub fn new(rng: &mut Rng, at: &[u64]) -> World {
        let mut pieces: Vec<Vec<u64>> = sizes().iter().map(|n| vec![0; *n]).collect();
        let object = |rng: &mut Rng| at[OBJECT + rng.below(OBJECT_COUNT)];
        let frame = at[STACK] + 8 * FRAME as u64;
        let top = frame + 8 * (INTS + OBJECTS) as u64;
        pieces[CONTEXT][0] = at[MACHINE];
        pieces[CONTEXT][TOP as usize / 8] = top;
        pieces[CONTEXT][BANK as usize / 8] = rng.pick(&[frame, top + 64]);
        pieces[MACHINE][RUNNING as usize / 8] = rng.pick(&[frame, top + 64]);
        pieces[MACHINE][COUNT as usize / 8] = rng.word() >> 40;
        // Frames of the same layout stand all along the stack, so that any of them can be read.
        for (i, w) in pieces[STACK].iter_mut().enumerate() {
            *w = match (i + 8 - FRAME) % 8 {
                k if k < INTS as usize => number(rng),
                _ => object(rng),
            };
        }
        pieces[STACK][FRAME - 1] = rng.pick(&[frame, top + 64]);
        for i in 0..OBJECT_COUNT {
            let shape = rng.pick(&[PLAIN, LIST, LIST, LIST, LIST, TUPLE, CHANGEABLE]);
            let o = &mut pieces[OBJECT + i];
            o[0] = (shape as u64) << 32 | rng.below(2) as u64;
            o[1] = if shape == LIST {
                rng.below(9) as u64
            } else {
                number(rng)
            };
            o[2] = if shape == LIST {
                at[ARRAY + i]
            } else {
                number(rng)
            };
            o[3] = number(rng);
            o[4] = number(rng);
            o[5] = object(rng);
            o[6] = object(rng);
            let float = |rng: &mut Rng| rng.below(1000) as f64 / 8.0 - 50.0;
            o[7] = float(rng).to_bits();
            o[TYPED as usize / 8] = at[DESCRIPTION + i];
            o[BYTES as usize / 8] = at[RAW_BYTES + i];
            pieces[DESCRIPTION + i] = vec![at[RAW + i], rng.below(9) as u64];
            for piece in [RAW + i, RAW_BYTES + i] {
                for (k, w) in pieces[piece].iter_mut().enumerate() {
                    *w = match k {
                        0..4 => number(rng),
                        4 | 5 => float(rng).to_bits(),
                        _ => (float(rng) as f32).to_bits() as u64 * 0x1_0000_0001,
                    };
                }
            }
            pieces[ARRAY + i].iter_mut().for_each(|w| *w = number(rng));
        }
        World { pieces }
    }
    pub fn memory(&self, at: &[u64]) -> Memory {
        let mut m = Memory::default();
        for (address, words) in at.iter().zip(&self.pieces) {
            m.add(
                *address,
                words.iter().flat_map(|w| w.to_le_bytes()).collect(),
            );
        }
        m
    }
    pub fn of_memory(m: &Memory, at: &[u64]) -> World {
        let words = |a: &u64| {
            let bytes = m.piece(*a).unwrap_or_default();
            bytes
                .chunks_exact(8)
                .map(|c| u64::from_le_bytes(c.try_into().unwrap_or_default()))
                .collect()
        };
        World {
            pieces: at.iter().map(words).collect(),
        }
    }
    /// The world as far as an exit looks at it.
    pub fn seen(mut self, seen: Option<&Seen>) -> World {
        let Some(seen) = seen else { return self };
        for (i, w) in self.pieces[STACK].iter_mut().enumerate().skip(FRAME) {
            let looks = match i - FRAME {
                i if i < 8 => seen.frame.as_ref().is_none_or(|w| w.contains(i)),
                i => seen.above.contains(i - 8),
            };
            *w = if looks { *w } else { 0 };
        }
        if !seen.places.contains(0) {
            self.pieces[CONTEXT][PLACE as usize / 8] = 0;
        }
        self.pieces[MACHINE][STACK_TOP as usize / 8] = 0;
        self
    }
    /// Where two worlds differ; the context's second and third words are the glue's own. Which NaN a word is does not count.
    pub fn difference(&self, other: &World) -> Option<String> {
        let is_nan = |w: u64| f64::from_bits(w).is_nan();
        for (p, (a, b)) in self.pieces.iter().zip(&other.pieces).enumerate() {
            for (i, (x, y)) in a.iter().zip(b).enumerate() {
                let same =
                    x == y || is_nan(*x) && is_nan(*y) || p == CONTEXT && (1..3).contains(&i);
                if !same {
                    return Some(format!("piece {p}, word {i}: {x:#x} and {y:#x}"));
                }
            }
        }
        None
    }
}

pub fn number(rng: &mut Rng) -> u64 {
    match rng.below(6) {
        0 => rng.word(),
        1 => (rng.word() as i64 >> 32) as u64,
        2 => rng.pick(&[0, 1, 2, 7, 8, u64::MAX, i64::MAX as u64, i64::MIN as u64]),
        _ => (rng.below(64) as u64) << 1 | 1,
    }
}

/// What the world's pure function gives.
pub fn pure(a: u64, b: u64) -> u64 {
    (a as i64).rem_euclid((b as i64).clamp(1, 1000)) as u64
}

/// Which word of an object the world's asking function looks at; it gives that plus the key.
pub fn asked(key: u64) -> u64 {
    NUMBERS[(key >> 1) as usize % NUMBERS.len()] as u64
}

/// Sets up an evaluator in a world.
pub fn evaluator(world: &World, at: &[u64], n: &Natives) -> Machine {
    let mut m = Machine {
        memory: world.memory(at),
        fuel: 100_000,
        ..Machine::default()
    };
    m.natives
        .insert(n.pure, Box::new(|_, args| pure(args[0], args[1])));
    m.natives.insert(
        n.asks,
        Box::new(|m, args| {
            let w = m.read(Width::W64, args[0] + asked(args[1])).unwrap_or(0);
            w.wrapping_add(args[1])
        }),
    );
    m.natives.insert(
        n.set_item,
        Box::new(|m, args| {
            let array = m.read(Width::W64, args[0] + ITEMS as u64).unwrap_or(0);
            let _ = m.write(
                Width::W64,
                array + SLOTS as u64 + 8 * (args[1] & 7),
                args[2],
            );
            0
        }),
    );
    m.natives.insert(
        n.anything,
        Box::new(|m, args| {
            // The frame's first int and an object's numbers.
            let (frame, object) = (args[0], args[1]);
            let w = m.read(Width::W64, frame).unwrap_or(0);
            let _ = m.write(Width::W64, frame, w.wrapping_add(2));
            let tuple = m.read(Width::W32, object + 4) == Ok(TUPLE as u64);
            if !tuple {
                let _ = m.write(Width::W64, object + NUMBERS[0] as u64, w ^ 5);
            }
            let typed = m.read(Width::W64, object + TYPED as u64).unwrap_or(0);
            let items = m.read(Width::W64, typed + TYPED_AT as u64).unwrap_or(0);
            let _ = m.write(Width::W64, typed + TYPED_COUNT as u64, w & 7);
            let _ = m.write(Width::W64, items, w);
            w & 1
        }),
    );
    m.unboxes.insert(n.unbox, Box::new(super::machine::unboxed));
    m.boxes.insert(n.boxed, Box::new(super::machine::box_word));
    m
}

/// Makes a trace.
pub struct Maker<'a> {
    rng: &'a mut Rng,
    natives: Natives,
    ops: Vec<Op>,
    ints: Vec<Val>,
    floats: Vec<Val>,
    bools: Vec<Val>,
    objects: Vec<Val>,
    boxes: Vec<Val>,
    /// Addresses of frames' first registers.
    frames: Vec<Val>,
    context: Val,
    machine: Val,
    exits: u32,
    /// Exits of guards that may as well expect the opposite.
    free: Vec<ExitId>,
    world: &'a World,
    at: &'a [u64],
}

/// Lets guards expect what happens in a world, so that the trace is followed further there.
fn follow(t: &mut Trace, free: &[ExitId], world: &World, at: &[u64], natives: &Natives) {
    use skein_jit::ir::eval::Outcome;
    for _ in 0..20 {
        let mut m = evaluator(world, at, natives);
        let outcome = m.run(t, at[CONTEXT], at[STACK] + 8 * FRAME as u64);
        let Outcome::Exit(taken) = outcome else {
            return;
        };
        let Some(op) = t.ops.iter_mut().find(|op| op.exit() == Some(taken)) else {
            return;
        };
        *op = match *op {
            Op::Guard(c, expected, e) if free.contains(&e) => Op::Guard(c, !expected, e),
            Op::Checked(Checked::Add, x, y, _) => Op::Binary(Binary::Add, x, y),
            Op::Checked(Checked::Mul, x, y, _) => Op::Binary(Binary::Mul, x, y),
            _ => return,
        };
    }
}

/// A random trace of about that many operations, which goes far in the world.
pub fn trace(rng: &mut Rng, natives: Natives, size: usize, world: &World, at: &[u64]) -> Trace {
    let mut m = Maker {
        rng,
        natives,
        ops: Vec::new(),
        ints: Vec::new(),
        floats: Vec::new(),
        bools: Vec::new(),
        objects: Vec::new(),
        boxes: Vec::new(),
        frames: Vec::new(),
        context: Val(0),
        machine: Val(0),
        exits: 0,
        free: Vec::new(),
        world,
        at,
    };
    m.begin();
    let looping = m.rng.below(4) > 0;
    let first = m.rng.below(size) + 3;
    (0..first).for_each(|_| m.step());
    let mut t = if looping {
        m.looping(size)
    } else {
        let end = End::Exit(m.exit());
        Trace {
            ops: std::mem::take(&mut m.ops),
            end,
            looks: Looks::default(),
        }
    };
    follow(&mut t, &m.free, world, at, &natives);
    if rng.below(3) > 0 {
        t.looks = looks(rng, &t);
    }
    t
}

/// What exits look at: some at everything, some at little.
fn looks(rng: &mut Rng, t: &Trace) -> Looks {
    let mut exits: Vec<u32> = t.ops.iter().filter_map(Op::exit).map(|e| e.0).collect();
    if let End::Exit(e) = t.end {
        exits.push(e.0);
    }
    exits.sort_unstable();
    exits.dedup();
    let mut looks = Looks::default();
    for e in exits {
        if rng.below(4) == 0 {
            continue;
        }
        let mut some = |n: usize| {
            let (mut words, of) = (Words::default(), rng.below(5));
            (0..n)
                .filter(|_| rng.below(4) < of)
                .for_each(|i| words.insert(i));
            words
        };
        let seen = Seen {
            frame: Some(some(8)).filter(|w| !w.contains(0)),
            above: some(40),
            places: some(1),
        };
        looks.tell(ExitId(e), seen.into());
    }
    looks
}

impl Maker<'_> {
    fn emit(&mut self, op: Op) -> Val {
        self.ops.push(op);
        Val(self.ops.len() as u32 - 1)
    }
    fn constant(&mut self, w: u64) -> Val {
        self.emit(Op::Const(w))
    }
    fn exit(&mut self) -> ExitId {
        self.exits += 1;
        ExitId(self.exits)
    }
    fn any(&mut self, of: fn(&Self) -> &Vec<Val>) -> Val {
        let n = of(self).len();
        // Mostly recent ones.
        let i = if self.rng.below(2) == 0 {
            n - 1 - self.rng.below(n.min(4))
        } else {
            self.rng.below(n)
        };
        of(self)[i]
    }
    fn int(&mut self) -> Val {
        if self.rng.below(4) == 0 {
            let w = number(self.rng);
            return self.constant(w);
        }
        self.any(|m| &m.ints)
    }

    /// What the operations so far give in the world; `None` if they do not get there.
    fn now(&self) -> Option<Vec<u64>> {
        use skein_jit::ir::eval::Outcome;
        let mut t = Trace {
            ops: self.ops.clone(),
            end: End::Exit(ExitId(0)),
            looks: Looks::default(),
        };
        follow(&mut t, &self.free, self.world, self.at, &self.natives);
        let mut m = evaluator(self.world, self.at, &self.natives);
        let outcome = m.run(&t, self.at[CONTEXT], self.at[STACK] + 8 * FRAME as u64);
        (outcome == Outcome::Exit(ExitId(0))).then_some(m.values)
    }
    /// An object that has a shape at this point, if there is one.
    fn shaped(&mut self, shape: u32) -> Option<Val> {
        let Some(values) = self.now() else {
            return Some(self.any(|m| &m.objects));
        };
        let has = |v: &Val| {
            let i = self.at.iter().position(|a| *a == values[v.0 as usize]);
            i.is_some_and(|i| self.world.pieces[i][0] >> 32 == shape as u64)
        };
        let all: Vec<Val> = self.objects.iter().copied().filter(has).collect();
        (!all.is_empty()).then(|| self.rng.pick(&all))
    }

    fn begin(&mut self) {
        self.context = self.emit(Op::Context);
        self.machine = self.emit(Op::Load(Width::W64, self.context, 0));
        let frame = self.emit(Op::Frame);
        let top = self.emit(Op::Load(Width::W64, self.context, TOP));
        self.frames.push(frame);
        self.frames.push(top);
        let n = self.constant(64);
        let above = self.emit(Op::Binary(Binary::Add, top, n));
        self.frames.push(above);
        for i in 0..INTS {
            let v = self.emit(Op::Load(Width::W64, frame, 8 * i));
            self.ints.push(v);
        }
        for i in 0..OBJECTS {
            let v = self.emit(Op::Load(Width::W64, frame, 8 * (INTS + i)));
            self.objects.push(v);
        }
        let f = self.emit(Op::ConstF(2.5f64.to_bits()));
        self.floats.push(f);
        let c = self.emit(Op::Compare(Cond::Lt, self.ints[0], self.ints[1]));
        self.bools.push(c);
    }

    fn looping(&mut self, size: usize) -> Trace {
        let turns = self.rng.below(12) as u64 + 1;
        let first = self.constant(turns);
        let mut firsts: Vec<(Val, u8)> = Vec::new();
        for _ in 0..self.rng.below(5) {
            let v = match self.rng.below(4) {
                0 => (self.any(|m| &m.floats), 1),
                1 => (self.any(|m| &m.objects), 2),
                _ => (self.int(), 0),
            };
            firsts.push(v);
        }
        self.emit(Op::LoopStart);
        let count = self.emit(Op::Phi(first));
        let phis: Vec<Val> = firsts.iter().map(|(v, _)| self.emit(Op::Phi(*v))).collect();
        for (v, (_, kind)) in phis.iter().zip(&firsts) {
            match kind {
                0 => self.ints.push(*v),
                1 => self.floats.push(*v),
                _ => self.objects.push(*v),
            }
        }
        let zero = self.constant(0);
        let going = self.emit(Op::Compare(Cond::Gt, count, zero));
        let e = self.exit();
        self.emit(Op::Guard(going, true, e));
        (0..self.rng.below(size) + 3).for_each(|_| self.step());
        let one = self.constant(1);
        let left = self.emit(Op::Binary(Binary::Sub, count, one));
        let mut next = vec![left];
        for (phi, (first, kind)) in phis.iter().zip(&firsts) {
            let v = match (self.rng.below(5), kind) {
                (0, _) => *phi,
                (1, _) => *first,
                (_, 0) => self.any(|m| &m.ints),
                (_, 1) => self.any(|m| &m.floats),
                _ => self.any(|m| &m.objects),
            };
            next.push(v);
        }
        Trace {
            ops: std::mem::take(&mut self.ops),
            end: End::Loop(next),
            looks: Looks::default(),
        }
    }

    fn guard(&mut self, c: Val) {
        let expected = self.rng.below(8) > 0;
        let e = self.exit();
        self.free.push(e);
        self.emit(Op::Guard(c, expected, e));
    }

    fn step(&mut self) {
        match self.rng.below(29) {
            0..=4 => self.arithmetic(),
            5 | 6 => {
                let c = self.rng.pick(Cond::ALL);
                let (a, b) = (self.int(), self.int());
                let c = self.emit(Op::Compare(c, a, b));
                self.bools.push(c);
            }
            7 => {
                let c = self.any(|m| &m.bools);
                self.guard(c);
            }
            8 | 9 => self.home(),
            10 | 11 => self.field(),
            12..=14 => self.list(),
            26..=28 => self.typed(),
            15 => self.floats(),
            16 => self.boxing(),
            17 => {
                let (c, a, b) = (self.any(|m| &m.bools), self.int(), self.int());
                let v = self.emit(Op::Select(c, a, b));
                self.ints.push(v);
                if self.rng.below(2) == 0 {
                    let c = self.rng.pick(&[Cond::Eq, Cond::Ne]);
                    let k = self.rng.pick(&[a, b]);
                    let c = self.emit(Op::Compare(c, v, k));
                    self.bools.push(c);
                }
            }
            18 => self.tagged(),
            19 | 20 => self.call(),
            21 => self.machine_word(),
            22 => {
                let f = self.any(|m| &m.frames);
                let w = self.emit(Op::Load(Width::W64, self.context, BANK));
                self.frames.push(w);
                if self.rng.below(3) == 0 {
                    self.emit(Op::Store(Width::W64, self.context, BANK, f));
                }
            }
            _ => self.tested(),
        }
    }

    fn arithmetic(&mut self) {
        let words: Vec<Binary> = Binary::ALL
            .iter()
            .copied()
            .filter(|b| b.operand() == Type::Word)
            .collect();
        let (a, b) = (self.int(), self.int());
        let v = if self.rng.below(3) == 0 {
            let c = self.rng.pick(&[Checked::Add, Checked::Sub, Checked::Mul]);
            let e = self.exit();
            self.emit(Op::Checked(c, a, b, e))
        } else {
            let o = self.rng.pick(&words);
            self.emit(Op::Binary(o, a, b))
        };
        self.ints.push(v);
    }

    /// An int with its tag, doubled and halved.
    fn tagged(&mut self) {
        let a = self.int();
        let one = self.constant(1);
        let v = if self.rng.below(2) == 0 {
            let e = self.exit();
            self.emit(Op::Checked(Checked::Add, a, a, e))
        } else {
            self.emit(Op::Binary(Binary::Shl, a, one))
        };
        let v = self.emit(Op::Binary(Binary::Or, v, one));
        self.ints.push(v);
        let v = self.emit(Op::Binary(Binary::Sar, v, one));
        self.ints.push(v);
    }

    /// A guard on a small property of an int.
    fn tested(&mut self) {
        let a = self.any(|m| &m.ints);
        let mask = self.rng.pick(&[1, 3, 7, 0xff]);
        let mask = self.constant(mask);
        let bits = self.emit(Op::Binary(Binary::And, a, mask));
        let k = self.rng.pick(&[0, 1, 3]);
        let k = self.constant(k);
        let c = self.rng.pick(Cond::ALL);
        let c = self.emit(Op::Compare(c, bits, k));
        self.bools.push(c);
        self.guard(c);
    }

    fn home(&mut self) {
        if self.rng.below(6) == 0 {
            let (base, off) = match self.rng.below(2) {
                0 => (self.context, PLACE),
                _ => (self.machine, STACK_TOP),
            };
            match self.rng.below(4) {
                0 => {
                    let v = self.emit(Op::Load(Width::W64, base, off));
                    self.ints.push(v);
                }
                _ => {
                    let v = self.int();
                    self.emit(Op::Store(Width::W64, base, off, v));
                }
            }
            return;
        }
        let f = self.any(|m| &m.frames);
        let is_int = self.rng.below(3) > 0;
        let off = match is_int {
            true => 8 * self.rng.below(INTS as usize) as i32,
            false => 8 * (INTS + self.rng.below(OBJECTS as usize) as i32),
        };
        if self.rng.below(3) > 0 {
            let v = match is_int {
                true => self.int(),
                false => self.any(|m| &m.objects),
            };
            if is_int && self.rng.below(4) == 0 {
                let v = self.any(|m| &m.floats);
                self.emit(Op::Store(Width::F64, f, off, v));
            } else {
                self.emit(Op::Store(Width::W64, f, off, v));
            }
            return;
        }
        let v = self.emit(Op::Load(Width::W64, f, off));
        match is_int {
            true => self.ints.push(v),
            false => self.objects.push(v),
        }
    }

    fn shape(&mut self, o: Val, shape: u32, expected: bool) {
        let s = self.emit(Op::Load(Width::W32, o, 4));
        let k = self.constant(shape as u64);
        let c = self.emit(Op::Compare(Cond::Eq, s, k));
        let e = self.exit();
        self.emit(Op::Guard(c, expected, e));
    }

    fn field(&mut self) {
        let o = self.any(|m| &m.objects);
        let kind = self.rng.below(3);
        let off = match kind {
            0 => self.rng.pick(&NUMBERS),
            1 => self.rng.pick(&OTHERS),
            _ => FLOAT,
        };
        let width = if kind == 2 { Width::F64 } else { Width::W64 };
        if self.rng.below(3) == 0 {
            let shape = self.rng.pick(&[PLAIN, LIST, CHANGEABLE]);
            let Some(o) = self.shaped(shape) else { return };
            self.shape(o, TUPLE, false);
            let v = match kind {
                0 => self.int(),
                1 => self.any(|m| &m.objects),
                _ => self.any(|m| &m.floats),
            };
            if kind != 2 && self.rng.below(2) == 0 {
                self.emit(Op::StoreLogged(o, o, off, v, self.natives.logged));
            } else {
                self.emit(Op::Store(width, o, off, v));
            }
            return;
        }
        let mut o = o;
        if self.rng.below(3) == 0 {
            let shape = self.rng.pick(&[PLAIN, LIST, TUPLE]);
            let Some(shaped) = self.shaped(shape) else {
                return;
            };
            o = shaped;
            self.shape(o, shape, true);
        }
        let v = self.emit(Op::Load(width, o, off));
        match kind {
            0 => self.ints.push(v),
            1 => self.objects.push(v),
            _ => self.floats.push(v),
        }
    }

    fn list(&mut self) {
        let Some(l) = self.shaped(LIST) else { return };
        self.shape(l, LIST, true);
        let length = self.emit(Op::Load(Width::W64, l, FIRST));
        let values = self.now().unwrap_or_default();
        let of = |v: Val| values.get(v.0 as usize).copied().unwrap_or(0);
        let below: Vec<Val> = self
            .ints
            .iter()
            .copied()
            .filter(|v| of(*v) < of(length))
            .collect();
        let n = if !below.is_empty() && self.rng.below(2) == 0 {
            let n = self.rng.pick(&below);
            let c = self.emit(Op::Compare(Cond::Below, n, length));
            let e = self.exit();
            self.emit(Op::Guard(c, true, e));
            n
        } else {
            let (n, seven) = (self.int(), self.constant(7));
            self.emit(Op::Binary(Binary::And, n, seven))
        };
        self.ints.push(length);
        let items = self.emit(Op::Load(Width::W64, l, ITEMS));
        let three = self.constant(3);
        let bytes = self.emit(Op::Binary(Binary::Shl, n, three));
        let at = self.emit(Op::Binary(Binary::Add, items, bytes));
        if self.rng.below(2) == 0 {
            let v = self.int();
            if self.rng.below(2) == 0 {
                let by = self.natives.logged;
                self.emit(Op::StoreLogged(items, at, SLOTS, v, by));
            } else {
                self.emit(Op::Store(Width::W64, at, SLOTS, v));
            }
        } else {
            let v = self.emit(Op::Load(Width::W64, at, SLOTS));
            self.ints.push(v);
        }
    }

    /// A number of a container of typed items, or of a plain object's bytes.
    fn typed(&mut self) {
        let items = if self.rng.below(3) == 0 {
            let Some(o) = self.shaped(PLAIN) else { return };
            self.shape(o, PLAIN, true);
            self.emit(Op::Load(Width::W64, o, BYTES))
        } else {
            let o = self.any(|m| &m.objects);
            let typed = self.emit(Op::Typed(o, TYPED));
            let count = self.emit(Op::Load(Width::W64, typed, TYPED_COUNT));
            self.ints.push(count);
            self.emit(Op::Load(Width::W64, typed, TYPED_AT))
        };
        let words = [Width::W64, Width::W32, Width::W16, Width::W8];
        // Floats stand in the upper half, by their widths: which NaN one is does not matter there.
        let (width, offset, most) = match self.rng.below(6) {
            4 => (Width::F64, 32, 1),
            5 => (Width::F32, 48, 3),
            i => (words[i], 0, 32 / words[i].bytes() as u64 - 1),
        };
        let (n, most) = (self.int(), self.constant(most));
        let n = self.emit(Op::Binary(Binary::And, n, most));
        let k = self.constant(width.bytes().trailing_zeros() as u64);
        let bytes = self.emit(Op::Binary(Binary::Shl, n, k));
        let at = self.emit(Op::Binary(Binary::Add, items, bytes));
        if self.rng.below(2) == 0 {
            let v = match width.is_float() {
                true => self.any(|m| &m.floats),
                false => self.int(),
            };
            self.emit(Op::Store(width, at, offset, v));
            return;
        }
        let v = self.emit(Op::Load(width, at, offset));
        match width.is_float() {
            true => self.floats.push(v),
            false => self.ints.push(v),
        }
    }

    fn floats(&mut self) {
        let (a, b) = (self.any(|m| &m.floats), self.any(|m| &m.floats));
        let op = match self.rng.below(8) {
            0 => Op::NegF(a),
            1 => Op::AbsF(a),
            2 => Op::SqrtF(a),
            3 => Op::ToFloat(self.int()),
            4 => {
                let c = self.rng.pick(&Cond::ALL[..6]);
                let c = self.emit(Op::CompareF(c, a, b));
                self.bools.push(c);
                return;
            }
            5 => {
                let f = self.rng.pick(&[2.0f64, 1.0, 0.0, -0.5, 3.0, 1e300]);
                let k = self.emit(Op::ConstF(f.to_bits()));
                let o = self.rng.pick(&[Binary::FDiv, Binary::FSub, Binary::FMul]);
                Op::Binary(o, a, k)
            }
            _ => {
                let o = self
                    .rng
                    .pick(&[Binary::FAdd, Binary::FSub, Binary::FMul, Binary::FDiv]);
                Op::Binary(o, a, b)
            }
        };
        let v = self.emit(op);
        self.floats.push(v);
    }

    fn boxing(&mut self) {
        if self.rng.below(2) == 0 || self.boxes.is_empty() {
            let f = self.any(|m| &m.floats);
            let w = self.emit(Op::Box(f, self.natives.boxed));
            self.boxes.push(w);
            let frame = self.any(|m| &m.frames);
            self.emit(Op::Store(Width::W64, frame, 0, w));
            return;
        }
        let w = match self.rng.below(4) {
            0 if self.rng.below(8) == 0 => self.int(),
            _ => self.any(|m| &m.boxes),
        };
        let e = self.exit();
        let f = self.emit(Op::Unbox(w, self.natives.unbox, e));
        self.floats.push(f);
    }

    fn call(&mut self) {
        let (address, args, result) = match self.rng.below(4) {
            0 => {
                let (a, b) = (self.int(), self.int());
                (self.natives.pure, vec![a, b], Type::Word)
            }
            1 => {
                let Some(l) = self.shaped(LIST) else { return };
                self.shape(l, LIST, true);
                let (n, v) = (self.int(), self.int());
                (self.natives.set_item, vec![l, n, v], Type::Unit)
            }
            2 => {
                let (o, key) = (self.any(|m| &m.objects), self.int());
                (self.natives.asks, vec![o, key], Type::Word)
            }
            _ => {
                let (f, o) = (self.any(|m| &m.frames), self.any(|m| &m.objects));
                (self.natives.anything, vec![f, o], Type::Bool)
            }
        };
        let v = self.emit(Op::Call {
            address,
            args,
            result,
        });
        match result {
            Type::Word => self.ints.push(v),
            Type::Bool => self.bools.push(v),
            _ => {}
        }
    }

    fn machine_word(&mut self) {
        let m = self.machine;
        match self.rng.below(4) {
            0 => {
                let v = self.int();
                self.emit(Op::Store(Width::W64, m, COUNT, v));
            }
            1 => {
                let v = self.emit(Op::Load(Width::W64, m, COUNT));
                self.ints.push(v);
            }
            2 => {
                let f = self.any(|m| &m.frames);
                self.emit(Op::Store(Width::W64, m, RUNNING, f));
            }
            _ => {
                let f = self.emit(Op::Load(Width::W64, m, RUNNING));
                self.frames.push(f);
                if self.rng.below(2) == 0 {
                    let f = self.emit(Op::Load(Width::W64, self.frames[0], CALLER));
                    self.frames.push(f);
                }
            }
        }
    }
}
