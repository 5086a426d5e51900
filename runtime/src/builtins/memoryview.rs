//! `memoryview`: a typed window on the bytes of another object. (Methods live in `memoryview_methods.rs`.)
//!
//! A view holds the exporting object and reads and writes it through bounds-checked copies of single items, so a view
//! can never see freed memory, whatever happens to its exporter. An exporter that may be resized counts its open views;
//! because no reference count says when a forgotten view dies, the collector is asked whether one is left before resizing
//! is refused (see [`Vm::is_exported`]). A view of bytes that are gone all the same raises `BufferError`.

use crate::prelude::*;
use std::cell::Cell;
use std::time::{Duration, Instant};

/// `PyBUF_WRITABLE`
pub const WRITABLE: i64 = 1;
/// `PyBUF_SIMPLE`
pub const SIMPLE: i32 = 0;
/// `PyBUF_FULL_RO`
pub const FULL_READ_ONLY: i32 = 0x11c;

/// What a native object says about the memory it offers, see [`NativeData::buffer`].
pub struct BufferInfo {
    /// Size in bytes.
    pub len: usize,
    /// Format character as in the struct module.
    pub format: char,
    /// Bytes per item.
    pub itemsize: usize,
    /// Writing is refused.
    pub readonly: bool,
}

/// Count of the open views of an object that can be resized.
#[derive(Default)]
pub struct Exports {
    open: Cell<usize>,
    /// Views that the collector met, see [`Vm::is_exported`].
    met: Cell<usize>,
    /// Native calls that must find the bytes as they were, see [`Vm::pinned`].
    pinned: Cell<usize>,
}

impl Exports {
    /// True if there may be views, or a native call relies on the bytes.
    #[inline(always)]
    pub fn any(&self) -> bool {
        self.open.get() + self.pinned.get() > 0
    }
}

/// Time spent on collections that found only forgotten views.
pub struct FutileChecks {
    spent: Cell<Duration>,
    since: Instant,
}

impl Default for FutileChecks {
    fn default() -> FutileChecks {
        FutileChecks {
            spent: Cell::new(Duration::ZERO),
            since: Instant::now(),
        }
    }
}

impl FutileChecks {
    /// A program that makes and drops views all the time must not spend its time on asking for them.
    fn too_many(&self) -> bool {
        let spent = self.spent.get();
        spent > Duration::from_millis(500) && spent > self.since.elapsed() / 10
    }
}

impl Vm {
    /// True while the program can reach an open view of the object. A full collection tells; when too many of them found
    /// only forgotten views, the object is taken for free.
    pub fn is_exported(&mut self, exports: &Exports) -> bool {
        if exports.pinned.get() > 0 {
            return true;
        }
        if exports.open.get() == 0 {
            return false;
        }
        if self.futile_checks.too_many() {
            return false;
        }
        let start = Instant::now();
        exports.met.set(0);
        let mut reachable = false;
        let mut probe = || reachable = exports.met.get() > 0;
        self.heap.collect_probing(true, Some(&mut probe));
        if !reachable {
            let spent = &self.futile_checks.spent;
            spent.set(spent.get() + start.elapsed());
        }
        reachable
    }

    /// Refuses to resize what has open views.
    ///
    /// # Errors
    /// `BufferError`.
    #[inline]
    pub fn check_exports(&mut self, exports: &Exports) -> PyResult<()> {
        if exports.any() && self.is_exported(exports) {
            return Err(self.buffer_error("Existing exports of data: object cannot be re-sized"));
        }
        Ok(())
    }
}

impl Vm {
    /// Runs `f`, which may run Python code that must not resize or release what `v` exports.
    pub fn pinned<T>(&mut self, v: Value, f: impl FnOnce(&mut Vm) -> T) -> T {
        let count = |step: fn(usize) -> usize| {
            with_exports(v, |e| e.pinned.set(step(e.pinned.get())));
            if let Some((_, m)) = native::<MemoryView>(&v) {
                m.pinned.set(step(m.pinned.get()));
            }
        };
        count(|n| n + 1);
        let r = f(self);
        count(|n| n - 1);
        r
    }
}

/// Does something with the counter of an exporting object that has one.
fn with_exports(source: Value, f: impl FnOnce(&Exports)) {
    if let Some(b) = source.cast::<PyByteArray>() {
        f(&b.exports);
    } else if let Some(n) = source.cast::<Native>()
        && let Some(e) = n.exports()
    {
        f(e);
    }
}

