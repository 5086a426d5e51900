//! `zlib`: compression through flate2 (zlib-rs).
//!
//! Compressor and decompressor objects keep the crate's streaming state; input that is not needed yet is kept in
//! `unconsumed_tail`, what follows the stream in `unused_data`. The crate cannot copy a running stream, so streams remember what they were fed (up to a limit) and a
//! copy is fed the same.

use crate::binascii::{crc32, low_word};
use crate::util::{add_exception, buffer, state_type};
use flate2::{Compress, Compression, Decompress, FlushCompress, FlushDecompress, Status};
use skein_runtime::prelude::*;
use std::cell::{Cell, RefCell};

/// `zlib`
pub const MODULE: ModuleDef = ModuleDef { name: "zlib", init };

const CONSTANTS: &[(&str, i32)] = &[
    ("MAX_WBITS", 15),
    ("DEFLATED", 8),
    ("DEF_MEM_LEVEL", 8),
    ("DEF_BUF_SIZE", 16384),
    ("Z_BEST_SPEED", 1),
    ("Z_BEST_COMPRESSION", 9),
    ("Z_DEFAULT_COMPRESSION", -1),
    ("Z_NO_COMPRESSION", 0),
    ("Z_DEFAULT_STRATEGY", 0),
    ("Z_FILTERED", 1),
    ("Z_HUFFMAN_ONLY", 2),
    ("Z_RLE", 3),
    ("Z_FIXED", 4),
    ("Z_NO_FLUSH", 0),
    ("Z_PARTIAL_FLUSH", 1),
    ("Z_SYNC_FLUSH", 2),
    ("Z_FULL_FLUSH", 3),
    ("Z_FINISH", 4),
    ("Z_BLOCK", 5),
    ("Z_TREES", 6),
];

static FUNCTIONS: &[NativeDef] = &[
    function(
        "compress",
        compress,
        "(data, /, level=-1, wbits=15)",
        "Returns a bytes object containing compressed data.",
    ),
    function(
        "decompress",
        decompress,
        "(data, /, wbits=15, bufsize=16384)",
        "Returns a bytes object containing the uncompressed data.",
    ),
    function(
        "compressobj",
        compressobj,
        "(level=-1, method=8, wbits=15, memLevel=8, strategy=0, zdict=None)",
        "Return a compressor object.",
    ),
    function(
        "decompressobj",
        decompressobj,
        "(wbits=15, zdict=b'')",
        "Return a decompressor object.",
    ),
    function(
        "crc32",
        crc32_function,
        "(data, value=0, /)",
        "Compute a CRC-32 checksum of data.",
    ),
    function(
        "adler32",
        adler32,
        "(data, value=1, /)",
        "Compute an Adler-32 checksum of data.",
    ),
];

/// Input that a stream keeps for copies of it.
const MOST_KEPT: usize = 1 << 24;

/// What a stream was fed, in pieces that each end with a flush; `None` when it has become too much.
#[derive(Clone)]
struct Fed<F> {
    pieces: Option<Vec<(Vec<u8>, F)>>,
    bytes: usize,
}

impl<F: Copy + PartialEq> Fed<F> {
    fn new() -> Fed<F> {
        Fed {
            pieces: Some(Vec::new()),
            bytes: 0,
        }
    }
    /// Notes input; pieces that end with `no_flush` grow.
    fn add(&mut self, data: &[u8], flush: F, no_flush: F) {
        self.bytes = self.bytes.saturating_add(data.len());
        if self.bytes > MOST_KEPT {
            self.pieces = None;
        }
        let Some(pieces) = &mut self.pieces else {
            return;
        };
        match pieces.last_mut() {
            Some((piece, end)) if *end == no_flush => {
                piece.extend_from_slice(data);
                *end = flush;
            }
            _ => pieces.push((data.to_vec(), flush)),
        }
    }
}

