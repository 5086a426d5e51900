//! The heap against models outside it.

use super::array::Array;
use super::bytebuf::ByteBuf;
use super::roots::RootVec;
use super::*;
use crate::object::header::{HeapObject, Kind, Ref, Slot};
use std::collections::{HashMap, HashSet};
use std::rc::Rc;

#[derive(Default)]
struct Roots {
    values: RootVec,
    /// A weak table of "shapes": shape id -> address.
    shapes: RefCell<HashMap<u32, usize>>,
    /// Stands for the stack of a tasklet.
    frame: RefCell<Vec<Cell<u64>>>,
}

impl RootSource for Roots {
    fn trace_roots(&self, tracer: &mut Tracer) {
        self.values.trace(tracer);
        tracer.visit_ambiguous(&self.frame.borrow());
    }
    fn shape_object(&self, shape_id: u32) -> Value {
        self.shapes
            .borrow()
            .get(&shape_id)
            .map_or(Value::NULL, |&a| value_at(a))
    }
    fn needs_finalizer(&self, _object: Value) -> bool {
        true
    }
    fn before_collection(&mut self, _full: bool) {}
    fn after_collection(&mut self, _full: bool, live: &dyn Fn(Value) -> bool) {
        self.shapes.borrow_mut().retain(|_, a| live(value_at(*a)));
    }
}

struct World {
    heap: Heap,
    roots: Box<Roots>,
}

impl World {
    fn new(settings: &str) -> World {
        let mut config = Config::default();
        settings
            .split_whitespace()
            .for_each(|s| assert!(config.set(s)));
        let world = World {
            heap: Heap::new(config),
            roots: Box::default(),
        };
        // SAFETY: H1: both live in `world`, and the box does not move.
        unsafe {
            world
                .heap
                .set_roots(&*world.roots as *const Roots as *mut Roots)
        };
        world
    }
}

/// Overwrites stale words on the native stack below the caller.
#[inline(never)]
pub(super) fn scrub() {
    let mut junk = [0u64; 4096];
    std::hint::black_box(&mut junk);
}

struct Random(u64);

impl Random {
    fn below(&mut self, n: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) as usize % n.max(1)
    }
}

/// What an object should hold: the number of each slot's object (0: empty), or a length of bytes.
#[derive(Clone)]
enum Shadow {
    Slots(Vec<usize>),
    Bytes(usize),
}

/// Random operations on a graph of arrays and buffers, compared with a model.
struct Fuzz {
    world: World,
    model: HashMap<usize, Shadow>,
    roots: Vec<usize>,
    next: usize,
    random: Random,
}

const ROOTS: usize = 24;

