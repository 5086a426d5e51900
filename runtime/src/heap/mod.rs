//! The heap: non-moving, generational, mark-region, conservative at the native stack and precise in objects.
//!
//! Native code holds raw [`Value`]s on its stack without any rooting ceremony. The price is that the type system does
//! **not** prove a `Value` alive: code that looks safe can be wrong if it breaks H1. So there is a fence around `unsafe`,
//! these invariants, which SAFETY comments cite, and machine checks (`verify`, `SKEIN_GC=stress:1`).
//!
//! - **H1 Homes.** A Value may rest only in: the native stack or registers of an attached thread; a heap object whose
//!   trace function visits it; a root container (`roots`). Never in `Vec`, `Box`, `Rc`, `HashMap`, `SmallVec`, a closure or
//!   future on the malloc heap, a static, a thread-local, a channel or a code immediate: the scan cannot see those.
//! - **H2 Visible pointers.** A pointer is never xor-ed, compressed, split or stored unaligned; tag bits are known to the
//!   scan; any address from an object's start up to and including one past its end keeps it alive (the compiler may keep
//!   only a derived pointer). `Ref<T>` is used as a pointer up to its last use; no integer round trips outside `value.rs`.
//! - **H3 Never seen half-made.** `alloc` takes a complete initialiser; what follows the fixed fields is zero, and trace
//!   functions accept that.
//! - **H4 Collection points.** Collection happens only inside `alloc` and `collect`; a `NoCollect` guard keeps it away.
//!   Nothing runs Python from inside a collection: finalisers and callbacks are queued.
//! - **H5 Check, then cast.** `Value -> Ref<T>` goes through a type test; the unchecked form asserts in debug builds.
//! - **H6 No escaping `&mut`.** Two holders can reach one object, so payload fields are `Cell`s. Slices of a list or dict
//!   are not held over anything that may run Python or allocate into it: copy the Value out first.
//! - **H7 Machine code trusts only** `layout.rs`, verified IR and snapshots. Helpers turn raw words into typed values in
//!   their first lines. All live Values of compiled code stay in its frame or registers.
//! - **H8 One door.** Executable memory is written in one module and entered in one other.
//! - **H9 One thread.** Value, Ref and Heap are `!Send + !Sync`; a second OS thread has its own heap.
//!
//! Layout of memory: `chunk`. Objects by lines: `block`. Why bump allocation needs no per-object metadata: `block`
//! (young runs). Order of a collection: `collect`. Limits: marking is not incremental (about 30 ns per live object in a
//! full collection); stale words on native stacks and in frames may keep garbage alive for a while.

mod alloc;
pub mod array;
mod barrier;
mod block;
pub mod bytebuf;
mod chunk;
pub mod code_roots;
mod collect;
mod config;
pub mod eager;
mod finalize;
mod garbage;
mod large;
mod mark;
mod order;
mod report;
pub mod roots;
pub mod stack_scan;
pub mod state;
mod stats;
mod sweep;
pub mod tail;
mod verify;
mod weak;

#[cfg(test)]
mod tests;
#[cfg(test)]
mod vm_tests;

pub use barrier::{log_store, write_barrier};
pub use collect::NoCollect;
pub use config::Config;
pub use mark::Tracer;
pub use stats::{CycleStats, GcSettings, HeapStats};

use crate::object::header::Header;
use crate::value::Value;
use block::Block;
use chunk::ChunkRef;
use std::cell::{Cell, RefCell};

