//! `SKEIN_GC=report:1`: what the collector did and what was alive, on stderr when the program ends.

use super::stats::CycleStats;
use super::{Heap, large::size_of_object};
use crate::object::header::{Header, Kind};

impl Heap {
    /// Prints the report if the settings ask for it.
    pub fn report(&self) {
        if !self.config.report {
            return;
        }
        let s = self.stats();
        eprintln!(
            "allocated {} in use {} mapped {} external {} nursery {}",
            kib(s.allocated as usize),
            kib(s.in_use),
            kib(s.mapped),
            kib(s.external),
            kib(self.nursery.get())
        );
        line("minor", s.minor);
        line("full", s.full);
        self.collect(true);
        let s = self.stats();
        eprintln!("alive {} in use {}", kib(s.live), kib(s.in_use));
        let mut kinds = [(0usize, 0usize); Kind::COUNT];
        self.each_marked(&mut |addr| {
            // SAFETY: H1: a marked object after a full collection.
            let kind = unsafe { (*(addr as *const Header)).kind() };
            let entry = &mut kinds[kind as usize];
            *entry = (entry.0 + 1, entry.1 + size_of_object(addr));
        });
        let mut rows: Vec<_> = kinds.iter().enumerate().filter(|(_, k)| k.0 > 0).collect();
        rows.sort_by_key(|(_, k)| std::cmp::Reverse(k.1));
        for (i, (count, bytes)) in rows {
            let kind = Kind::from_byte(i as u8);
            eprintln!("{:>10} {count:8} {kind:?}", kib(*bytes));
        }
    }
}

fn line(name: &str, c: CycleStats) {
    let ms = |d: std::time::Duration| d.as_secs_f64() * 1e3;
    eprintln!(
        "{name:5} {:6} times, {:8.2} ms, longest {:.2} ms",
        c.count,
        ms(c.total),
        ms(c.longest)
    );
}

fn kib(bytes: usize) -> String {
    format!("{} KiB", bytes >> 10)
}
