//! How often a statement that may have dropped the last reference to something starts a collection.
//!
//! CPython finalises at once; here only a collection can tell, and a full one for each `del d[k]` in a loop would be ruinous. So each one that
//! finds nothing, after a few free ones, doubles the number of statements that go without; one that finds something starts anew.

use std::cell::Cell;

/// Decides which of many occasions to collect are used.
pub struct Backoff {
    free: u32,
    misses: Cell<u32>,
    skip: Cell<u32>,
}

/// At most 2 to the power of this many occasions are left out in a row.
const MOST_DOUBLINGS: u32 = 14;

impl Backoff {
    /// The first `free` collections in vain cost nothing.
    #[must_use]
    pub fn new(free: u32) -> Backoff {
        Backoff {
            free,
            misses: Cell::new(0),
            skip: Cell::new(0),
        }
    }
    /// True if this occasion is to be used.
    pub fn admit(&self) -> bool {
        let skip = self.skip.get();
        self.skip.set(skip.saturating_sub(1));
        skip == 0
    }
    /// Says what came of an occasion that was used.
    pub fn note(&self, found: bool) {
        if found {
            self.misses.set(0);
            return;
        }
        let misses = self.misses.get() + 1;
        self.misses.set(misses.min(self.free + MOST_DOUBLINGS));
        if misses > self.free {
            self.skip.set(1 << (misses - self.free).min(MOST_DOUBLINGS));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn misses_double_the_distance_and_a_hit_resets_it() {
        let backoff = Backoff::new(2);
        let used = |n: usize| {
            (0..n)
                .filter(|_| backoff.admit())
                .inspect(|_| backoff.note(false))
                .count()
        };
        assert_eq!(used(2), 2);
        assert!(used(10_000) < 20);
        while !backoff.admit() {}
        backoff.note(true);
        assert_eq!(used(3), 3);
    }
}