struct Compressor {
    state: RefCell<Option<Compress>>,
    level: i64,
    wbits: i64,
    zdict: Vec<u8>,
    fed: RefCell<Fed<FlushCompress>>,
}
impl NativeData for Compressor {}

struct Decompressor {
    /// `None`: the first byte decides whether this is gzip or zlib.
    state: RefCell<Option<Decompress>>,
    wbits: i64,
    fed: RefCell<Fed<()>>,
    zdict: Vec<u8>,
    eof: Cell<bool>,
    unused: RefCell<Vec<u8>>,
    tail: RefCell<Vec<u8>>,
}
impl NativeData for Decompressor {}

static COMPRESSOR: &[NativeDef] = &[
    method(
        "compress",
        compressor_compress,
        "($self, data, /)",
        "Returns a bytes object containing compressed data.",
    ),
    method(
        "flush",
        compressor_flush,
        "($self, mode=4, /)",
        "Return a bytes object containing any remaining compressed data.",
    ),
    method(
        "copy",
        compressor_copy,
        "($self, /)",
        "Return a copy of the compression object.",
    ),
    method("__copy__", compressor_copy, "($self, /)", "As copy()."),
    method(
        "__deepcopy__",
        compressor_copy,
        "($self, memo, /)",
        "As copy().",
    ),
];

static DECOMPRESSOR: &[NativeDef] = &[
    method(
        "decompress",
        decompressor_decompress,
        "($self, data, /, max_length=0)",
        "Return a bytes object containing the decompressed version of the data.",
    ),
    method(
        "flush",
        decompressor_flush,
        "($self, length=16384, /)",
        "Return a bytes object containing any remaining decompressed data.",
    ),
    method(
        "copy",
        decompressor_copy,
        "($self, /)",
        "Return a copy of the decompression object.",
    ),
    method("__copy__", decompressor_copy, "($self, /)", "As copy()."),
    method(
        "__deepcopy__",
        decompressor_copy,
        "($self, memo, /)",
        "As copy().",
    ),
];

static DECOMPRESSOR_GETSETS: &[GetSetDef] = &[
    getter(
        "eof",
        |vm, v| Ok(Value::bool(decompressor(vm, &v)?.eof.get())),
        "True if the end of the stream was reached.",
    ),
    getter(
        "unused_data",
        |vm, v| {
            let data = decompressor(vm, &v)?.unused.borrow().clone();
            Ok(vm.new_bytes(&data))
        },
        "Data found after the end of the compressed stream.",
    ),
    getter(
        "unconsumed_tail",
        |vm, v| {
            let data = decompressor(vm, &v)?.tail.borrow().clone();
            Ok(vm.new_bytes(&data))
        },
        "Input that was left because of the size limit.",
    ),
];

fn init(vm: &mut Vm, m: Ref<PyModule>) -> PyResult<()> {
    vm.add_functions(m, FUNCTIONS);
    for (name, n) in CONSTANTS {
        vm.add_constant(m, name, Value::from_i32(*n));
    }
    for name in ["ZLIB_VERSION", "ZLIB_RUNTIME_VERSION"] {
        let text = vm.new_str("1.3.1");
        vm.add_constant(m, name, text);
    }
    add_exception(vm, m, "zlib.error", "zlib", ids::EXCEPTION);
    let none = tflag::DISALLOW_INSTANTIATION;
    let ty = vm.new_native_type(
        "Compress",
        "zlib",
        None,
        Kind::Native,
        none,
        COMPRESSOR,
        &[],
        "",
    );
    vm.state_set("zlib.Compress", ty.value());
    let ty = vm.new_native_type(
        "Decompress",
        "zlib",
        None,
        Kind::Native,
        none,
        DECOMPRESSOR,
        DECOMPRESSOR_GETSETS,
        "",
    );
    vm.state_set("zlib.Decompress", ty.value());
    Ok(())
}

fn error(vm: &mut Vm, message: &str) -> Raised {
    let text = vm.new_str(message);
    match state_type(vm, "zlib.error") {
        Ok(ty) => vm.raise_type(ty, &[text]),
        Err(r) => r,
    }
}

