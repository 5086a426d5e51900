//! Random traces: the evaluator, the evaluator after any set of passes, and machine code do the same.
//!
//! `SKEIN_IR_FUZZ=n` runs n traces instead of the usual number, `SKEIN_IR_SEED=s` begins with that seed. A failure prints the seed,
//! the trace before and after.

mod machine;
mod random;

use random::{Rng, World, evaluator, layout};
use skein_jit::ir::eval::Outcome;
use skein_jit::ir::{End, Op, Trace, parse, verify};
use skein_jit::opt::{Pass, Passes, optimise};

fn from_environment(name: &str, default: u64) -> u64 {
    std::env::var(name)
        .ok()
        .and_then(|v| v.parse().ok())
        .unwrap_or(default)
}

/// Runs a trace in the evaluator: how it was left, and the world then.
fn evaluated(t: &Trace, world: &World, at: &[u64]) -> (Outcome, World) {
    let mut m = evaluator(world, at, &machine::natives());
    let frame = at[random::STACK] + 8 * random::FRAME as u64;
    let outcome = m.run(t, at[random::CONTEXT], frame);
    (outcome, World::of_memory(&m.memory, at))
}

/// Whether a trace ran to its end, or its loop as often as it can.
fn finished(t: &Trace, outcome: &Outcome) -> bool {
    let by_count = t.ops.iter().skip_while(|op| !matches!(op, Op::LoopStart));
    let last = by_count.filter_map(Op::exit).next();
    match &t.end {
        End::Exit(e) => *outcome == Outcome::Exit(*e),
        _ => last.is_some_and(|e| *outcome == Outcome::Exit(e)),
    }
}

fn sets(rng: &mut Rng) -> Vec<Passes> {
    let mut sets = vec![Passes::ALL];
    for (_, name, _) in Pass::ALL {
        sets.push(Passes::parse(name).expect("a pass"));
        sets.push(Passes::parse(&format!("-{name}")).expect("a pass"));
    }
    let random: Vec<&str> = Pass::ALL
        .iter()
        .filter(|_| rng.below(2) == 0)
        .map(|(_, n, _)| *n)
        .collect();
    sets.push(Passes::parse(&random.join(",")).expect("passes"));
    sets
}

#[test]
fn passes_and_machine_code_do_what_the_evaluator_does() {
    let first = from_environment("SKEIN_IR_SEED", 1);
    let count = from_environment("SKEIN_IR_FUZZ", 700);
    let natives = machine::natives();
    let layout = layout(&natives);
    let mut real = machine::Real::new(false);
    let (mut loops, mut far) = (0, 0);
    for seed in first..first + count {
        if seed % 300 == 0 {
            real = machine::Real::new(seed % 600 == 0);
        }
        let at = real.addresses();
        let mut rng = Rng::new(seed);
        let size = 5 + rng.below(60);
        let worlds: Vec<World> = (0..6).map(|_| World::new(&mut rng, &at)).collect();
        let t = random::trace(&mut rng, natives, size, &worlds[0], &at);
        assert_eq!(verify(&t), Ok(()), "seed {seed}\n{t}");
        let expected: Vec<_> = worlds.iter().map(|w| evaluated(&t, w, &at)).collect();
        for (outcome, _) in &expected {
            assert!(
                matches!(outcome, Outcome::Exit(_)),
                "seed {seed}: {outcome:?}\n{t}"
            );
        }
        far += finished(&t, &expected[0].0) as u64;
        loops += t.phis().next().is_some() as u64;
        let read = parse(&format!("{t:#}")).unwrap_or_else(|e| panic!("seed {seed}: {e}\n{t}"));
        assert_eq!(read.ops, t.ops, "seed {seed}");
        assert_eq!(read.looks, t.looks, "seed {seed}");
        let compare = |what: &str, changed: &Trace, got: &(Outcome, World), i: usize| {
            let seen = |w: &World| match &expected[i].0 {
                Outcome::Exit(e) => w.clone().seen(t.looks.at(*e)),
                _ => w.clone(),
            };
            let wrong = match seen(&got.1).difference(&seen(&expected[i].1)) {
                _ if got.0 != expected[i].0 => Some(format!("{:?} for {:?}", got.0, expected[i].0)),
                difference => difference,
            };
            if let Some(wrong) = wrong {
                panic!("seed {seed}, {what}, world {i}: {wrong}\nbefore\n{t:#}\nafter\n{changed}");
            }
        };
        for passes in sets(&mut rng) {
            let mut changed = t.clone();
            optimise(&mut changed, passes, &layout);
            if let Err(why) = verify(&changed) {
                panic!("seed {seed}, {passes:?}: {why}\nbefore\n{t}\nafter\n{changed}");
            }
            for (i, w) in worlds.iter().enumerate() {
                compare(
                    &format!("{passes:?}"),
                    &changed,
                    &evaluated(&changed, w, &at),
                    i,
                );
            }
            if passes == Passes::ALL || seed % 8 == 0 && passes == Passes::parse("dce").expect("") {
                for (i, w) in worlds.iter().enumerate().take(2) {
                    let mut w = w.clone();
                    let outcome = real.run(&changed, &mut w).expect("machine code");
                    compare("machine code", &changed, &(outcome, w), i);
                }
            }
        }
        if seed % 4 == 0 {
            let mut w = worlds[0].clone();
            let outcome = real.run(&t, &mut w).expect("machine code");
            compare("machine code of the original", &t, &(outcome, w), 0);
        }
    }
    println!("{loops} loops, {far} traces run to their end");
    assert!(count < 100 || loops > count / 4 && far > count / 8);
}
