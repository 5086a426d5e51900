//! Who compiles: a thread of its own, while the program goes on in the interpreter, or whoever asks.
//!
//! A job holds everything that compiling needs, and nothing in it is the program's: operations and addresses. What comes back is
//! published by the program's thread, when it asks.

use super::layout;
use skein_jit::backend::{Backend, Code, Dispatch, Glue, Options, Slots};
use skein_jit::ir::Trace;
use skein_jit::opt::{Layout, Passes, optimise, shake};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::Instant;

/// Room for Cranelift, which recurses over blocks.
const STACK_BYTES: usize = 8 << 20;

/// A trace to be compiled.
pub struct Job {
    /// Its operations as recorded.
    pub trace: Trace,
    /// The optimiser's passes.
    pub passes: Passes,
    /// Where its exits' slots are.
    pub slots: Slots,
    /// Text is wanted, too.
    pub text: bool,
    /// Guards fail at random: the address of a word that counts, and one in how many (0: none).
    pub chaos: (u64, u64),
}

/// What became of it.
pub struct Made {
    /// Its operations, optimised.
    pub trace: Trace,
    /// Nanoseconds that optimising took.
    pub optimise_ns: u64,
    /// Nanoseconds that all of it took.
    pub all_ns: u64,
    /// The machine code.
    pub result: Result<Code, String>,
}

struct Here {
    backend: Backend,
    layout: Layout,
}

impl Here {
    fn new(options: Options, dispatch: &Dispatch) -> Result<Here, String> {
        Ok(Here {
            backend: Backend::new(options, dispatch)?,
            layout: layout::layout(),
        })
    }

    fn make(&mut self, mut job: Job) -> Made {
        let begun = Instant::now();
        optimise(&mut job.trace, job.passes, &self.layout);
        if let (counter, period @ 1..) = job.chaos {
            shake(&mut job.trace, counter, period);
        }
        let optimised = begun.elapsed();
        let result = self.backend.compile(&job.trace, job.slots, job.text);
        Made {
            trace: job.trace,
            optimise_ns: optimised.as_nanos() as u64,
            all_ns: begun.elapsed().as_nanos() as u64,
            result,
        }
    }
}

struct Elsewhere {
    jobs: Sender<Job>,
    made: Receiver<Made>,
    ready: Arc<AtomicUsize>,
    /// The process that has the thread.
    process: u32,
}

enum Place {
    Here(Box<Here>),
    Elsewhere(Elsewhere),
}

/// The compiler of a tier.
pub struct Compiler {
    place: Place,
    options: Options,
    dispatch: Dispatch,
    /// The code around traces.
    pub glue: Glue,
}

impl Compiler {
    /// Makes one. `background`: on a thread of its own, if there is a processor for it.
    ///
    /// # Errors
    /// There is no code generator for this machine, or no memory.
    pub fn new(options: Options, dispatch: Dispatch, background: bool) -> Result<Compiler, String> {
        let processors = std::thread::available_parallelism().map_or(1, |n| n.get());
        if background
            && processors > 1
            && let Ok((place, glue)) = start(options, dispatch)
        {
            return Ok(Compiler {
                place: Place::Elsewhere(place),
                options,
                dispatch,
                glue,
            });
        }
        let here = Here::new(options, &dispatch)?;
        Ok(Compiler {
            glue: here.backend.glue,
            place: Place::Here(Box::new(here)),
            options,
            dispatch,
        })
    }

    /// True if the thread was another process's: a forked child has no other threads than the one that forked. A new one is
    /// started, and what the old one had to do is lost. Code that it made is there.
    pub fn recover(&mut self) -> bool {
        match &self.place {
            Place::Elsewhere(e) if e.process != std::process::id() => {}
            _ => return false,
        }
        if let Ok((place, _)) = start(self.options, self.dispatch) {
            // The old channels may be locked by a thread that is not here.
            if let Place::Elsewhere(old) =
                std::mem::replace(&mut self.place, Place::Elsewhere(place))
            {
                std::mem::forget(old);
            }
        }
        true
    }

    /// Compiles, or has it compiled: `None`, and [`Compiler::take`] gives it later, in order.
    pub fn submit(&mut self, job: Job) -> Option<Made> {
        match &mut self.place {
            Place::Here(here) => Some(here.make(job)),
            Place::Elsewhere(e) => match e.jobs.send(job) {
                Ok(()) => None,
                Err(lost) => Some(Made {
                    trace: lost.0.trace,
                    optimise_ns: 0,
                    all_ns: 0,
                    result: Err("the compiler's thread has ended".to_string()),
                }),
            },
        }
    }

    /// What is done, if something is. `wait`: as soon as it is.
    pub fn take(&self, wait: bool) -> Option<Made> {
        let Place::Elsewhere(e) = &self.place else {
            return None;
        };
        if !wait && e.ready.load(Ordering::Acquire) == 0 || e.process != std::process::id() {
            return None;
        }
        let made = e.made.recv().ok()?;
        e.ready.fetch_sub(1, Ordering::Relaxed);
        Some(made)
    }
}

fn start(options: Options, dispatch: Dispatch) -> Result<(Elsewhere, Glue), String> {
    let (jobs, waiting) = channel::<Job>();
    let (done, made) = channel();
    let (tell, told) = channel();
    let ready = Arc::new(AtomicUsize::new(0));
    let count = ready.clone();
    std::thread::Builder::new()
        .name("skein-jit".to_string())
        .stack_size(STACK_BYTES)
        .spawn(move || {
            skein_runtime::helpers::signals::leave_to_others();
            let mut here = match Here::new(options, &dispatch) {
                Ok(here) => here,
                Err(why) => {
                    let _ = tell.send(Err(why));
                    return;
                }
            };
            let _ = tell.send(Ok(here.backend.glue));
            for job in waiting {
                let made = here.make(job);
                // Counted before it can be taken, taken only when counted: the taker waits a moment at most.
                count.fetch_add(1, Ordering::Release);
                if done.send(made).is_err() {
                    return;
                }
            }
        })
        .map_err(|e| e.to_string())?;
    let glue = told.recv().map_err(|e| e.to_string())??;
    Ok((
        Elsewhere {
            jobs,
            made,
            ready,
            process: std::process::id(),
        },
        glue,
    ))
}