fn new_compress(vm: &mut Vm, level: i64, wbits: i64) -> PyResult<Compress> {
    let level = match level {
        -1 => Compression::default(),
        0..=9 => Compression::new(level as u32),
        _ => return Err(error(vm, "Bad compression level")),
    };
    Ok(match wbits {
        // zlib itself widens a window of 8 bits.
        8..=15 => Compress::new_with_window_bits(level, true, wbits.max(9) as u8),
        -15..=-8 => Compress::new_with_window_bits(level, false, (-wbits).max(9) as u8),
        24..=31 => Compress::new_gzip(level, (wbits - 16).max(9) as u8),
        _ => return Err(vm.value_error("Invalid initialization option")),
    })
}

/// `wbits` that ask to look whether the data is gzip or zlib.
const EITHER: std::ops::RangeInclusive<i64> = 40..=47;

/// A stream for data that begins with `first`.
fn new_decompress(vm: &mut Vm, wbits: i64, first: u8) -> PyResult<Decompress> {
    const GZIP_MAGIC: u8 = 0x1f;
    Ok(match wbits {
        0 => Decompress::new(true),
        8..=15 => Decompress::new_with_window_bits(true, wbits.max(9) as u8),
        -15..=-8 => Decompress::new_with_window_bits(false, (-wbits).max(9) as u8),
        24..=31 => Decompress::new_gzip((wbits - 16).max(9) as u8),
        40..=47 if first == GZIP_MAGIC => Decompress::new_gzip(15),
        40..=47 => Decompress::new(true),
        _ => return Err(vm.value_error("Invalid initialization option")),
    })
}

/// Feeds all input; the output.
fn run_compress(
    vm: &mut Vm,
    c: &mut Compress,
    mut data: &[u8],
    flush: FlushCompress,
) -> PyResult<Vec<u8>> {
    let mut out = Vec::with_capacity(data.len() / 2 + 64);
    loop {
        if out.capacity() - out.len() < 64 {
            out.reserve(out.capacity().max(1 << 14));
        }
        let before = c.total_in();
        let status = match c.compress_vec(data, &mut out, flush) {
            Ok(s) => s,
            Err(_) => {
                return Err(error(
                    vm,
                    "Error -2 while compressing data: inconsistent stream state",
                ));
            }
        };
        data = &data[(c.total_in() - before) as usize..];
        let full = out.len() == out.capacity();
        let done = match flush {
            FlushCompress::Finish => status == Status::StreamEnd,
            _ => data.is_empty() && !full,
        };
        if done {
            return Ok(out);
        }
        if status == Status::BufError && data.is_empty() && !full {
            return Ok(out);
        }
    }
}

fn compress(vm: &mut Vm, args: &[Value]) -> PyResult {
    let data = buffer(vm, args[0])?;
    let level = crate::util::ssize_or(vm, args[1], -1)?;
    let wbits = crate::util::ssize_or(vm, args[2], 15)?;
    let mut c = new_compress(vm, level, wbits)?;
    let out = run_compress(vm, &mut c, &data, FlushCompress::Finish)?;
    Ok(vm.new_bytes(&out))
}

