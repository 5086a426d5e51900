//! The pages of the program's own file.
//!
//! Starting reads much of it once: relocations, tables, the library's archive, code that sets things up. Those pages stay counted
//! as the process's memory although nobody needs them again. They are clean, so giving them back costs nothing but another
//! mapping of those that are used after all.

/// Gives back the pages of the program's file that cannot be written to. What is used again comes back from the page cache.
#[cfg(target_os = "linux")]
pub fn give_back_pages() {
    unsafe extern "C" fn each(
        info: *mut libc::dl_phdr_info,
        _: libc::size_t,
        _: *mut libc::c_void,
    ) -> libc::c_int {
        // SAFETY: the loader passes a valid record with its table of headers.
        let (base, headers) = unsafe {
            let info = &*info;
            let n = info.dlpi_phnum as usize;
            (
                info.dlpi_addr as usize,
                std::slice::from_raw_parts(info.dlpi_phdr, n),
            )
        };
        let page = 4096;
        for h in headers {
            if h.p_type != libc::PT_LOAD || h.p_flags & libc::PF_W != 0 {
                continue;
            }
            let start = (base + h.p_vaddr as usize).next_multiple_of(page);
            let end = (base + h.p_vaddr as usize + h.p_memsz as usize) / page * page;
            if start < end {
                // SAFETY: a mapping of the file that nothing ever writes to: its pages can be read from there again.
                unsafe {
                    libc::madvise(start as *mut libc::c_void, end - start, libc::MADV_DONTNEED)
                };
            }
        }
        // The first is the program itself.
        1
    }
    // SAFETY: the callback only looks at what it is given.
    unsafe { libc::dl_iterate_phdr(Some(each), std::ptr::null_mut()) };
}

/// Gives back the pages of the program's file that cannot be written to. What is used again comes back from the page cache.
#[cfg(not(target_os = "linux"))]
pub fn give_back_pages() {}