impl Fuzz {
    fn new(seed: u64, settings: &str) -> Fuzz {
        let world = World::new(settings);
        world.roots.values.resize(ROOTS, Value::NULL);
        Fuzz {
            world,
            model: HashMap::new(),
            roots: vec![0; ROOTS],
            next: 1,
            random: Random(seed * 0x9e37_79b9 + 1),
        }
    }
    /// A random reachable object: its value and number.
    fn pick(&mut self) -> (Value, usize) {
        let r = self.random.below(ROOTS);
        let (mut v, mut n) = (self.world.roots.values.get(r), self.roots[r]);
        for _ in 0..self.random.below(6) {
            let Some(Shadow::Slots(children)) = self.model.get(&n) else {
                break;
            };
            let i = self.random.below(children.len());
            let (Some(a), Some(&child)) = (v.cast::<Array>(), children.get(i)) else {
                break;
            };
            if child == 0 {
                break;
            }
            (v, n) = (a.get(i + 1), child);
        }
        (v, n)
    }
    fn size(&mut self) -> usize {
        match self.random.below(1000) {
            0..700 => self.random.below(9),
            700..900 => self.random.below(70),
            900..985 => self.random.below(1200),
            985..999 => self.random.below(30_000),
            _ => self.random.below(700_000),
        }
    }
    fn allocate(&mut self) {
        let (n, len, root) = (self.next, self.size(), self.random.below(ROOTS));
        self.next += 1;
        let value = if self.random.below(3) == 0 {
            let buf = self.world.heap.new_bytebuf(len * 8);
            assert!(buf.bytes().iter().all(|b| *b == 0), "new buffers are zero");
            buf.used.set(n);
            buf.cells()
                .iter()
                .enumerate()
                .for_each(|(i, c)| c.set(pattern(n, i)));
            self.model.insert(n, Shadow::Bytes(len * 8));
            Value::from(buf)
        } else {
            let array = self.world.heap.new_array(len + 1);
            assert!(
                array.slots().iter().all(|s| s.get().is_null()),
                "new arrays are empty"
            );
            array.set(0, Value::from_usize(n));
            let mut children = vec![0; len];
            for i in (0..len).take(40) {
                let (v, child) = self.pick();
                array.set(i + 1, v);
                children[i] = child;
            }
            self.model.insert(n, Shadow::Slots(children));
            array.value()
        };
        self.world.roots.values.set(root, value);
        self.roots[root] = n;
    }
    fn mutate(&mut self) {
        let ((v, n), (to, child)) = (self.pick(), self.pick());
        let drop_it = self.random.below(3) == 0;
        let (to, child) = if drop_it {
            (Value::NULL, 0)
        } else {
            (to, child)
        };
        if let (Some(a), Some(Shadow::Slots(children))) =
            (v.cast::<Array>(), self.model.get_mut(&n))
            && !children.is_empty()
        {
            let i = self.random.below(children.len());
            a.set(i + 1, to);
            children[i] = child;
        }
    }
    fn grow(&mut self) {
        let root = self.random.below(ROOTS);
        let n = self.roots[root];
        let Some(a) = self.world.roots.values.get(root).cast::<Array>() else {
            return;
        };
        let extra = 1 + self.random.below(a.len() / 2 + 8);
        let Some(grown) = self.world.heap.grow_array(a, a.len() + extra) else {
            panic!("no memory")
        };
        assert!(
            grown.slots()[grown.len() - extra..]
                .iter()
                .all(|s| s.get().is_null()),
            "new slots are empty"
        );
        let Some(Shadow::Slots(mut children)) = self.model.get(&n).cloned() else {
            panic!("an array")
        };
        children.resize(grown.len() - 1, 0);
        let m = if grown == a { n } else { self.next };
        self.next += 1;
        grown.set(0, Value::from_usize(m));
        self.model.insert(m, Shadow::Slots(children));
        self.world.roots.values.set(root, grown.value());
        self.roots[root] = m;
    }
    fn step(&mut self) {
        match self.random.below(100) {
            0..45 => self.allocate(),
            45..85 => self.mutate(),
            85..92 => self.grow(),
            92..99 => {
                let root = self.random.below(ROOTS);
                self.world.roots.values.set(root, Value::NULL);
                self.roots[root] = 0;
            }
            _ => {
                let full = self.random.below(4) == 0;
                self.world.heap.collect(full);
            }
        }
    }
    /// Walks both graphs; forgets what is not reachable.
    fn check(&mut self) {
        let mut seen = HashSet::new();
        let mut todo: Vec<(Value, usize)> = (0..ROOTS)
            .map(|i| (self.world.roots.values.get(i), self.roots[i]))
            .collect();
        while let Some((v, n)) = todo.pop() {
            if n == 0 || !seen.insert(n) {
                assert!(n != 0 || v.is_null());
                continue;
            }
            match &self.model[&n] {
                Shadow::Bytes(len) => {
                    let b = v.cast::<ByteBuf>().expect("a buffer");
                    assert_eq!((b.used.get(), b.capacity()), (n, *len));
                    assert!(
                        b.bytes()
                            .iter()
                            .enumerate()
                            .all(|(i, x)| *x == pattern(n, i))
                    );
                }
                Shadow::Slots(children) => {
                    let a = v.cast::<Array>().expect("an array");
                    assert_eq!(
                        (a.get(0).as_small_int(), a.len()),
                        (Some(n as i64), children.len() + 1)
                    );
                    children
                        .iter()
                        .enumerate()
                        .for_each(|(i, c)| todo.push((a.get(i + 1), *c)));
                }
            }
        }
        self.model.retain(|n, _| seen.contains(n));
    }
}

