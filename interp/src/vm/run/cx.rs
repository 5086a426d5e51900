//! `Cx`: the view that an opcode's body has of the running frame.
//!
//! Bodies outside the fast handlers are ordinary functions over `Cx`; the register accesses here are the only unsafe
//! code they need.

use skein_compiler::bytecode::Word;
use skein_runtime::builtins::code::PyCode;
use skein_runtime::builtins::function::PyFunction;
use skein_runtime::object::header::{HeapObject, Ref};
use skein_runtime::tasklet::stack::{Frame, at};
use skein_runtime::value::Value;
use skein_runtime::vm::Vm;

/// Address of an instruction word.
pub type Pc = *const u64;

/// The running frame at one instruction.
#[derive(Clone, Copy)]
pub struct Cx {
    /// The instruction.
    pub pc: Pc,
    /// Register 0.
    pub fp: *mut u64,
    /// The instruction word.
    pub insn: Word,
}

impl Cx {
    /// The context of the frame at `fp`, stopped at its saved instruction.
    pub fn saved(frame: Frame) -> Cx {
        let fp = frame.fp();
        // SAFETY: H5: a live frame's saved pc points into its code's words.
        unsafe {
            let pc = *fp.offset(at::PC) as Pc;
            Cx {
                pc,
                fp,
                insn: Word(*pc),
            }
        }
    }
    /// Operand a.
    #[inline(always)]
    pub fn a(self) -> usize {
        self.insn.a() as usize
    }
    /// Operand b.
    #[inline(always)]
    pub fn b(self) -> usize {
        self.insn.b() as usize
    }
    /// Operand c.
    #[inline(always)]
    pub fn c(self) -> usize {
        self.insn.c() as usize
    }
    /// Register i.
    #[inline(always)]
    pub fn reg(self, i: usize) -> Value {
        // SAFETY: the verifier checked that register operands are below nregs; registers that bytecode reads are live.
        unsafe { Value::from_bits(*self.fp.add(i)) }
    }
    /// Writes register i.
    #[inline(always)]
    pub fn set(self, i: usize, v: Value) {
        // SAFETY: as for `reg`.
        unsafe { *self.fp.add(i) = v.bits() }
    }
    /// Registers `start .. start + count` as a slice; they stay valid while the frame lives and nobody writes them.
    #[inline(always)]
    pub fn regs<'a>(self, start: usize, count: usize) -> &'a [Value] {
        // SAFETY: as for `reg`; frames do not move, and the window of a call is not written while the callee runs.
        unsafe { std::slice::from_raw_parts(self.fp.add(start) as *const Value, count) }
    }
    /// Extra word k (from 1) of the instruction.
    #[inline(always)]
    pub fn ext(self, k: usize) -> u64 {
        // SAFETY: the opcode's length covers the word.
        unsafe { *self.pc.add(k) }
    }
    /// Writes extra word k.
    #[inline(always)]
    pub fn set_ext(self, k: usize, word: u64) {
        // SAFETY: as for `ext`; code words are owned by the code object and only this thread runs it (H9).
        unsafe { *(self.pc as *mut u64).add(k) = word }
    }
    /// Rewrites the opcode byte in place (specialisation).
    #[inline(always)]
    pub fn set_opcode(self, op: u8) {
        self.set_ext(0, self.insn.0 & !0xff | op as u64);
    }
    /// The instruction `n` words on.
    #[inline(always)]
    pub fn after(self, n: usize) -> Pc {
        self.pc.wrapping_add(n)
    }
    /// The jump target at a signed distance.
    #[inline(always)]
    pub fn jump(self, offset: i32) -> Pc {
        self.pc.wrapping_offset(offset as isize)
    }
    /// The jump target in `bc`.
    #[inline(always)]
    pub fn target(self) -> Pc {
        self.jump(self.insn.bc())
    }
    /// The jump target in extra word 1.
    #[inline(always)]
    pub fn ext_target(self) -> Pc {
        self.jump(self.ext(1) as u32 as i32)
    }
    /// The running frame.
    #[inline(always)]
    pub fn frame(self) -> Frame {
        // SAFETY: H5: fp is the running frame's.
        unsafe { Frame::at(self.fp) }.expect("a running frame")
    }
    /// The code being run.
    #[inline(always)]
    pub fn code(self) -> Ref<PyCode> {
        // SAFETY: H5: the header word holds the code object.
        unsafe { Value::from_bits(*self.fp.offset(at::CODE)).cast_unchecked() }
    }
    /// The function being run.
    #[inline(always)]
    pub fn function(self) -> Ref<PyFunction> {
        // SAFETY: H5: the header word holds the function.
        unsafe { Value::from_bits(*self.fp.offset(at::FUNCTION)).cast_unchecked() }
    }
    /// Constant number i.
    pub fn constant(self, i: usize) -> Value {
        self.code().consts.expect().get(i)
    }
    /// Name number i.
    pub fn name(self, i: usize) -> Ref<skein_runtime::builtins::str::PyStr> {
        typed(self.code().names.expect().get(i))
    }
    /// Writes the saved instruction, so that tracebacks and frame objects see it.
    #[inline(always)]
    pub fn save(self) {
        // SAFETY: as for `reg`.
        unsafe { *self.fp.offset(at::PC) = self.pc as u64 }
    }
}

/// A reference that its object's construction set. Fast handlers must not contain code that can panic: what could unwind
/// would give them a frame.
#[inline(always)]
pub fn known<T: HeapObject>(slot: &skein_runtime::object::header::RefSlot<T>) -> Ref<T> {
    // SAFETY: H5: only references to a `T` are stored there, and the field was filled when the object was made.
    unsafe { slot.value().cast_unchecked() }
}