/// State of a memoryview.
pub struct MemoryView {
    /// The object whose bytes these are.
    pub source: Slot,
    /// What `obj` answers.
    pub obj: Slot,
    /// Object whose `__release_buffer__` is called with `inner` on release, or `NULL`.
    pub wrapped: Slot,
    /// The view that `wrapped.__buffer__` returned.
    pub inner: Slot,
    /// `release` was called.
    pub released: Cell<bool>,
    /// Counted in the source's exports.
    pub counted: Cell<bool>,
    /// Native calls that must find it open, see [`Vm::pinned`].
    pub pinned: Cell<usize>,
    /// Its hash once computed, which outlives its release.
    pub hash: Cell<Option<i64>>,
    /// Where and how.
    pub window: Window,
}

/// Position, structure and item type of a view.
#[derive(Clone)]
pub struct Window {
    /// Byte position of the first item.
    pub start: i64,
    /// Item format, without `@` for native ones.
    pub format: String,
    /// Bytes per item.
    pub itemsize: usize,
    /// Refuses stores.
    pub readonly: bool,
    /// Items per dimension.
    pub shape: Vec<usize>,
    /// Byte distance of items per dimension.
    pub strides: Vec<i64>,
}

impl Window {
    /// Number of items.
    pub fn count(&self) -> usize {
        self.shape.iter().product()
    }
    /// Strides of a C-contiguous block.
    pub fn dense_strides(shape: &[usize], itemsize: usize) -> Vec<i64> {
        let mut strides = vec![0; shape.len()];
        let mut step = itemsize as i64;
        for (s, n) in strides.iter_mut().zip(shape).rev() {
            *s = step;
            step *= *n as i64;
        }
        strides
    }
    /// Rows follow each other without gaps; `fortran`: columns do.
    pub fn contiguous(&self, fortran: bool) -> bool {
        let mut step = self.itemsize as i64;
        let n = self.shape.len();
        if n == 1 {
            // Even without items the stride counts here.
            return self.shape[0] == 1 || self.strides[0] == step;
        }
        for k in 0..n {
            let i = if fortran { k } else { n - 1 - k };
            if self.shape[i] == 0 {
                return true;
            }
            if self.shape[i] != 1 && self.strides[i] != step {
                return false;
            }
            step *= self.shape[i] as i64;
        }
        self.shape.iter().all(|n| *n > 0) || n == 0
    }
    /// Byte positions of all items in row order, column order if `fortran`.
    pub fn positions(&self, fortran: bool) -> Vec<i64> {
        let mut out = vec![self.start];
        let order: Vec<usize> = if fortran {
            (0..self.shape.len()).rev().collect()
        } else {
            (0..self.shape.len()).collect()
        };
        for d in order {
            let mut next = Vec::with_capacity(out.len() * self.shape[d]);
            for base in &out {
                next.extend((0..self.shape[d] as i64).map(|i| base + i * self.strides[d]));
            }
            out = next;
        }
        out
    }
}

impl NativeData for MemoryView {
    fn trace(&self, t: &mut Tracer) {
        if self.counted.get() {
            with_exports(self.source.get(), |e| e.met.set(e.met.get() + 1));
        }
        t.visit_slot(&self.source);
        t.visit_slot(&self.obj);
        t.visit_slot(&self.wrapped);
        t.visit_slot(&self.inner);
    }
}

impl Drop for MemoryView {
    /// Runs before anything of the same collection is freed: the source is still there.
    fn drop(&mut self) {
        self.uncount_export();
    }
}

/// Copies bytes of an exporting object; false if they are not there (any more).
fn read(source: Value, at: i64, out: &mut [u8]) -> bool {
    let Ok(at) = usize::try_from(at) else {
        return false;
    };
    if let Some(b) = source.cast::<PyBytes>() {
        let Some(part) = b.bytes().get(at..at.saturating_add(out.len())) else {
            return false;
        };
        out.copy_from_slice(part);
        return true;
    }
    if let Some(b) = source.cast::<PyByteArray>() {
        let buf = b.buffer();
        let Some(part) = buf.bytes()[..b.len()].get(at..at.saturating_add(out.len())) else {
            return false;
        };
        out.copy_from_slice(part);
        return true;
    }
    source
        .cast::<Native>()
        .is_some_and(|n| n.read_buffer(at, out))
}

fn write(source: Value, at: i64, data: &[u8]) -> bool {
    let Ok(at) = usize::try_from(at) else {
        return false;
    };
    if let Some(b) = source.cast::<PyByteArray>() {
        if at.saturating_add(data.len()) > b.len() {
            return false;
        }
        b.buffer().write(at, data);
        return true;
    }
    source
        .cast::<Native>()
        .is_some_and(|n| n.write_buffer(at, data))
}

fn gone(vm: &mut Vm) -> Raised {
    vm.buffer_error("the exporting object was resized under a memoryview")
}

