//! Round by round, every column once, until the figures are good enough or it took long enough.

use super::progress::Progress;
use super::result::{Comparison, Entry};
use super::settings::Settings;
use skein_measure::child::{Run, Session};
use skein_measure::contest::Arena;
use skein_measure::json::Json;
use skein_measure::output::{Output, ScratchFolder};
use std::io::Result;
use std::time::{Duration, Instant};

/// With fewer rounds nothing can be said of noise.
const FEWEST: usize = 3;
/// Rounds before precision is asked for.
const USUAL: usize = 5;
/// More rounds are not worth their time.
const MOST: usize = 30;
/// Speeds that are known so well are known well enough.
const PRECISE: f64 = 0.02;
/// How long rounds may go on being added.
const TIME: Duration = Duration::from_secs(20);
/// A first round that is shorter (a column) is repeated: it found files that were not in memory yet.
const WARM_UP: Duration = Duration::from_secs(2);

/// Runs all rounds; what was measured is in the comparison, whatever ended them.
///
/// # Errors
/// There is no place for outputs.
pub fn run(
    c: &mut Comparison,
    settings: &Settings,
    session: &Session,
    stdin: Option<&Output>,
) -> Result<()> {
    let arena = Arena {
        session,
        limit: settings.timeout,
        stdin,
    };
    let folder = ScratchFolder::new()?;
    let mut progress = Progress::new(settings.progress);
    let begun = Instant::now();
    let mut warm: Vec<(Vec<Run>, Vec<Json>)> = Vec::new();
    let mut round = 0;
    while c.interrupted.is_none() {
        round += 1;
        for i in 0..c.entries.len() {
            let plan = Plan {
                round,
                begun,
                total: expected(c, settings, begun.elapsed()),
            };
            if let Some(n) = once(&mut c.entries[i], &arena, &folder, &mut progress, &plan)? {
                c.interrupted = Some(n);
                break;
            }
        }
        let short = begun.elapsed() < WARM_UP * c.entries.len() as u32;
        if round == 1 && short && settings.rounds != Some(1) && c.interrupted.is_none() {
            c.warmed_up = true;
            let take = |e: &mut Entry| {
                (
                    std::mem::take(&mut e.column.runs),
                    std::mem::take(&mut e.jit),
                )
            };
            warm = c.entries.iter_mut().map(take).collect();
        } else if enough(c, settings, begun.elapsed()) {
            break;
        }
    }
    progress.clear();
    // Interrupted early: the first round is better than nothing.
    if c.warmed_up
        && c.entries
            .iter()
            .any(|e| e.column.runs.is_empty() && e.column.trouble.is_none())
    {
        c.warmed_up = false;
        for (entry, (runs, jit)) in c.entries.iter_mut().zip(warm) {
            entry.column.runs.splice(0..0, runs);
            entry.jit.splice(0..0, jit);
        }
    }
    Ok(())
}

/// What there is to say while a run goes on.
struct Plan {
    round: usize,
    begun: Instant,
    total: Option<Duration>,
}

impl Plan {
    fn text(&self, name: &str, running: Duration) -> String {
        let gone = self.begun.elapsed();
        let left = match self.total.map(|t| t.saturating_sub(gone)) {
            Some(left) if left > Duration::ZERO => {
                format!(", at most about {} s more", left.as_secs() + 1)
            }
            _ => String::new(),
        };
        let running = match running.as_secs() {
            0 => String::new(),
            s => format!(" ({s} s)"),
        };
        format!(
            "round {}: {name}{running} · {} s{left} · Ctrl-C keeps what there is",
            self.round,
            gone.as_secs()
        )
    }
}

/// One run of a column. The result is the number of the signal that asked to stop.
fn once(
    entry: &mut Entry,
    arena: &Arena,
    folder: &ScratchFolder,
    progress: &mut Progress,
    plan: &Plan,
) -> Result<Option<i32>> {
    if let Some(n) = arena.session.interrupted() {
        return Ok(Some(n));
    }
    let name = entry.column.name.clone();
    progress.begin(&format!("round {}: {name}", plan.round));
    progress.update(|| plan.text(&name, Duration::ZERO));
    let stats = folder.path().join("jit.json");
    let mut command = entry.contender.command(&stats);
    let tick = &mut |running| progress.update(|| plan.text(&name, running));
    let stopped = entry.column.run(arena, &mut command, tick)?;
    // Programs that leave by os._exit() or a signal write none.
    if let Ok(text) = std::fs::read_to_string(&stats) {
        entry.jit.extend(Json::parse(&text));
        std::fs::remove_file(&stats)?;
    }
    Ok(stopped)
}

/// Complete rounds.
fn counted(c: &Comparison) -> usize {
    let healthy = c.entries.iter().filter(|e| e.column.trouble.is_none());
    healthy.map(|e| e.column.runs.len()).min().unwrap_or(0)
}

fn enough(c: &Comparison, settings: &Settings, elapsed: Duration) -> bool {
    let rounds = counted(c);
    if c.entries.iter().all(|e| e.column.trouble.is_some()) {
        return true;
    }
    if let Some(wanted) = settings.rounds {
        return rounds >= wanted || settings.time.is_some_and(|time| elapsed >= time);
    }
    if let Some(time) = settings.time {
        return elapsed >= time;
    }
    let base = c.base();
    let precise = c.entries.iter().all(|e| {
        let speed = e.column.speed(base, |run| run.wall);
        speed.is_none_or(|s| s.spread() < PRECISE)
    });
    // Of programs that run for minutes, two rounds tell at least whether they agree with each other.
    let fewest = if elapsed > 3 * TIME { 2 } else { FEWEST };
    rounds >= MOST || (rounds >= USUAL && precise) || (rounds >= fewest && elapsed > TIME)
}

/// How long all will take at most.
fn expected(c: &Comparison, settings: &Settings, elapsed: Duration) -> Option<Duration> {
    let walls = c.entries.iter().map(|e| e.column.estimate(|run| run.wall));
    let round: f64 = walls.map(|w| w.map(|w| w.middle)).sum::<Option<f64>>()?;
    let left = |rounds: usize| Duration::from_secs_f64(round * rounds as f64);
    let done = counted(c);
    Some(match (settings.rounds, settings.time) {
        (_, Some(time)) => time,
        (Some(n), None) => elapsed + left(n.saturating_sub(done)),
        (None, None) => TIME.max(elapsed + left(FEWEST.saturating_sub(done))),
    })
}