fn pattern(n: usize, i: usize) -> u8 {
    (n.wrapping_mul(31) + i) as u8
}

fn fuzz(seeds: std::ops::Range<u64>, steps: usize, settings: &str) {
    for seed in seeds {
        let mut fuzz = Fuzz::new(seed, settings);
        for i in 0..steps {
            fuzz.step();
            if i % 500 == 0 {
                fuzz.check();
            }
        }
        fuzz.check();
        let stats = fuzz.world.heap.stats();
        assert!(
            stats.minor.count > 3 && stats.full.count > 3,
            "the heap was hardly tested: {stats:?}"
        );
        println!("{seed}: {stats:?}");
    }
}

#[test]
fn fuzz_small_nursery() {
    fuzz(0..6, 6000, "nursery:256k growth:1m verify poison");
}

#[test]
fn fuzz_absurd_nursery() {
    fuzz(10..12, 1500, "nursery:1 growth:1 verify poison");
}

#[test]
fn fuzz_stress() {
    fuzz(20..22, 1500, "stress:3");
}

/// `SKEIN_FUZZ_SEEDS=n cargo test -p skein-runtime fuzz_many`: a long search for rare orders of events.
#[test]
fn fuzz_many() {
    let seeds = std::env::var("SKEIN_FUZZ_SEEDS")
        .ok()
        .and_then(|n| n.parse().ok())
        .unwrap_or(1u64);
    for (i, settings) in [
        "nursery:128k growth:1m verify poison",
        "nursery:1m growth:2m",
        "stress:5",
        "nursery:1 growth:64k",
    ]
    .iter()
    .enumerate()
    {
        let from = 100 + i as u64 * 10_000;
        fuzz(
            from..from + seeds,
            if settings.starts_with("stress") {
                1500
            } else {
                6000
            },
            settings,
        );
    }
}

#[test]
fn fuzz_plain() {
    fuzz(30..34, 20_000, "nursery:1m growth:2m");
}

#[inline(never)]
fn make_weakrefs(world: &World, keep: usize, total: usize) {
    let heap = &world.heap;
    for i in 0..total {
        let target = heap.new_array(2);
        let weakref = heap.new_bytebuf(8);
        let cell = weak_cell(&weakref);
        cell.set_unbarriered(target.value());
        heap.register_weakref(weakref.header(), target.header(), cell);
        world.roots.values.push(weakref.into());
        if i < keep {
            world.roots.values.push(target.value());
        }
    }
}

fn weak_cell(weakref: &Ref<ByteBuf>) -> &Slot {
    &tail::slots(&**weakref, 1)[0]
}

#[test]
fn weakrefs_are_cleared() {
    for full in [false, true] {
        let world = World::new("verify poison");
        make_weakrefs(&world, 40, 100);
        scrub();
        world.heap.collect(full);
        world.heap.collect(full);
        let mut dead = 0;
        while let Some(w) = world.heap.take_dead_weakref() {
            dead += 1;
            assert!(
                weak_cell(&w.cast::<ByteBuf>().expect("weakref"))
                    .get()
                    .is_null()
            );
        }
        assert!((55..=60).contains(&dead), "{dead} weak references died");
    }
}

#[test]
fn weakrefs_of_old_objects() {
    let world = World::new("verify poison");
    make_weakrefs(&world, 100, 100);
    world.heap.collect(false);
    assert!(world.heap.take_dead_weakref().is_none());
    let arrays: Vec<usize> = (0..world.roots.values.len())
        .filter(|i| world.roots.values.get(*i).is::<Array>())
        .collect();
    arrays
        .iter()
        .for_each(|i| world.roots.values.set(*i, Value::NULL));
    scrub();
    world.heap.collect(false);
    assert!(
        world.heap.take_dead_weakref().is_none(),
        "a minor collection leaves old objects alone"
    );
    world.heap.collect(true);
    let dead = std::iter::from_fn(|| world.heap.take_dead_weakref()).count();
    assert!(dead >= 95, "{dead}");
}

