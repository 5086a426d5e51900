//! Allocation and collection speed without the interpreter: `cargo run --release -p skein-benches --bin heap [name]`.
//!
//! The workloads are those that the heap's design was measured with (binary trees; a long-lived heap with random
//! replacement; growing buffers), so numbers can be compared with that page: with tagging, a 32-byte node and
//! bounds-checked access they are a little higher by nature. Times are the best of three rounds.

use skein_runtime::heap::array::Array;
use skein_runtime::heap::roots::RootVec;
use skein_runtime::heap::{Config, Heap, RootSource, Tracer};
use skein_runtime::object::header::Ref;
use skein_runtime::value::Value;
use std::time::{Duration, Instant};

#[derive(Default)]
struct Roots(RootVec);

impl RootSource for Roots {
    fn trace_roots(&self, tracer: &mut Tracer) {
        self.0.trace(tracer);
    }
    fn shape_object(&self, _: u32) -> Value {
        Value::NULL
    }
    fn needs_finalizer(&self, _: Value) -> bool {
        true
    }
    fn before_collection(&mut self, _: bool) {}
    fn after_collection(&mut self, _: bool, _: &dyn Fn(Value) -> bool) {}
}

fn tree(heap: &Heap, depth: usize) -> Ref<Array> {
    let node = if depth == 0 {
        heap.new_array(2)
    } else {
        let (left, right) = (tree(heap, depth - 1), tree(heap, depth - 1));
        let node = heap.new_array(2);
        node.set(0, left.value());
        node.set(1, right.value());
        node
    };
    std::hint::black_box(node)
}

fn count(node: Ref<Array>) -> usize {
    1 + node
        .slots()
        .iter()
        .filter_map(|s| s.get().cast::<Array>())
        .map(count)
        .sum::<usize>()
}

/// Returns the number of objects allocated.
fn binary_trees(heap: &Heap, roots: &Roots, depth: usize) -> usize {
    let mut nodes = count(tree(heap, depth + 1));
    let long_lived = tree(heap, depth);
    roots.0.push(long_lived.value());
    for d in (4..=depth).step_by(4) {
        for _ in 0..1 << (depth - d + 4) {
            nodes += count(tree(heap, d));
        }
    }
    nodes + count(long_lived)
}

/// 2M live objects in arrays of 500; every `every`-th of 20M allocations replaces a random one.
fn long_lived(heap: &Heap, roots: &Roots, every: usize) -> usize {
    const LIVE: usize = 2_000_000;
    for _ in 0..LIVE / 500 {
        let a = heap.new_array(500);
        roots.0.push(a.value());
        (0..500).for_each(|i| a.set(i, heap.new_array(2).value()));
    }
    let (mut seed, n) = (88172645463325252u64, 20_000_000);
    for i in 0..n {
        let object = std::hint::black_box(heap.new_array(2));
        if i % every == 0 {
            seed ^= seed << 13;
            seed ^= seed >> 7;
            seed ^= seed << 17;
            let at = (seed >> 20) as usize % LIVE;
            if let Some(a) = roots.0.get(at / 500).cast::<Array>() {
                a.set(at % 500, object.value());
            }
        }
    }
    n
}

fn append(heap: &Heap, lists: usize, len: usize) -> usize {
    for _ in 0..lists {
        let mut a = heap.new_array(4);
        for i in 0..len {
            if i == a.len() {
                a = heap.grow_array(a, i + i / 2).unwrap_or(a);
            }
            a.set(i, Value::from_usize(i));
        }
        std::hint::black_box(a);
    }
    lists * len
}

fn bare(heap: &Heap, n: usize) -> usize {
    (0..n).for_each(|_| _ = std::hint::black_box(heap.new_array(2)));
    n
}

/// Sizes that the compiler does not know.
fn sizes(heap: &Heap, n: usize) -> usize {
    (0..n).for_each(|i| _ = std::hint::black_box(heap.new_array(std::hint::black_box(1 + i % 4))));
    n
}

fn main() {
    let only = std::env::args().nth(1);
    type Work = fn(&Heap, &Roots) -> usize;
    let works: &[(&str, Work)] = &[
        ("start", |h, _| bare(h, 1)),
        ("bare", |h, _| bare(h, 50_000_000)),
        ("sizes", |h, _| sizes(h, 50_000_000)),
        ("bt16", |h, r| binary_trees(h, r, 16)),
        ("bt18", |h, r| binary_trees(h, r, 18)),
        ("live64", |h, r| long_lived(h, r, 64)),
        ("live1024", |h, r| long_lived(h, r, 1024)),
        ("append16", |h, _| append(h, 1_000_000, 16)),
        ("append100", |h, _| append(h, 200_000, 100)),
        ("append1M", |h, _| append(h, 20, 1_000_000)),
    ];
    for (name, work) in works
        .iter()
        .filter(|(n, _)| only.as_deref().is_none_or(|o| o == *n))
    {
        let mut best: Option<(Duration, usize, String)> = None;
        for _ in 0..3 {
            let mut roots = Roots::default();
            let heap = Heap::new(Config::from_env());
            // SAFETY: `roots` is dropped after `heap`.
            unsafe { heap.set_roots(&raw mut roots) };
            let start = Instant::now();
            let n = work(&heap, &roots);
            let time = start.elapsed();
            let s = heap.stats();
            let (minor, full) = (s.minor, s.full);
            let each = |c: skein_runtime::heap::CycleStats| {
                c.total.as_secs_f64() * 1e3 / c.count.max(1) as f64
            };
            let text = format!(
                "minor {:4} x {:.3} ms (max {:.2})  full {:2} x {:.2} ms  in use {:3} MB",
                minor.count,
                each(minor),
                minor.longest.as_secs_f64() * 1e3,
                full.count,
                each(full),
                s.in_use >> 20
            );
            if best.as_ref().is_none_or(|b| time < b.0) {
                best = Some((time, n, text));
            }
        }
        if let Some((time, n, text)) = best {
            println!(
                "{name:10} {:8.1} ms {:6.2} ns/op  {text}",
                time.as_secs_f64() * 1e3,
                time.as_secs_f64() * 1e9 / n as f64
            );
        }
    }
}