/// Feeds input until its end, the stream's end or `max` bytes of output: output, bytes consumed, ended.
fn run_decompress(
    vm: &mut Vm,
    d: &mut Decompress,
    data: &[u8],
    max: usize,
    zdict: &[u8],
) -> PyResult<(Vec<u8>, usize, bool)> {
    let mut out: Vec<u8> = Vec::new();
    let mut used = 0;
    loop {
        let room = max - out.len();
        if room == 0 {
            return Ok((out, used, false));
        }
        let mut chunk = vec![0; room.min((data.len() * 4).clamp(1 << 12, 1 << 20))];
        let (before_in, before_out) = (d.total_in(), d.total_out());
        let status = d.decompress(&data[used..], &mut chunk, FlushDecompress::Sync);
        used += (d.total_in() - before_in) as usize;
        let made = (d.total_out() - before_out) as usize;
        out.extend_from_slice(&chunk[..made]);
        match status {
            Ok(Status::StreamEnd) => return Ok((out, used, true)),
            Ok(_) if made < chunk.len() && (used == data.len() || made == 0) => {
                return Ok((out, used, false));
            }
            Ok(_) => {}
            Err(e) if e.needs_dictionary().is_some() => {
                if zdict.is_empty() {
                    return Err(error(vm, "Error 2 while decompressing data"));
                }
                if d.set_dictionary(zdict).is_err() {
                    return Err(error(vm, "Error -3 while setting zdict"));
                }
            }
            Err(e) => {
                let detail = e.message().map_or(String::new(), |m| format!(": {m}"));
                return Err(error(
                    vm,
                    &format!("Error -3 while decompressing data{detail}"),
                ));
            }
        }
    }
}

fn decompress(vm: &mut Vm, args: &[Value]) -> PyResult {
    let data = buffer(vm, args[0])?;
    let wbits = crate::util::ssize_or(vm, args[1], 15)?;
    if crate::util::ssize_or(vm, args[2], 1)? < 0 {
        return Err(vm.value_error("bufsize must be non-zero"));
    }
    let mut d = new_decompress(vm, wbits, data.first().copied().unwrap_or(0))?;
    let (out, _, ended) = run_decompress(vm, &mut d, &data, usize::MAX, &[])?;
    if !ended {
        return Err(error(
            vm,
            "Error -5 while decompressing data: incomplete or truncated stream",
        ));
    }
    Ok(vm.new_bytes(&out))
}

fn compressobj(vm: &mut Vm, args: &[Value]) -> PyResult {
    let level = crate::util::ssize_or(vm, args[0], -1)?;
    if crate::util::ssize_or(vm, args[1], 8)? != 8 {
        return Err(vm.value_error("Invalid initialization option"));
    }
    let wbits = crate::util::ssize_or(vm, args[2], 15)?;
    let zdict = match args[5].is_absent() {
        true => Vec::new(),
        false => buffer(vm, args[5])?.into_vec(),
    };
    let state = begin_compress(vm, level, wbits, &zdict)?;
    let c = Compressor {
        state: RefCell::new(Some(state)),
        level,
        wbits,
        zdict,
        fed: RefCell::new(Fed::new()),
    };
    let ty = state_type(vm, "zlib.Compress")?;
    Ok(Native::new(vm, ty, c).value())
}

fn begin_compress(vm: &mut Vm, level: i64, wbits: i64, zdict: &[u8]) -> PyResult<Compress> {
    let mut c = new_compress(vm, level, wbits)?;
    if !zdict.is_empty() && c.set_dictionary(zdict).is_err() {
        return Err(vm.value_error("Invalid dictionary"));
    }
    Ok(c)
}

fn decompressobj(vm: &mut Vm, args: &[Value]) -> PyResult {
    let wbits = crate::util::ssize_or(vm, args[0], 15)?;
    let zdict = match args[1].is_absent() {
        true => Vec::new(),
        false => buffer(vm, args[1])?.into_vec(),
    };
    let state = match EITHER.contains(&wbits) {
        true => None,
        false => Some(begin_decompress(vm, wbits, &zdict, 0)?),
    };
    let data = Decompressor {
        state: RefCell::new(state),
        wbits,
        fed: RefCell::new(Fed::new()),
        zdict,
        eof: Cell::new(false),
        unused: RefCell::default(),
        tail: RefCell::default(),
    };
    let ty = state_type(vm, "zlib.Decompress")?;
    Ok(Native::new(vm, ty, data).value())
}

fn begin_decompress(vm: &mut Vm, wbits: i64, zdict: &[u8], first: u8) -> PyResult<Decompress> {
    let mut d = new_decompress(vm, wbits, first)?;
    if wbits < 0 && !zdict.is_empty() && d.set_dictionary(zdict).is_err() {
        return Err(error(vm, "Error -3 while setting zdict"));
    }
    Ok(d)
}