#[inline(never)]
fn make_finalizable(world: &World, total: usize) {
    for i in 0..total {
        let (a, child) = (world.heap.new_array(2), world.heap.new_array(1));
        child.set(0, Value::from_usize(i));
        a.set(0, child.value());
        a.set(1, a.value());
        world.heap.register_finalizer(a.header());
    }
}

#[test]
fn finalizers_resurrect_once() {
    let world = World::new("verify poison");
    make_finalizable(&world, 50);
    scrub();
    world.heap.collect(false);
    let mut seen = HashSet::new();
    world.heap.collect(true);
    world.heap.collect(true);
    while let Some(v) = world.heap.take_finalizable() {
        let a = v.cast::<Array>().expect("an array");
        let child = a.get(0).cast::<Array>().expect("its child");
        assert!(a.get(1) == v && seen.insert(child.get(0).as_small_int()));
        assert!(
            !v.header()
                .is_some_and(|h| h.has(crate::object::header::flag::HAS_FINALIZER))
        );
    }
    assert!(seen.len() >= 45, "{}", seen.len());
    world.heap.queue_all_finalizers();
    while world.heap.take_finalizable().is_some() {
        seen.insert(Some(-1 - seen.len() as i64));
    }
    assert_eq!(seen.len(), 50, "every finaliser is due exactly once");
}

/// An object with Rust state; its kind is that of a buffer, whose trace function looks at nothing.
#[repr(C)]
struct Droppy {
    header: Header,
    count: Rc<Cell<usize>>,
    _alive: Option<Box<u64>>,
}

impl HeapObject for Droppy {
    const KIND: Kind = Kind::ByteBuf;
    fn trace(&self, _: &mut Tracer) {}
}

impl Drop for Droppy {
    fn drop(&mut self) {
        self.count.set(self.count.get() + 1);
    }
}

#[inline(never)]
fn make_droppy(world: &World, count: &Rc<Cell<usize>>, total: usize) {
    for i in 0..total {
        let init = Droppy {
            header: Header::PENDING,
            count: count.clone(),
            _alive: Some(Box::new(i as u64)),
        };
        let object = world.heap.alloc(crate::object::shape::ids::BYTEBUF, init);
        world.heap.owns_external(object, 10);
        if i % 2 == 0 {
            // SAFETY: H1: a live object, to be held by a root.
            world
                .roots
                .values
                // SAFETY: the bits of a live object's address are a value.
                .push(unsafe { Value::from_bits(object.as_ptr() as u64) });
        }
    }
}

#[test]
fn drop_glue_runs_once() {
    let count = Rc::new(Cell::new(0));
    let world = World::new("verify poison");
    make_droppy(&world, &count, 1000);
    scrub();
    world.heap.collect(false);
    assert!((490..=500).contains(&count.get()), "{}", count.get());
    assert_eq!(world.heap.stats().external, (1000 - count.get()) * 10);
    (0..world.roots.values.len()).for_each(|i| world.roots.values.set(i, Value::NULL));
    scrub();
    world.heap.collect(true);
    assert!(count.get() >= 990, "{}", count.get());
    drop(world);
    assert_eq!((count.get(), Rc::strong_count(&count)), (1000, 1));
}

#[test]
fn shapes_live_with_their_objects() {
    use crate::object::shape::ids;
    #[inline(never)]
    fn make(world: &World, range: std::ops::Range<u32>) {
        for id in range {
            let shape = world.heap.new_array(3);
            world
                .roots
                .shapes
                .borrow_mut()
                .insert(id, shape.as_ptr() as usize);
            let object = world.heap.new_bytebuf(16);
            object.header().set_shape_id(id);
            if id % 2 == 0 {
                world.roots.values.push(object.into());
            }
        }
    }
    let world = World::new("nursery:2k verify poison");
    make(&world, ids::FIRST_DYNAMIC..ids::FIRST_DYNAMIC + 300);
    scrub();
    world.heap.collect(false);
    world.heap.collect(true);
    let shapes = world.roots.shapes.borrow().len();
    assert!((150..156).contains(&shapes), "{shapes}");
    (0..150).for_each(|i| world.roots.values.set(i, Value::NULL));
    drop(world);
}

