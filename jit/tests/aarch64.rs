//! Code for aarch64, run in an emulator of the distribution (`qemu-aarch64`, package qemu-user): random traces do what the evaluator does.
//!
//! Each trace becomes a static program: a start of twenty instructions, the glue, the trace, and the world as data, which the program
//! writes to its output at the end. Without the emulator only the code is made. Traces with calls are left out, since there is nothing to
//! call.

#[path = "machine/mod.rs"]
mod machine;
#[path = "random/mod.rs"]
mod random;

use random::{Rng, World, evaluator};
use skein_jit::backend::{Program, Slots, program_for};
use skein_jit::ir::eval::Outcome;
use skein_jit::ir::{End, Op, Trace};
use std::process::Command;

/// Where the program is loaded, and how far into it things are.
const LOADED: u64 = 0x40_0000;
const START: usize = 0x100;
const CODE: usize = 0x1000;
const DATA: usize = 0x10_0000;
const TABLE: usize = DATA + 0x4000;
const END: usize = TABLE + 0x1000;
/// Where the exit's number stands behind the world.
const RESULT: usize = 0x3ff8;

fn addresses() -> Vec<u64> {
    let mut at = LOADED + DATA as u64;
    let mut all = Vec::new();
    for words in random::sizes() {
        all.push(at);
        at += 8 * words as u64;
    }
    all
}

/// `movz`, `movk`: a register gets a number of 32 bits.
fn set(register: u32, n: u64) -> [u32; 2] {
    let (low, high) = (n as u32 & 0xffff, n as u32 >> 16);
    [
        0xd280_0000 | low << 5 | register,
        0xf2a0_0000 | high << 5 | register,
    ]
}

/// The program's first instructions: enter the trace, write the data out, end.
fn start(enter: u64, code: u64, context: u64, frame: u64) -> Vec<u32> {
    let data = LOADED + DATA as u64;
    let mut s = Vec::new();
    for (register, n) in [(0, context), (1, frame), (2, code), (9, enter)] {
        s.extend(set(register, n));
    }
    s.push(0xd63f_0120); // blr x9
    s.extend(set(9, data + RESULT as u64));
    s.push(0xf900_0120); // str x0, [x9]
    for (register, n) in [(0, 1), (1, data), (2, RESULT as u64 + 8), (8, 64)] {
        s.extend(set(register, n));
    }
    s.push(0xd400_0001); // svc 0: write
    s.extend(set(0, 0));
    s.extend(set(8, 93));
    s.push(0xd400_0001); // svc 0: exit
    s
}

/// A static executable of one segment.
fn executable(p: &Program, world: &World) -> Vec<u8> {
    let mut file = vec![0u8; END];
    let enter = CODE;
    let leave = enter + p.enter.len().next_multiple_of(16);
    let code = leave + p.leave.len().next_multiple_of(16);
    assert!(code + p.code.len() <= DATA, "a long trace");
    let mut put = |at: usize, bytes: &[u8]| file[at..at + bytes.len()].copy_from_slice(bytes);
    put(0, b"\x7fELF\x02\x01\x01");
    put(16, &[2, 0, 183, 0, 1, 0, 0, 0]);
    put(24, &(LOADED + START as u64).to_le_bytes());
    put(32, &64u64.to_le_bytes());
    put(52, &[64, 0, 56, 0, 1, 0]);
    put(64, &[1, 0, 0, 0, 7, 0, 0, 0]);
    for (at, n) in [
        (80, LOADED),
        (88, LOADED),
        (96, END as u64),
        (104, END as u64),
        (112, 4096),
    ] {
        put(at, &n.to_le_bytes());
    }
    let at = |offset: usize| LOADED + offset as u64;
    let all = addresses();
    let frame = all[random::STACK] + 8 * random::FRAME as u64;
    let first = start(at(enter), at(code), all[random::CONTEXT], frame);
    for (i, word) in first.iter().enumerate() {
        put(START + 4 * i, &word.to_le_bytes());
    }
    put(enter, &p.enter);
    put(leave, &p.leave);
    put(code, &p.code);
    for (piece, address) in world.pieces.iter().zip(&all) {
        for (i, word) in piece.iter().enumerate() {
            let offset = (address - LOADED) as usize + 8 * i;
            put(offset, &word.to_le_bytes());
        }
    }
    for slot in (TABLE..END).step_by(8) {
        put(slot, &at(leave).to_le_bytes());
    }
    file
}

/// The exit taken and the world then.
fn emulated(file: &std::path::Path) -> (Outcome, World) {
    let done = Command::new("qemu-aarch64")
        .arg(file)
        .output()
        .expect("an emulator");
    assert!(done.status.success(), "{done:?}");
    let word = |at: usize| {
        let bytes = done.stdout[at..at + 8].try_into().unwrap_or_default();
        u64::from_le_bytes(bytes)
    };
    let mut at = 0;
    let mut pieces = Vec::new();
    for words in random::sizes() {
        pieces.push((0..words).map(|i| word(at + 8 * i)).collect());
        at += 8 * words;
    }
    let exit = skein_jit::ir::ExitId(word(RESULT) as u32);
    (Outcome::Exit(exit), World { pieces })
}

fn calls_nothing(t: &Trace) -> bool {
    !t.ops
        .iter()
        .any(|op| matches!(op, Op::Call { .. } | Op::Box(..) | Op::Unbox(..)))
}

#[test]
fn random_traces_do_the_same_there() {
    let emulator = Command::new("qemu-aarch64")
        .arg("--version")
        .output()
        .is_ok();
    if !emulator {
        println!("there is no qemu-aarch64: the code is made but not run");
    }
    let wanted = std::env::var("SKEIN_IR_FUZZ")
        .ok()
        .and_then(|v| v.parse().ok());
    let wanted: u64 = wanted.unwrap_or(400) / 10;
    let file = std::env::temp_dir().join(format!("skein-aarch64-{}", std::process::id()));
    let at = addresses();
    let (mut seed, mut ran) = (0, 0);
    while ran < wanted {
        seed += 1;
        let mut rng = Rng::new(seed);
        let mut world = World::new(&mut rng, &at);
        // Logged stores would call.
        for i in 0..random::OBJECT_COUNT {
            world.pieces[random::OBJECT + i][0] &= !0xff;
            world.pieces[random::ARRAY + i][0] &= !0xff;
        }
        let size = 5 + rng.below(25);
        let t = random::trace(&mut rng, machine::natives(), size, &world, &at);
        let most = t.ops.iter().filter_map(Op::exit).map(|e| e.0).max();
        if !calls_nothing(&t) || most.unwrap_or(0) > 500 || matches!(t.end, End::Link(..)) {
            continue;
        }
        ran += 1;
        let slots = Slots {
            base: LOADED + TABLE as u64,
            first: 0,
        };
        let p = program_for("aarch64-unknown-linux-gnu", &t, slots).expect("code");
        if !emulator {
            continue;
        }
        std::fs::write(&file, executable(&p, &world)).expect("a writable file");
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            let _ = std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o755));
        }
        let (outcome, after) = emulated(&file);
        let mut m = evaluator(&world, &at, &machine::natives());
        let frame = at[random::STACK] + 8 * random::FRAME as u64;
        let expected = m.run(&t, at[random::CONTEXT], frame);
        assert_eq!(outcome, expected, "seed {seed}\n{t}");
        let memory = World::of_memory(&m.memory, &at);
        if let Some(wrong) = after.difference(&memory) {
            panic!("seed {seed}: {wrong}\n{t}");
        }
    }
    let _ = std::fs::remove_file(&file);
    println!("{ran} of {seed} traces, emulated: {emulator}");
}