/// What the heap asks of the virtual machine that owns it.
pub trait RootSource {
    /// Visits every value held outside the heap (registers of the `Vm`, interned strings, type tables), and the words of
    /// every tasklet stack that ran since the last collection (stores to it have no barrier).
    fn trace_roots(&self, tracer: &mut Tracer);
    /// Visits what [`RootSource::trace_roots`] does, but of the running tasklet's stack only what can still be read.
    fn trace_live(&self, tracer: &mut Tracer) {
        self.trace_roots(tracer);
    }
    /// The object that must live as long as any object with this shape id does (the shape itself).
    fn shape_object(&self, shape_id: u32) -> Value;
    /// True for an object that the next collection keeps although nothing that was written with a barrier refers to it.
    fn keeps(&self, _object: Value) -> bool {
        false
    }
    /// False if an object registered for finalisation turns out to need none (a generator that has ended).
    fn needs_finalizer(&self, object: Value) -> bool;
    /// Called before a collection marks anything.
    fn before_collection(&mut self, full: bool);
    /// Called when it is known what survives, still inside the collection: it must not allocate from the heap. Tables that
    /// hold objects weakly drop those for which `live` is false, and whatever runs without barriers is remembered again
    /// ([`Heap::remember`]). Weak reference callbacks and finalisers are queued by now.
    fn after_collection(&mut self, full: bool, live: &dyn Fn(Value) -> bool);
}

/// The heap of one `Vm`.
///
/// Fast-path fields come first: machine code bumps `cursor` up to `limit`.
#[repr(C)]
pub struct Heap {
    cursor: Cell<usize>,
    limit: Cell<usize>,
    /// The main region's end, also when stress mode sets `limit` to make every allocation take the slow path.
    real_limit: Cell<usize>,
    overflow: alloc::Region,
    hole: alloc::HoleSearch,
    wide_hole: alloc::HoleSearch,
    /// Blocks with holes, the next to use last.
    recycle: RefCell<Vec<Block>>,
    /// Young blocks without wide holes left.
    leftover: RefCell<Vec<Block>>,
    /// Blocks that are mostly holes.
    roomy: RefCell<Vec<Block>>,
    young_blocks: RefCell<Vec<Block>>,
    young_large: RefCell<Vec<usize>>,
    chunks: RefCell<Vec<ChunkRef>>,
    /// No chunk before this one has free blocks.
    first_free: Cell<usize>,
    huge: RefCell<Vec<ChunkRef>>,
    /// A mapped empty chunk for the case that the system has no more.
    reserve: Cell<Option<ChunkRef>>,
    remembered: Box<barrier::Remembered>,
    tracer: RefCell<Tracer>,
    stacks: stack_scan::Stacks,
    weak: weak::WeakRefs,
    finalizers: finalize::Finalizers,
    roots: Cell<Option<*mut dyn RootSource>>,
    config: Config,
    nursery: Cell<usize>,
    /// Bytes handed out since the last collection: what triggers a minor one.
    handed_out: Cell<usize>,
    /// Bytes that became old since the last full collection: what triggers a full one.
    promoted: Cell<usize>,
    /// Bytes handed out since the last full collection.
    since_full: Cell<usize>,
    external_bytes: Cell<usize>,
    external_since_full: Cell<usize>,
    external_after_full: Cell<usize>,
    in_use: Cell<usize>,
    paused: Cell<usize>,
    stress_count: Cell<usize>,
    /// See `eager`.
    eager_spent: [Cell<usize>; 2],
    eager_failures: [Cell<u8>; eager::SHAPES],
    eager_watched: Cell<usize>,
    /// What it finds is finalised in the opposite of the order in which it was made.
    eager_backwards: Cell<bool>,
    /// It left weak references to objects whose finalisers are due.
    eager_again: Cell<bool>,
    /// A collection of `eager` runs.
    eager: Cell<bool>,
    /// See `garbage`.
    counting: Cell<Option<fn(crate::object::header::Kind) -> bool>>,
    counted: Cell<usize>,
    short_of_memory: Cell<bool>,
    memory_hook: RefCell<Option<Box<dyn Fn()>>>,
    counters: stats::Counters,
    /// State of the `gc` module.
    pub gc: GcSettings,
}

impl Heap {
    /// Offset of the address of the next free byte, for machine code.
    pub const CURSOR_OFFSET: usize = std::mem::offset_of!(Heap, cursor);
    /// Offset of the end of the space that may be bumped through, for machine code.
    pub const LIMIT_OFFSET: usize = std::mem::offset_of!(Heap, limit);
    /// The largest object that the inlined allocation path serves, in bytes.
    pub const SMALL_MAX: usize = alloc::SMALL_MAX;