#[test]
fn a_changed_shape_is_remembered() {
    use crate::object::shape::ids;
    #[inline(never)]
    fn change(world: &World, object: &Ref<ByteBuf>) {
        let shape = world.heap.new_array(3);
        let id = ids::FIRST_DYNAMIC + 5;
        world
            .roots
            .shapes
            .borrow_mut()
            .insert(id, shape.as_ptr() as usize);
        object.header().set_shape_id(id);
    }
    let world = World::new("verify poison");
    let object = world.heap.new_bytebuf(16);
    world.heap.collect(false);
    change(&world, &object);
    scrub();
    world.heap.collect(false);
    assert_eq!(world.roots.shapes.borrow().len(), 1);
    assert!(object.header().has(crate::object::header::flag::UNLOGGED));
}

#[test]
fn interior_pointers_keep_objects() {
    let world = World::new("verify poison");
    world
        .roots
        .frame
        .borrow_mut()
        .resize_with(6, || Cell::new(0));
    let sizes = [3usize, 200, 700, 3000, 90_000, 700_000];
    for round in 0..4 {
        for (i, &len) in sizes.iter().enumerate() {
            let a = world.heap.new_array(len);
            a.set(len - 1, Value::from_usize(len));
            let offset = if round % 2 == 0 { 0 } else { (len / 2 + 2) * 8 };
            world.roots.frame.borrow()[i].set((a.as_ptr() as usize + offset) as u64);
        }
        scrub();
        for full in [false, false, true, true, false] {
            world.heap.collect(full);
            for (i, &len) in sizes.iter().enumerate() {
                let word = world.roots.frame.borrow()[i].get();
                let offset = if round % 2 == 0 { 0 } else { (len / 2 + 2) * 8 } as u64;
                let a = value_at((word - offset) as usize)
                    .cast::<Array>()
                    .expect("an array");
                assert_eq!(
                    (a.len(), a.get(len - 1).as_small_int()),
                    (len, Some(len as i64))
                );
            }
        }
    }
}

#[test]
fn native_stack_keeps_one_past_the_end() {
    #[inline(never)]
    fn end_of_new(heap: &Heap) -> usize {
        let a = heap.new_array(5);
        a.set(4, Value::from_usize(77));
        a.as_ptr() as usize + heap.object_size(a.header())
    }
    let world = World::new("verify poison");
    let end = std::hint::black_box(end_of_new(&world.heap));
    scrub();
    world.heap.collect(false);
    world.heap.collect(true);
    let last = end - 8;
    // SAFETY: H1: the word `end` on this stack keeps the array alive.
    let kept = unsafe { (*(last as *const Slot)).get().as_small_int() };
    assert_eq!(kept, Some(77));
    std::hint::black_box(end);
}

#[test]
fn limit_is_an_error_not_a_crash() {
    let world = World::new("limit:8m nursery:1m");
    let heap = &world.heap;
    assert!(heap.try_new_array(1 << 40).is_none() && heap.try_new_array(usize::MAX / 8).is_none());
    let mut made = 0;
    while let Some(a) = heap.try_new_array(10_000) {
        world.roots.values.push(a.value());
        made += 1;
        assert!(made < 1000);
    }
    assert!(made > 50, "{made}");
    let hooked = Rc::new(Cell::new(0));
    let told = hooked.clone();
    heap.set_memory_hook(move || told.set(told.get() + 1));
    (0..2000).for_each(|_| _ = world.roots.values.push(heap.new_array(4).value()));
    (0..made).for_each(|i| world.roots.values.set(i, Value::NULL));
    scrub();
    heap.collect(true);
    assert!(heap.try_new_array(10_000).is_some() && hooked.get() <= 1);
}