impl MemoryView {
    /// One item's bytes.
    ///
    /// # Errors
    /// `BufferError` if the exporter lost them.
    pub fn read_item(&self, vm: &mut Vm, at: i64, out: &mut [u8]) -> PyResult<()> {
        if read(self.source.get(), at, out) {
            Ok(())
        } else {
            Err(gone(vm))
        }
    }
    /// Overwrites bytes.
    ///
    /// # Errors
    /// `BufferError` if the exporter lost them.
    pub fn write_item(&self, vm: &mut Vm, at: i64, data: &[u8]) -> PyResult<()> {
        if write(self.source.get(), at, data) {
            Ok(())
        } else {
            Err(gone(vm))
        }
    }
    /// All items' bytes in row order, or column order.
    ///
    /// # Errors
    /// `BufferError` if the exporter lost them.
    pub fn contents(&self, vm: &mut Vm, fortran: bool) -> PyResult<Vec<u8>> {
        let w = &self.window;
        let size = w.itemsize;
        let mut out = vec![0; w.count() * size];
        if w.contiguous(fortran) {
            self.read_item(vm, w.start, &mut out)?;
            return Ok(out);
        }
        for (item, at) in out.chunks_exact_mut(size.max(1)).zip(w.positions(fortran)) {
            self.read_item(vm, at, item)?;
        }
        Ok(out)
    }
    /// Overwrites all items in row order; `data` has their size.
    ///
    /// # Errors
    /// `BufferError` if the exporter lost them.
    pub fn fill(&self, vm: &mut Vm, data: &[u8]) -> PyResult<()> {
        let w = &self.window;
        if w.contiguous(false) {
            return self.write_item(vm, w.start, data);
        }
        for (item, at) in data.chunks_exact(w.itemsize.max(1)).zip(w.positions(false)) {
            self.write_item(vm, at, item)?;
        }
        Ok(())
    }
    /// Takes the view back from the source's exports.
    pub fn uncount_export(&self) {
        if self.counted.replace(false) {
            with_exports(self.source.get(), |e| {
                e.open.set(e.open.get().saturating_sub(1));
            });
        }
    }
}

/// A view of the same source with another window.
pub fn derive(vm: &mut Vm, from: Ref<Native>, window: Window) -> PyResult {
    let from = from.value();
    let Some((_, view)) = native::<MemoryView>(&from) else {
        return Err(vm.system_error("not a memoryview"));
    };
    let (source, obj) = (view.source.get(), view.obj.get());
    Ok(create(vm, source, obj, window))
}

fn create(vm: &mut Vm, source: Value, obj: Value, window: Window) -> Value {
    let ty = vm.builtin_type(ids::MEMORYVIEW);
    let counted = Cell::new(false);
    with_exports(source, |e| {
        e.open.set(e.open.get() + 1);
        counted.set(true);
    });
    let view = MemoryView {
        source: Slot::new(source),
        obj: Slot::new(obj),
        wrapped: Slot::new(Value::NULL),
        inner: Slot::new(Value::NULL),
        released: Cell::new(false),
        counted,
        pinned: Cell::new(0),
        hash: Cell::new(None),
        window,
    };
    Native::new(vm, ty, view).value()
}

fn whole(info: BufferInfo) -> Window {
    Window {
        start: 0,
        format: info.format.to_string(),
        itemsize: info.itemsize,
        readonly: info.readonly,
        shape: vec![info.len / info.itemsize.max(1)],
        strides: vec![info.itemsize as i64],
    }
}

/// `memoryview(v)`; `None` if `v` offers no buffer.
///
/// # Errors
/// What a `__buffer__` method raises, `ValueError` for a released view.
pub fn view_of(vm: &mut Vm, v: Value) -> PyResult<Option<Value>> {
    view_with_flags(vm, v, FULL_READ_ONLY)
}

/// [`view_of`], with the flags that `__buffer__` is asked with.
///
/// # Errors
/// As [`view_of`].
pub fn view_with_flags(vm: &mut Vm, v: Value, flags: i32) -> PyResult<Option<Value>> {
    if let Some((object, view)) = native::<MemoryView>(&v) {
        check(vm, view)?;
        return derive(vm, object, view.window.clone()).map(Some);
    }
    let name = vm.names.__buffer__;
    // Only a class made by Python code can have a `__buffer__` that is not the builtin one.
    let own = vm.type_of(v).has(tflag::HEAPTYPE)
        && vm
            .lookup_special(v, name)
            .is_some_and(|m| m.kind() != Some(Kind::Builtin));
    if !own && let Some(view) = plain_view(vm, v) {
        return Ok(Some(view));
    }
    let Some(inner) = vm.call_special(v, name, &[Value::from_i32(flags)])? else {
        return Ok(None);
    };
    let Some((object, view)) = native::<MemoryView>(&inner) else {
        return Err(vm.type_error("__buffer__ returned non-memoryview object"));
    };
    check(vm, view)?;
    let outer = derive(vm, object, view.window.clone())?;
    if let Some((o, m)) = native::<MemoryView>(&outer) {
        m.wrapped.set(o, v);
        m.inner.set(o, inner);
        m.obj.set(o, v);
    }
    Ok(Some(outer))
}

