//! Lets machine code leave where it traps.
//!
//! A guard that is a trap compiles to one conditional jump to an undefined instruction of its own behind the code. Here that
//! jump is aimed at a stub, appended to the code, that notes the exit's number and goes to the block through which all exits
//! leave. Works on bytes that are not published yet. (The idea is jit.md's "design D".)
//!
//! Limits: x86-64. It relies on each trap being reached by near jumps (`0f 8x rel32`) alone; code where one is not found is refused,
//! and compiled with branches instead.

use super::{EXIT_IN_CONTEXT, lower::OUT};
use cranelift_codegen::CompiledCode;
use std::collections::HashMap;

/// Whether this machine's code can be treated so.
pub const SUPPORTED: bool = cfg!(target_arch = "x86_64");

/// The code with its traps led out; `first` is the number of the trace's first exit. `None`: the code does not look as expected.
pub fn lead_traps_out(compiled: &CompiledCode, first: u32) -> Option<Vec<u8>> {
    let buffer = &compiled.buffer;
    let mut code = compiled.code_buffer().to_vec();
    let places = buffer.get_srclocs_sorted();
    let out = places.iter().find(|p| p.loc.bits() == OUT)?.start;
    // Where each trap's instruction is, and its exit among the trace's.
    let mut traps = HashMap::new();
    for trap in buffer.traps() {
        let i = places.partition_point(|p| p.end <= trap.offset);
        let place = places.get(i).filter(|p| p.start <= trap.offset)?;
        let exit = place.loc.bits().checked_sub(1)?;
        traps.insert(trap.offset, (exit, false));
    }
    let mut jumps = Vec::new();
    let end = places.iter().map(|p| p.end).max()? as usize;
    for place in places.iter().filter(|p| p.loc.bits() != OUT) {
        for at in place.start as usize..(place.end as usize).saturating_sub(5) {
            let [0x0f, condition, a, b, c, d] = *code.get(at..at + 6)? else {
                continue;
            };
            let next = at as i64 + 6;
            let target = next + i32::from_le_bytes([a, b, c, d]) as i64;
            if condition & 0xf0 == 0x80
                && let Some((exit, found)) =
                    u32::try_from(target).ok().and_then(|t| traps.get_mut(&t))
                && *exit + 1 == place.loc.bits()
            {
                *found = true;
                jumps.push((at + 2, *exit));
            }
        }
    }
    if traps.values().any(|(_, found)| !found) || end > code.len() {
        return None;
    }
    let mut stubs: HashMap<u32, usize> = HashMap::new();
    for (at, exit) in jumps {
        let stub = match stubs.get(&exit) {
            Some(s) => *s,
            None => {
                let s = code.len();
                append_stub(&mut code, first + exit, out)?;
                stubs.insert(exit, s);
                s
            }
        };
        let distance = i32::try_from(stub as i64 - (at as i64 + 4)).ok()?;
        code[at..at + 4].copy_from_slice(&distance.to_le_bytes());
    }
    Some(code)
}

/// `mov qword [r15 + EXIT_IN_CONTEXT], number; jmp out`
fn append_stub(code: &mut Vec<u8>, number: u32, out: u32) -> Option<()> {
    let number = i32::try_from(number).ok()?;
    code.extend([0x49, 0xc7, 0x47, EXIT_IN_CONTEXT as u8]);
    code.extend(number.to_le_bytes());
    code.push(0xe9);
    let distance = i32::try_from(out as i64 - (code.len() as i64 + 4)).ok()?;
    code.extend(distance.to_le_bytes());
    Some(())
}