/// A value whose type the code object's construction guarantees.
#[inline(always)]
pub fn typed<T: HeapObject>(v: Value) -> Ref<T> {
    v.cast().expect("typed by construction")
}

/// Fills a new row on the running tasklet's stack: header, arguments, empty registers. The row becomes the running frame.
#[inline(always)]
pub fn write_frame(
    vm: &Vm,
    base: *mut u64,
    function: Ref<PyFunction>,
    code: Ref<PyCode>,
    args: &[Value],
    ret: u64,
) -> *mut u64 {
    use skein_runtime::tasklet::stack::FRAME_WORDS;
    let nregs = code.nregs as usize;
    // SAFETY: the caller made sure that FRAME_WORDS + nregs words are free from `base` on.
    unsafe {
        let fp = base.add(FRAME_WORDS);
        *fp.offset(at::CODE) = code.value().bits();
        *fp.offset(at::FUNCTION) = function.value().bits();
        *fp.offset(at::CALLER) = vm.fp.get() as u64;
        *fp.offset(at::PC) = code_start(code) as u64;
        *fp.offset(at::RETURN) = ret;
        *fp.offset(at::FRAME_OBJECT) = 0;
        *fp.offset(at::LOCALS) = 0;
        *fp.offset(at::GENERATOR) = 0;
        for (i, v) in args.iter().enumerate() {
            *fp.add(i) = v.bits();
        }
        clear(fp, args.len(), nregs);
        vm.stack_top.set(fp.add(nregs));
        vm.fp.set(fp);
        fp
    }
}

/// Empties registers `from .. to`.
///
/// # Safety
/// The registers are those of a frame whose row is being filled.
#[inline(always)]
pub unsafe fn clear(fp: *mut u64, from: usize, to: usize) {
    let mut i = from;
    while i < to {
        // Volatile, or else the loop becomes a call of memset, which costs more than the few words.
        // SAFETY: the row has that many registers.
        unsafe { fp.add(i).write_volatile(0) };
        i += 1;
    }
}

/// Copies the words of a few values into registers.
///
/// # Safety
/// `from` points to `count` values, `to` to as many registers; a register that holds the owner of the values may be among
/// them only if nothing else of it is needed.
#[inline(always)]
pub unsafe fn copy(to: *mut u64, from: *const u64, count: usize) {
    let mut i = 0;
    while i < count {
        // Volatile, or else this becomes a call of memcpy, as in `clear`.
        // SAFETY: the caller says so.
        unsafe { to.add(i).write_volatile(*from.add(i)) };
        i += 1;
    }
}

/// Fills the row inside a generator object. It is not running yet.
pub fn write_generator_frame(
    g: Ref<skein_runtime::builtins::generator::PyGenerator>,
    function: Ref<PyFunction>,
    args: &[Value],
) -> Frame {
    use skein_runtime::tasklet::stack::FRAME_WORDS;
    let words = g.frame_words();
    let set = |offset: isize, w: u64| words[(FRAME_WORDS as isize + offset) as usize].set(w);
    let code = g.code.expect();
    set(at::CODE, code.value().bits());
    set(at::FUNCTION, function.value().bits());
    set(at::PC, code_start(code) as u64);
    set(at::GENERATOR, g.value().bits());
    for (i, v) in args.iter().enumerate() {
        words[FRAME_WORDS + i].set(v.bits());
    }
    generator_frame(g)
}

/// Register 0 of the frame inside a generator object.
#[inline(always)]
pub fn generator_frame_pointer(
    g: Ref<skein_runtime::builtins::generator::PyGenerator>,
) -> *mut u64 {
    use skein_runtime::tasklet::stack::FRAME_WORDS;
    g.frame_words().as_ptr().wrapping_add(FRAME_WORDS) as *mut u64
}

/// The frame inside a generator object.
pub fn generator_frame(g: Ref<skein_runtime::builtins::generator::PyGenerator>) -> Frame {
    use skein_runtime::tasklet::stack::FRAME_WORDS;
    let fp = g.frame_words()[FRAME_WORDS..].as_ptr() as *mut u64;
    // SAFETY: H5: the generator's tail is a frame row, filled when the generator was made.
    unsafe { Frame::at(fp) }.expect("not null")
}

/// The first instruction of a code object.
#[inline(always)]
pub fn code_start(code: Ref<PyCode>) -> Pc {
    known(&code.words).bytes().as_ptr() as Pc
}

/// Writes a word into a frame's header (typed offsets in `at`).
#[inline(always)]
pub fn set_header(fp: *mut u64, offset: isize, word: u64) {
    // SAFETY: fp is a live frame's register 0 (callers hold it from the Vm or a generator).
    unsafe { *fp.offset(offset) = word }
}

/// Reads a word of a frame's header.
#[inline(always)]
pub fn header_word(fp: *mut u64, offset: isize) -> u64 {
    // SAFETY: as for `set_header`.
    unsafe { *fp.offset(offset) }
}

/// A value from a register word or header word of a live frame.
#[inline(always)]
pub fn word_value(word: u64) -> Value {
    // SAFETY: words of live registers are valid values (H1).
    unsafe { Value::from_bits(word) }
}

/// The instruction word at an address inside a live code object.
#[inline(always)]
pub fn word_at(pc: Pc) -> Word {
    // SAFETY: pc points into a live code object's words.
    Word(unsafe { *pc })
}
