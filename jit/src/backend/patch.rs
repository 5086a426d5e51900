//! Lets machine code leave where it traps.
//!
//! A guard that is a trap compiles to one conditional jump to an undefined instruction of its own behind the code. Here that
//! jump is aimed at a stub, appended to the code, that notes the exit's number and goes to the block through which all exits
//! leave. Works on bytes that are not published yet. (The idea is jit.md's "design D".)
//!
//! Limits: x86-64. It relies on each trap being reached by near jumps (`0f 8x rel32`) alone; code where one is not found is refused,
//! and compiled with branches instead.

use super::{
    EXIT_IN_CONTEXT,
    lower::{OUT, OVERFLOW},
};
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
    for place in places.iter().filter(|p| p.loc.bits() == OVERFLOW) {
        for at in place.start as usize..(place.end as usize).saturating_sub(5) {
            if matches!(code.get(at..at + 2), Some([0x0f, 0x84 | 0x85])) {
                jump_on_overflow(&mut code[..at + 2]);
            }
        }
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
        jump_on_overflow(&mut code[..at]);
    }
    Some(code)
}

/// Cranelift keeps the overflow flag in a register and tests that: `seto r; test r, r; jnz`. As nothing but the guard asks for
/// it, the jump, whose opcode ends `code`, may ask the flag itself.
fn jump_on_overflow(code: &mut [u8]) -> Option<()> {
    let jump = code.len().checked_sub(2)?;
    let test_length = match code.get(jump.checked_sub(3)?)? & 0xf0 {
        0x40 => 3,
        _ => 2,
    };
    let test = jump - test_length;
    // Both have a prefix or neither: what stands before may look like one.
    let set = test.checked_sub(test_length + 1)?;
    let (high, test_code) = match code[test..jump] {
        [rex, 0x84, modrm] if matches!(rex, 0x40 | 0x45) => (rex & 1, modrm),
        [0x84, modrm] => (0, modrm),
        _ => return None,
    };
    let register = match code[set..test] {
        [rex, 0x0f, 0x90, modrm] if matches!(rex, 0x40 | 0x41) && rex & 1 == high => modrm & 7,
        [0x0f, 0x90, modrm] if high == 0 => modrm & 7,
        _ => return None,
    };
    let condition = match code[jump + 1] {
        0x85 => 0x80,
        0x84 => 0x81,
        _ => return None,
    };
    if test_code != 0xc0 | register << 3 | register {
        return None;
    }
    const NOTHING: [&[u8]; 3] = [
        &[0x0f, 0x1f, 0x44, 0, 0],
        &[0x66, 0x0f, 0x1f, 0x44, 0, 0],
        &[0x0f, 0x1f, 0x80, 0, 0, 0, 0],
    ];
    code[set..jump].copy_from_slice(NOTHING.get(jump - set - 5)?);
    code[jump + 1] = condition;
    Some(())
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

#[cfg(test)]
mod tests {
    use super::jump_on_overflow;

    #[test]
    fn jumps_ask_the_flag_that_was_kept_in_a_register() {
        // seto r9b; test r9b, r9b; jnz
        let mut code = vec![
            0x90, 0x90, 0x90, 0x90, 0x41, 0x0f, 0x90, 0xc1, 0x45, 0x84, 0xc9, 0x0f, 0x85,
        ];
        assert!(jump_on_overflow(&mut code).is_some());
        assert_eq!(code[4..], [0x0f, 0x1f, 0x80, 0, 0, 0, 0, 0x0f, 0x80]);
        // seto dl; test dl, dl; jz
        let mut code = vec![
            0x90, 0x90, 0x90, 0x90, 0x0f, 0x90, 0xc2, 0x84, 0xd2, 0x0f, 0x84,
        ];
        assert!(jump_on_overflow(&mut code).is_some());
        assert_eq!(code[4..], [0x0f, 0x1f, 0x44, 0, 0, 0x0f, 0x81]);
        // What looks like a prefix is the operand of `add rax, 0x40`.
        let mut code = vec![
            0x48, 0x83, 0xc0, 0x40, 0x0f, 0x90, 0xc2, 0x84, 0xd2, 0x0f, 0x85,
        ];
        assert!(jump_on_overflow(&mut code).is_some());
        assert_eq!(code[..4], [0x48, 0x83, 0xc0, 0x40]);
        // Another register than was set, and another condition.
        for other in [
            [
                0x90u8, 0x90, 0x90, 0x90, 0x0f, 0x90, 0xc1, 0x84, 0xd2, 0x0f, 0x85,
            ],
            [
                0x90, 0x90, 0x90, 0x90, 0x0f, 0x92, 0xc2, 0x84, 0xd2, 0x0f, 0x85,
            ],
        ] {
            let mut code = other.to_vec();
            assert!(jump_on_overflow(&mut code).is_none());
            assert_eq!(code, other);
        }
    }
}