    /// An empty heap; maps no memory yet. It belongs to the thread that makes it.
    pub fn new(config: Config) -> Heap {
        Heap {
            cursor: Cell::new(0),
            limit: Cell::new(0),
            real_limit: Cell::new(0),
            overflow: Default::default(),
            hole: Default::default(),
            wide_hole: Default::default(),
            recycle: Default::default(),
            leftover: Default::default(),
            roomy: Default::default(),
            young_blocks: Default::default(),
            young_large: Default::default(),
            chunks: Default::default(),
            first_free: Cell::new(0),
            huge: Default::default(),
            reserve: Cell::new(None),
            remembered: Default::default(),
            tracer: RefCell::new(Tracer::new()),
            stacks: Default::default(),
            weak: Default::default(),
            finalizers: Default::default(),
            roots: Cell::new(None),
            config,
            nursery: Cell::new(config.nursery),
            handed_out: Cell::new(0),
            promoted: Cell::new(0),
            since_full: Cell::new(0),
            external_bytes: Cell::new(0),
            external_since_full: Cell::new(0),
            external_after_full: Cell::new(0),
            in_use: Cell::new(0),
            paused: Cell::new(0),
            stress_count: Cell::new(0),
            eager_spent: Default::default(),
            eager_failures: [const { Cell::new(0) }; eager::SHAPES],
            eager_watched: Cell::new(0),
            eager_backwards: Cell::new(false),
            eager_again: Cell::new(false),
            eager: Cell::new(false),
            counting: Cell::new(None),
            counted: Cell::new(0),
            short_of_memory: Cell::new(false),
            memory_hook: RefCell::new(None),
            counters: Default::default(),
            gc: Default::default(),
        }
    }
    /// Says who knows the roots. Until then nothing but the native stack keeps objects alive.
    ///
    /// # Safety
    /// `roots` must stay valid until the heap is dropped or other roots are set.
    pub unsafe fn set_roots(&self, roots: *mut dyn RootSource) {
        self.roots.set(Some(roots));
    }
    /// Sets what is called, at most once between two full collections, when memory is short and the reserve is being
    /// used: typically it has MemoryError raised at the next safepoint. It must not allocate from the heap.
    pub fn set_memory_hook(&self, hook: impl Fn() + 'static) {
        *self.memory_hook.borrow_mut() = Some(Box::new(hook));
    }
    /// The settings.
    pub fn config(&self) -> &Config {
        &self.config
    }
    fn may_use(&self, bytes: usize) -> bool {
        let extra = if self.short_of_memory.get() {
            self.config.reserve
        } else {
            0
        };
        let used = self
            .in_use
            .get()
            .saturating_add(bytes)
            .saturating_add(self.external_bytes.get());
        used <= self.config.limit.saturating_add(extra)
    }
    fn use_reserve(&self) {
        if let Some(chunk) = self.reserve.take() {
            self.add_chunk(chunk);
        }
    }
}

/// Tells the heap of `vm` where its roots are. Called once, before the first allocation; the `Vm` is boxed and stays put.
pub fn connect(vm: &mut crate::vm::Vm) {
    let roots: *mut dyn RootSource = vm;
    // SAFETY: H9: the Vm owns the heap, so it outlives it, and both stay on this thread.
    unsafe { vm.heap.set_roots(roots) }
}

impl Drop for Heap {
    fn drop(&mut self) {
        self.drop_everything();
        let chunks = self
            .chunks
            .take()
            .into_iter()
            .chain(self.huge.take())
            .chain(self.reserve.take());
        for chunk in chunks {
            // SAFETY: H1: no object may be used after its heap is gone.
            unsafe { chunk.unmap() };
        }
    }
}

/// The object at an address as a value.
fn value_at(addr: usize) -> Value {
    // SAFETY: H1: callers pass addresses of objects that are live or were just resurrected.
    unsafe { Value::from_bits(addr as u64) }
}

/// Stores a header.
#[inline(always)]
fn write_header(addr: usize, header: Header) {
    // SAFETY: H1: callers own the word at `addr` as the first of an object.
    unsafe { (addr as *mut Header).write(header) }
}