/// A view of the memory that a native object offers.
pub fn plain_view(vm: &mut Vm, v: Value) -> Option<Value> {
    let bytes = |len, readonly| BufferInfo {
        len,
        format: 'B',
        itemsize: 1,
        readonly,
    };
    let info = if let Some(b) = v.cast::<PyBytes>() {
        Some(bytes(b.len(), true))
    } else if let Some(b) = v.cast::<PyByteArray>() {
        Some(bytes(b.len(), false))
    } else {
        v.cast::<Native>().and_then(|n| n.buffer_info())
    };
    info.map(|info| create(vm, v, v, whole(info)))
}

/// Refuses released views.
///
/// # Errors
/// `ValueError`.
pub fn check(vm: &mut Vm, view: &MemoryView) -> PyResult<()> {
    if view.released.get() {
        return Err(vm.value_error("operation forbidden on released memoryview object"));
    }
    Ok(())
}

/// The bytes, in row order, of what has a buffer and is neither bytes nor bytearray; `None` for other objects. `flags` are
/// those that `__buffer__` is asked with.
///
/// # Errors
/// `ValueError` for a released view, what `__buffer__` raises.
pub fn exported_bytes(vm: &mut Vm, v: Value, flags: i32) -> PyResult<Option<Vec<u8>>> {
    if let Some((_, view)) = native::<MemoryView>(&v) {
        check(vm, view)?;
        return view.contents(vm, false).map(Some);
    }
    if let Some(n) = v.cast::<Native>()
        && let Some(info) = n.buffer_info()
    {
        let mut data = vec![0; info.len];
        return Ok(n.read_buffer(0, &mut data).then_some(data));
    }
    let Some(view) = view_with_flags(vm, v, flags)? else {
        return Ok(None);
    };
    let Some((_, m)) = native::<MemoryView>(&view) else {
        return Ok(None);
    };
    let data = m.contents(vm, false);
    let released = release(vm, view);
    let data = data?;
    released?;
    Ok(Some(data))
}

/// `view.release()`
///
/// # Errors
/// What `__release_buffer__` raises.
pub fn release(vm: &mut Vm, view: Value) -> PyResult<()> {
    let Some((object, m)) = native::<MemoryView>(&view) else {
        return Ok(());
    };
    if m.released.get() {
        return Ok(());
    }
    let n = m.pinned.get();
    if n > 0 {
        let plural = if n == 1 { "" } else { "s" };
        return Err(vm.buffer_error(format!("memoryview has {n} exported buffer{plural}")));
    }
    m.released.set(true);
    m.uncount_export();
    let (wrapped, inner) = (m.wrapped.get(), m.inner.get());
    m.source.set(object, Value::NONE);
    if !wrapped.is_null() {
        let name = vm.names.__release_buffer__;
        vm.call_special(wrapped, name, &[inner])?;
        release(vm, inner)?;
    }
    Ok(())
}

/// Size in bytes of a writable contiguous buffer (bytearray, memoryview, native exporter); `None`: `v` is none.
///
/// # Errors
/// `ValueError` for a released view, what `__buffer__` raises.
pub fn writable_len(vm: &mut Vm, v: Value) -> PyResult<Option<usize>> {
    if let Some(b) = v.cast::<PyByteArray>() {
        return Ok(Some(b.len()));
    }
    let Some(view) = view_of(vm, v)? else {
        return Ok(None);
    };
    let len = native::<MemoryView>(&view).and_then(|(_, m)| {
        let w = &m.window;
        (!w.readonly && w.contiguous(false)).then(|| w.count() * w.itemsize)
    });
    release(vm, view)?;
    Ok(len)
}

/// Stores bytes at a position of a buffer that [`writable_len`] accepted; they fit.
///
/// # Errors
/// `BufferError` if the buffer is not there any more.
pub fn write_into(vm: &mut Vm, v: Value, at: usize, data: &[u8]) -> PyResult<()> {
    if let Some(b) = v.cast::<PyByteArray>() {
        if at.saturating_add(data.len()) > b.len() {
            return Err(gone(vm));
        }
        b.buffer().write(at, data);
        return Ok(());
    }
    let view = view_of(vm, v)?.unwrap_or(Value::NONE);
    let written = match native::<MemoryView>(&view) {
        Some((_, m)) if !m.window.readonly => m.write_item(vm, m.window.start + at as i64, data),
        _ => Err(gone(vm)),
    };
    if written.is_ok() {
        release(vm, view)?;
    }
    written
}
