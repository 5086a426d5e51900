//! Memory for machine code.
//!
//! One piece of memory is mapped twice: code is written through one mapping and run through the other, so no page is ever writable
//! and executable at one address (W^X), and publishing code changes no page's protection, which would stop every thread of the
//! process for a moment. H8: this is the only place where executable memory is written; what was published is not written again.
//!
//! A forked child shares the pages with its parent, so it takes a new piece for code of its own.
//!
//! Limits: code is freed all at once, with the memory; the caller bounds how much there is.

use std::io;

/// A piece of memory for code, filled from its start.
pub struct Memory {
    write: *mut u8,
    run: *mut u8,
    size: usize,
    used: usize,
    process: u32,
}

// SAFETY: the mappings belong to the process, not to a thread, and whoever has the `Memory` is the only one that writes.
unsafe impl Send for Memory {}

impl Memory {
    /// Room for `size` bytes, of which the system gives what is used.
    ///
    /// # Errors
    /// The system gives none.
    pub fn new(size: usize) -> io::Result<Memory> {
        // SAFETY: new mappings at addresses that the kernel chooses; each result is tested before it is used.
        unsafe {
            let run = libc::mmap(
                std::ptr::null_mut(),
                size,
                libc::PROT_READ | libc::PROT_WRITE,
                libc::MAP_SHARED | libc::MAP_ANONYMOUS | libc::MAP_NORESERVE,
                -1,
                0,
            );
            if run == libc::MAP_FAILED {
                return Err(io::Error::last_os_error());
            }
            // An old size of 0 makes a second mapping of shared pages.
            let write = libc::mremap(run, 0, size, libc::MREMAP_MAYMOVE);
            let executable = libc::mprotect(run, size, libc::PROT_READ | libc::PROT_EXEC);
            if write == libc::MAP_FAILED || executable != 0 {
                let error = io::Error::last_os_error();
                libc::munmap(run, size);
                if write != libc::MAP_FAILED {
                    libc::munmap(write, size);
                }
                return Err(error);
            }
            Ok(Memory {
                write: write.cast(),
                run: run.cast(),
                size,
                used: 0,
                process: std::process::id(),
            })
        }
    }

    /// Publishes code at a multiple of `align`, a power of two, and gives its address.
    ///
    /// # Errors
    /// There is no room left.
    pub fn publish(&mut self, code: &[u8], align: usize) -> io::Result<u64> {
        if self.process != std::process::id() {
            // The old code stays where it is: frames may return into it.
            std::mem::forget(std::mem::replace(self, Memory::new(self.size)?));
        }
        let at = self.used.next_multiple_of(align.max(1));
        let end = at.checked_add(code.len()).filter(|end| *end <= self.size);
        let Some(end) = end else {
            return Err(io::Error::from(io::ErrorKind::OutOfMemory));
        };
        // SAFETY: `at .. end` lies in the writable mapping and was given to nobody yet.
        unsafe { std::ptr::copy_nonoverlapping(code.as_ptr(), self.write.add(at), code.len()) };
        self.used = end;
        let address = self.run.wrapping_add(at);
        show_to_instruction_fetch(address, code.len());
        Ok(address as u64)
    }
}

impl Drop for Memory {
    fn drop(&mut self) {
        // SAFETY: both were mapped by `new` with this size; who drops the backend runs none of its code any more.
        unsafe {
            libc::munmap(self.run.cast(), self.size);
            libc::munmap(self.write.cast(), self.size);
        }
    }
}

/// Makes written code visible to the fetching of instructions, where the processor does not do so by itself.
#[cfg(not(target_arch = "aarch64"))]
fn show_to_instruction_fetch(_: *mut u8, _: usize) {}

#[cfg(target_arch = "aarch64")]
fn show_to_instruction_fetch(start: *mut u8, length: usize) {
    unsafe extern "C" {
        fn __clear_cache(start: *mut core::ffi::c_char, end: *mut core::ffi::c_char);
    }
    // SAFETY: the compiler's own runtime function, for a range inside one mapping.
    unsafe { __clear_cache(start.cast(), start.wrapping_add(length).cast()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_seen_where_it_runs() {
        let mut memory = Memory::new(1 << 16).expect("room");
        let first = memory.publish(&[1, 2, 3], 16).expect("room");
        let second = memory.publish(&[4; 40], 16).expect("room");
        assert_eq!((first % 16, second), (0, first + 16));
        // SAFETY: published right above.
        let seen = unsafe { std::slice::from_raw_parts(second as *const u8, 40) };
        assert_eq!(seen, [4; 40]);
        assert!(memory.publish(&[0; 1 << 16], 16).is_err());
    }
}