impl Decompressor {
    /// [`run_decompress`] on this stream; notes the input that was used.
    fn run(&self, vm: &mut Vm, data: &[u8], max: usize) -> PyResult<(Vec<u8>, usize, bool)> {
        let Some(first) = data.first() else {
            return Ok((Vec::new(), 0, false));
        };
        let mut state = self.state.borrow_mut();
        if state.is_none() {
            *state = Some(begin_decompress(vm, self.wbits, &self.zdict, *first)?);
        }
        let Some(state) = state.as_mut() else {
            return Err(vm.system_error("zlib stream without a state"));
        };
        let done = run_decompress(vm, state, data, max, &self.zdict)?;
        self.fed.borrow_mut().add(&data[..done.1], (), ());
        Ok(done)
    }
}

/// The error of copying a stream that was fed more than is kept.
fn too_long(vm: &mut Vm, what: &str) -> Raised {
    vm.raise(
        ids::MEMORY_ERROR,
        &format!("Can't allocate memory for {what} object"),
    )
}

fn compressor_copy(vm: &mut Vm, args: &[Value]) -> PyResult {
    let c = compressor(vm, &args[0])?;
    let finished = c.state.borrow().is_none();
    if finished {
        return Err(vm.value_error("Inconsistent stream state"));
    }
    let fed = c.fed.borrow().clone();
    let Some(pieces) = &fed.pieces else {
        return Err(too_long(vm, "compression"));
    };
    let mut state = begin_compress(vm, c.level, c.wbits, &c.zdict)?;
    for (data, flush) in pieces {
        run_compress(vm, &mut state, data, *flush)?;
    }
    let copy = Compressor {
        state: RefCell::new(Some(state)),
        level: c.level,
        wbits: c.wbits,
        zdict: c.zdict.clone(),
        fed: RefCell::new(fed),
    };
    let ty = state_type(vm, "zlib.Compress")?;
    Ok(Native::new(vm, ty, copy).value())
}

fn decompressor_copy(vm: &mut Vm, args: &[Value]) -> PyResult {
    let d = decompressor(vm, &args[0])?;
    let fed = d.fed.borrow().clone();
    let Some(pieces) = &fed.pieces else {
        return Err(too_long(vm, "decompression"));
    };
    let mut state = None;
    for (data, ()) in pieces {
        let first = data.first().copied().unwrap_or(0);
        let mut new = begin_decompress(vm, d.wbits, &d.zdict, first)?;
        run_decompress(vm, &mut new, data, usize::MAX, &d.zdict)?;
        state = Some(new);
    }
    if state.is_none() && !EITHER.contains(&d.wbits) {
        state = Some(begin_decompress(vm, d.wbits, &d.zdict, 0)?);
    }
    let copy = Decompressor {
        state: RefCell::new(state),
        wbits: d.wbits,
        fed: RefCell::new(fed),
        zdict: d.zdict.clone(),
        eof: d.eof.clone(),
        unused: d.unused.clone(),
        tail: d.tail.clone(),
    };
    let ty = state_type(vm, "zlib.Decompress")?;
    Ok(Native::new(vm, ty, copy).value())
}

fn compressor<'a>(vm: &mut Vm, v: &'a Value) -> PyResult<&'a Compressor> {
    match native::<Compressor>(v) {
        Some((_, c)) => Ok(c),
        None => Err(vm.wrong_self("compress", "zlib.Compress", *v)),
    }
}

fn decompressor<'a>(vm: &mut Vm, v: &'a Value) -> PyResult<&'a Decompressor> {
    match native::<Decompressor>(v) {
        Some((_, d)) => Ok(d),
        None => Err(vm.wrong_self("decompress", "zlib.Decompress", *v)),
    }
}

