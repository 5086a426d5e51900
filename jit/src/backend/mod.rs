//! Machine code from traces, by Cranelift.
//!
//! A trace is a function without a native frame of its own to come back to: `tail (frame) -> exit`; the context is in the pinned
//! register. A guard that fails writes its exit's number to the context and tail-calls whatever stands in that exit's slot: at
//! first [`Glue::leave`], which returns the number to [`Glue::enter`]'s caller, later a bridge's code. Code is complete before it
//! is published and never written to again.

mod cross;
mod glue;
mod lower;
mod memory;
mod patch;

pub use cross::{Program, code_for, program_for};

use crate::ir::Trace;
use cranelift_codegen::control::ControlPlane;
use cranelift_codegen::ir::function::FunctionStencil;
use cranelift_codegen::ir::{AbiParam, Function, Signature, types};
use cranelift_codegen::isa::{CallConv, OwnedTargetIsa, TargetIsa};
use cranelift_codegen::settings::{self, Configurable};
use cranelift_codegen::{CompiledCode, Context};
use cranelift_frontend::{FunctionBuilder, FunctionBuilderContext};
use glue::Seldom;
use lower::Guards;
use memory::Memory;
use std::collections::HashMap;
use std::time::Instant;

/// Where the frame that a trace was entered in is noted in the context when the trace is left.
pub const FRAME_IN_CONTEXT: i32 = 8;
/// Where the number of the exit by which it is left is noted.
pub const EXIT_IN_CONTEXT: i32 = 16;

/// Bytes of address space for machine code.
const RESERVED: usize = 64 << 20;

/// The code generator and all the code that it made.
pub struct Backend {
    isa: OwnedTargetIsa,
    memory: Memory,
    context: Context,
    builder: FunctionBuilderContext,
    /// The two functions that lead into traces and out of them.
    pub glue: Glue,
    /// Addresses of the code that saves registers around helpers.
    seldom: HashMap<Seldom, u64>,
    /// Bytes of machine code made so far.
    pub bytes: usize,
    verifies: bool,
    guards: Guards,
}

/// Addresses of the code around traces.
#[derive(Clone, Copy)]
pub struct Glue {
    /// `extern "C" fn(context, frame, code) -> exit`
    pub enter: u64,
    /// What an exit's slot holds at first.
    pub leave: u64,
    /// Goes on in the code for the instruction that the context names, if the table has it; leaves by exit 0 if not.
    pub dispatch: u64,
}

/// What [`Glue::dispatch`] needs to know: addresses, and offsets in the context and in the machine. The default is for traces
/// that never go there.
#[derive(Clone, Copy, Default, Debug)]
pub struct Dispatch {
    /// The table: pairs of an instruction's address and the address of code for it.
    pub table: u64,
    /// Number of pairs, a power of two. A pair's place is the instruction's address divided by 8, modulo this.
    pub size: u64,
    /// A byte that is not 0 while something wants attention.
    pub attention: u64,
    /// What the machine has as its handler table when nothing looks at instructions.
    pub plain: u64,
    /// In the context: the machine, the instruction to go on at, where the stack ends.
    pub machine: i32,
    /// See `machine`.
    pub left: i32,
    /// See `machine`.
    pub top: i32,
    /// In the machine: its handler table, its frame, where its stack ends.
    pub handlers: i32,
    /// See `handlers`.
    pub frame: i32,
    /// See `handlers`.
    pub stack_top: i32,
}

