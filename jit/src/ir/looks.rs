//! What an exit looks at, of the words that only exits and the trace itself know: registers of frames and places of dissolved objects.
//!
//! Whoever goes on behind an exit reads some registers and never the others. A trace that says which lets the optimiser drop stores of what nobody
//! will read. An exit that is not told about looks at everything. One that is told about also sets the stack's top anew.

use super::ExitId;
use std::sync::Arc;

/// A set of words, by their numbers.
#[derive(Clone, Default, PartialEq, Eq, Debug)]
pub struct Words(Vec<u64>);

impl Words {
    /// Adds a word.
    pub fn insert(&mut self, i: usize) {
        if self.0.len() <= i / 64 {
            self.0.resize(i / 64 + 1, 0);
        }
        self.0[i / 64] |= 1 << (i % 64);
    }
    /// Whether it is there.
    pub fn contains(&self, i: usize) -> bool {
        self.0.get(i / 64).is_some_and(|w| w >> (i % 64) & 1 != 0)
    }
    /// The words, in order.
    pub fn iter(&self) -> impl Iterator<Item = usize> + '_ {
        (0..64 * self.0.len()).filter(|i| self.contains(*i))
    }
}

/// What one exit looks at.
#[derive(Clone, Default, PartialEq, Eq, Debug)]
pub struct Seen {
    /// Registers of the frame that the trace was entered in; `None`: all.
    pub frame: Option<Words>,
    /// Words above the stack's top at entry.
    pub above: Words,
    /// Places of dissolved objects.
    pub places: Words,
}

/// What the exits of a trace look at.
#[derive(Clone, Default, PartialEq, Eq, Debug)]
pub struct Looks {
    /// In the order of their numbers.
    exits: Vec<(ExitId, Arc<Seen>)>,
    /// What looks at memory behind the trace's end, if that is a link.
    pub end: Option<Arc<Seen>>,
}

impl Looks {
    /// Tells of an exit; their numbers grow.
    pub fn tell(&mut self, e: ExitId, seen: Arc<Seen>) {
        self.exits.push((e, seen));
    }
    /// What an exit looks at, if that was told.
    pub fn at(&self, e: ExitId) -> Option<&Seen> {
        let i = self.exits.binary_search_by_key(&e.0, |(e, _)| e.0).ok()?;
        Some(&self.exits[i].1)
    }
    /// All that was told.
    pub fn exits(&self) -> &[(ExitId, Arc<Seen>)] {
        &self.exits
    }
}

impl std::fmt::Display for Seen {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("sees frame")?;
        let words = |f: &mut std::fmt::Formatter<'_>, w: &Words| {
            w.iter().try_for_each(|i| write!(f, " {i}"))
        };
        match &self.frame {
            Some(w) => words(f, w)?,
            None => f.write_str(" all")?,
        }
        f.write_str(" above")?;
        words(f, &self.above)?;
        f.write_str(" places")?;
        words(f, &self.places)
    }
}

/// Reads what [`Seen`] is written as, behind `sees`.
///
/// # Errors
/// The text is something else.
pub fn parse(tokens: &[&str]) -> Result<Seen, String> {
    let mut seen = Seen {
        frame: Some(Words::default()),
        ..Seen::default()
    };
    let mut part = "";
    for t in tokens {
        match (part, *t) {
            (_, "frame" | "above" | "places") => part = t,
            ("frame", "all") => seen.frame = None,
            _ => {
                let i: usize = t.parse().map_err(|_| format!("`{t}` is no word"))?;
                if i > 1 << 16 {
                    return Err(format!("word {i} is too far"));
                }
                match part {
                    "frame" => seen.frame.get_or_insert_default().insert(i),
                    "above" => seen.above.insert(i),
                    "places" => seen.places.insert(i),
                    _ => return Err(format!("where is word {i}?")),
                }
            }
        }
    }
    Ok(seen)
}