fn compressor_compress(vm: &mut Vm, args: &[Value]) -> PyResult {
    let data = buffer(vm, args[1])?;
    let c = compressor(vm, &args[0])?;
    let Some(mut state) = c.state.take() else {
        return Err(error(
            vm,
            "Error -2 while compressing data: inconsistent stream state",
        ));
    };
    let out = run_compress(vm, &mut state, &data, FlushCompress::None);
    c.state.replace(Some(state));
    let out = out?;
    c.fed
        .borrow_mut()
        .add(&data, FlushCompress::None, FlushCompress::None);
    Ok(vm.new_bytes(&out))
}

fn compressor_flush(vm: &mut Vm, args: &[Value]) -> PyResult {
    let mode = match crate::util::ssize_or(vm, args[1], 4)? {
        0 => return Ok(vm.new_bytes(b"")),
        1 => FlushCompress::Partial,
        2 | 5 => FlushCompress::Sync,
        3 => FlushCompress::Full,
        4 => FlushCompress::Finish,
        _ => {
            return Err(error(
                vm,
                "Error -2 while flushing: inconsistent stream state",
            ));
        }
    };
    let c = compressor(vm, &args[0])?;
    let Some(mut state) = c.state.take() else {
        return Err(error(
            vm,
            "Error -2 while flushing: inconsistent stream state",
        ));
    };
    let out = run_compress(vm, &mut state, &[], mode);
    if mode != FlushCompress::Finish {
        c.state.replace(Some(state));
    }
    let out = out?;
    c.fed.borrow_mut().add(&[], mode, FlushCompress::None);
    Ok(vm.new_bytes(&out))
}

fn decompressor_decompress(vm: &mut Vm, args: &[Value]) -> PyResult {
    let data = buffer(vm, args[1])?;
    let max = crate::util::ssize_or(vm, args[2], 0)?;
    let Ok(max) = usize::try_from(max) else {
        return Err(vm.value_error("max_length must be non-negative"));
    };
    let d = decompressor(vm, &args[0])?;
    if d.eof.get() {
        d.unused.borrow_mut().extend_from_slice(&data);
        return Ok(vm.new_bytes(b""));
    }
    let limit = if max == 0 { usize::MAX } else { max };
    let (out, used, ended) = d.run(vm, &data, limit)?;
    d.tail.borrow_mut().clear();
    if ended {
        d.eof.set(true);
        d.unused.borrow_mut().extend_from_slice(&data[used..]);
    } else {
        d.tail.borrow_mut().extend_from_slice(&data[used..]);
    }
    Ok(vm.new_bytes(&out))
}

fn decompressor_flush(vm: &mut Vm, args: &[Value]) -> PyResult {
    if crate::util::ssize_or(vm, args[1], 16384)? <= 0 {
        return Err(vm.value_error("length must be greater than zero"));
    }
    let d = decompressor(vm, &args[0])?;
    let data = d.tail.take();
    if data.is_empty() || d.eof.get() {
        return Ok(vm.new_bytes(b""));
    }
    let (out, used, ended) = d.run(vm, &data, usize::MAX)?;
    if ended {
        d.eof.set(true);
        d.unused.borrow_mut().extend_from_slice(&data[used..]);
    }
    Ok(vm.new_bytes(&out))
}

fn crc32_function(vm: &mut Vm, args: &[Value]) -> PyResult {
    let data = buffer(vm, args[0])?;
    let start = low_word(vm, args[1], 0)?;
    Ok(Value::from_usize(crc32(&data, start) as usize))
}

fn adler32(vm: &mut Vm, args: &[Value]) -> PyResult {
    let data = buffer(vm, args[0])?;
    let start = low_word(vm, args[1], 1)?;
    let (mut a, mut b) = (start & 0xffff, start >> 16);
    // 5552 bytes are what 32 bits can sum without overflow.
    for chunk in data.chunks(5552) {
        for byte in chunk {
            a += *byte as u32;
            b += a;
        }
        a %= 65521;
        b %= 65521;
    }
    Ok(Value::from_usize((b << 16 | a) as usize))
}