/// What was made of a trace.
pub struct Code {
    /// Its address.
    pub address: u64,
    /// Its length in bytes.
    pub size: usize,
    /// Cranelift's text of it, if wanted.
    pub clif: Option<String>,
    /// The machine code's text, if wanted.
    pub assembly: Option<String>,
    /// Nanoseconds that it took, by stage.
    pub stages: [(&'static str, u64); 3],
}

/// Where the slots of a trace's exits stand: words that hold the code to go to.
#[derive(Clone, Copy, Debug)]
pub struct Slots {
    /// The address of the first.
    pub base: u64,
    /// The number of the exit that the first one is for; the others follow in order.
    pub first: u32,
}

/// Settings that differ between uses.
#[derive(Clone, Copy, Default, Debug)]
pub struct Options {
    /// Cranelift checks its input.
    pub verify: bool,
    /// Guards are branches also where they could be traps.
    pub branches: bool,
}

fn trace_signature() -> Signature {
    let mut s = Signature::new(CallConv::Tail);
    s.params = vec![AbiParam::new(types::I64)];
    s.returns = vec![AbiParam::new(types::I64)];
    s
}

/// The settings of all code: see the design page jit.md, section 8.
fn flags() -> Result<settings::Flags, String> {
    let mut flags = settings::builder();
    let mut set = |name: &str, value: &str| flags.set(name, value).map_err(|e| e.to_string());
    set("opt_level", "none")?;
    set("regalloc_algorithm", "backtracking")?;
    set("preserve_frame_pointers", "true")?;
    set("enable_pinned_reg", "true")?;
    set("unwind_info", "false")?;
    set("is_pic", "false")?;
    set("use_colocated_libcalls", "false")?;
    // It would refuse what `keep_no_registers` makes, so it runs ahead of that.
    set("enable_verifier", "false")?;
    Ok(settings::Flags::new(flags))
}

/// Traces save no registers for those whose tail call they are: only the way in from native code has values to keep, and
/// it keeps all. Cranelift's convention for tail calls has them saved and restored in each trace, which in programs of
/// short traces took a tenth of the time. Of its conventions, `winch` differs from it in nothing else for functions of one word.
///
/// On machines where that was not tried, nothing is changed.
fn keep_no_registers(func: &mut Function, isa: &dyn TargetIsa) {
    if isa.triple().architecture != target_lexicon::Architecture::X86_64 {
        return;
    }
    let Function {
        stencil: FunctionStencil { signature, dfg, .. },
        ..
    } = func;
    for s in dfg.signatures.values_mut().chain([signature]) {
        if s.call_conv == CallConv::Tail {
            s.call_conv = CallConv::Winch;
        }
    }
}

/// Machine code for a function.
fn generate<'a>(
    context: &'a mut Context,
    isa: &dyn TargetIsa,
    verify: bool,
) -> Result<&'a CompiledCode, String> {
    if verify {
        context.verify(isa).map_err(|e| e.to_string())?;
    }
    keep_no_registers(&mut context.func, isa);
    context
        .compile(isa, &mut ControlPlane::default())
        .map_err(|e| format!("{:?}", e.inner))
}

fn isa() -> Result<OwnedTargetIsa, String> {
    let flags = flags()?;
    let host = target_lexicon::Triple::host();
    let mut isa = cranelift_codegen::isa::lookup(host).map_err(|e| e.to_string())?;
    // Rounding of floats in one instruction, where the machine has it.
    #[cfg(target_arch = "x86_64")]
    if is_x86_feature_detected!("sse4.1") {
        isa.enable("has_sse41").map_err(|e| e.to_string())?;
    }
    isa.finish(flags).map_err(|e| e.to_string())
}

impl Backend {
    /// A code generator for this machine; an error where there is none, or no memory for code.
    pub fn new(options: Options, dispatch: &Dispatch) -> Result<Backend, String> {
        let isa = isa()?;
        let mut memory = Memory::new(RESERVED).map_err(|e| e.to_string())?;
        let mut context = Context::new();
        let mut frontend = FunctionBuilderContext::new();
        let mut made = |fill: &dyn Fn(&mut Context, &mut FunctionBuilderContext)| {
            context.clear();
            fill(&mut context, &mut frontend);
            let compiled = generate(&mut context, &*isa, options.verify)?;
            publish(&mut memory, compiled, compiled.code_buffer())
        };
        let leave = made(&|context, frontend| glue::leave(context, frontend, &*isa))?;
        let enter = made(&|context, frontend| glue::enter(context, frontend, &*isa))?;
        let dispatch =
            made(&|context, frontend| glue::dispatch(context, frontend, &*isa, dispatch))?;
        Ok(Backend {
            isa,
            memory,
            context,
            builder: frontend,
            glue: Glue {
                enter,
                leave,
                dispatch,
            },
            seldom: HashMap::new(),
            bytes: 0,
            verifies: options.verify,
            guards: match patch::SUPPORTED && !options.branches {
                true => Guards::Traps,
                false => Guards::Branches,
            },
        })
    }