#[test]
fn memory_goes_back() {
    let world = World::new("nursery:1m");
    (0..200).for_each(|_| {
        _ = world
            .roots
            .values
            .push(world.heap.new_array(100_000).value())
    });
    let full = world.heap.stats();
    world.roots.values.resize(0, Value::NULL);
    scrub();
    world.heap.collect(true);
    let after = world.heap.stats();
    assert!(
        full.in_use > 150 << 20 && after.in_use < 8 << 20 && after.mapped < full.mapped / 2,
        "{full:?} {after:?}"
    );
}

#[test]
fn growth_happens_in_place() {
    let world = World::new("verify poison");
    let mut moved = 0;
    let mut a = world.heap.new_array(4);
    for i in 0..2_000_000usize {
        if i == a.len() {
            let grown = world.heap.grow_array(a, i + i / 2).expect("memory");
            moved += (grown != a) as usize;
            a = grown;
        }
        a.set(i, Value::from_usize(i));
    }
    assert!(
        (0..2_000_000).all(|i| a.get(i).as_small_int() == Some(i as i64)) && moved <= 8,
        "moved {moved} times"
    );
}

#[test]
fn live_objects_and_referents() {
    let world = World::new("nursery:1m");
    let (a, b) = (world.heap.new_array(3), world.heap.new_bytebuf(3));
    a.set(1, b.into());
    a.set(2, a.value());
    world.roots.values.push(a.value());
    let refs = world.heap.referents(a.header());
    assert_eq!(refs.as_slice(), &[Value::from(b), a.value()]);
    assert!(
        world
            .heap
            .refers_to(a.header(), &mut |v| v == Value::from(b))
    );
    let all = world
        .heap
        .live_objects(&mut |h| h.kind() == Kind::ByteBuf)
        .expect("memory");
    assert!(all.slots().iter().any(|s| s.get() == Value::from(b)));
}

#[test]
fn parked_stacks_are_roots() {
    let world = World::new("verify poison");
    let mut fake = vec![0usize; 64];
    #[inline(never)]
    fn fill(world: &World, fake: &mut [usize]) {
        for (i, word) in fake.iter_mut().enumerate() {
            let a = world.heap.new_array(3);
            a.set(0, Value::from_usize(i));
            *word = a.as_ptr() as usize;
        }
    }
    fill(&world, &mut fake);
    let range = fake.as_ptr_range();
    // SAFETY: H1: the vector outlives the registration and stays where it is.
    let token = unsafe {
        world
            .heap
            .register_stack(range.start as *const u8, range.end as *const u8)
    };
    scrub();
    world.heap.collect(false);
    world.heap.collect(true);
    let intact = |i: usize| {
        value_at(fake[i])
            .cast::<Array>()
            .is_some_and(|a| a.get(0).as_small_int() == Some(i as i64))
    };
    assert!((0..64).all(intact));
    world.heap.unregister_stack(token);
    scrub();
    world.heap.collect(true);
    // SAFETY: H1: the block is still in use or free, but mapped.
    let poisoned = fake
        .iter()
        .filter(|a| unsafe { *(**a as *const u8) } == block::POISON)
        .count();
    assert!(poisoned > 55, "{poisoned}");
    // SAFETY: H1: nothing is switched; the closure runs on the same stack.
    let sum = unsafe {
        world.heap.leave_stack(None, || {
            (0..64)
                .filter(|_| {
                    world.heap.collect(true);
                    true
                })
                .count()
        })
    };
    assert_eq!(sum, 64);
}

#[test]
fn external_memory_triggers_collections() {
    let world = World::new("nursery:1m growth:4m");
    let count = Rc::new(Cell::new(0));
    for i in 0..1000 {
        let init = Droppy {
            header: Header::PENDING,
            count: count.clone(),
            _alive: None,
        };
        let object = world.heap.alloc(crate::object::shape::ids::BYTEBUF, init);
        world.heap.owns_external(object, 100_000);
        if i % 50 == 0 {
            // SAFETY: H1: a live object, to be held by a root.
            let value = unsafe { Value::from_bits(object.as_ptr() as u64) };
            world.roots.values.push(value);
        }
    }
    let stats = world.heap.stats();
    assert!(
        stats.external < 30_000_000 && stats.minor.count > 50,
        "{stats:?}"
    );
}