    /// Makes machine code of a trace. `text`: also as text.
    ///
    /// # Errors
    /// The trace is not well formed, or there is no memory for the code.
    pub fn compile(&mut self, trace: &Trace, slots: Slots, text: bool) -> Result<Code, String> {
        if self.verifies {
            crate::ir::verify(trace)?;
        }
        for called in trace.ops.iter().filter_map(Seldom::of) {
            self.make_seldom(called)?;
        }
        match self.compile_with(trace, slots, text, self.guards)? {
            Some(code) => Ok(code),
            None => self
                .compile_with(trace, slots, text, Guards::Branches)?
                .ok_or_else(|| "branches need no patching".to_string()),
        }
    }

    fn make_seldom(&mut self, called: Seldom) -> Result<(), String> {
        if self.seldom.contains_key(&called) {
            return Ok(());
        }
        self.context.clear();
        glue::seldom(&mut self.context, &mut self.builder, &*self.isa, called);
        let compiled = generate(&mut self.context, &*self.isa, self.verifies)?;
        let mut address = publish(&mut self.memory, compiled, compiled.code_buffer())?;
        if !matches!(called, Seldom::Store(_)) {
            self.context.clear();
            let (context, builder) = (&mut self.context, &mut self.builder);
            glue::zeros(context, builder, &*self.isa, called, address);
            let compiled = generate(context, &*self.isa, self.verifies)?;
            address = publish(&mut self.memory, compiled, compiled.code_buffer())?;
        }
        self.seldom.insert(called, address);
        Ok(())
    }

    /// `None`: a trap was not found in the machine code.
    fn compile_with(
        &mut self,
        trace: &Trace,
        slots: Slots,
        text: bool,
        guards: Guards,
    ) -> Result<Option<Code>, String> {
        let begun = Instant::now();
        self.context.clear();
        self.context.func.signature = trace_signature();
        let mut b = FunctionBuilder::new(&mut self.context.func, &mut self.builder);
        let seldom = |called| self.seldom.get(&called).copied().unwrap_or_default();
        lower::lower(trace, &mut b, slots, guards, &seldom);
        b.seal_all_blocks();
        b.finalize(self.isa.frontend_config());
        let lowered = begun.elapsed();
        let clif = text.then(|| self.context.func.display().to_string());
        self.context.set_disasm(text);
        let compiled = generate(&mut self.context, &*self.isa, self.verifies)?;
        let bytes = match guards {
            Guards::Branches => compiled.code_buffer().to_vec(),
            Guards::Traps => match patch::lead_traps_out(compiled, slots.first) {
                Some(bytes) => bytes,
                None => return Ok(None),
            },
        };
        let generated = begun.elapsed();
        let assembly = if text { compiled.vcode.clone() } else { None };
        let address = publish(&mut self.memory, compiled, &bytes)?;
        self.bytes += bytes.len();
        let stages = [
            ("lower", lowered),
            ("generate", generated - lowered),
            ("publish", begun.elapsed() - generated),
        ];
        Ok(Some(Code {
            stages: stages.map(|(name, time)| (name, time.as_nanos() as u64)),
            address,
            size: bytes.len(),
            clif,
            assembly,
        }))
    }
}

/// Publishes the code of a function, which may have been changed after it was compiled.
fn publish(memory: &mut Memory, compiled: &CompiledCode, bytes: &[u8]) -> Result<u64, String> {
    // Everything that is called is called through a register.
    if !compiled.buffer.relocs().is_empty() {
        return Err("the code has relocations".to_string());
    }
    let align = compiled.buffer.alignment as usize;
    memory.publish(bytes, align).map_err(|e| e.to_string())
}
