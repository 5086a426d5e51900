//! Giving pages of the program's own file back that will hardly be read again.

/// The system maps so many bytes around one that is read.
const WINDOW: usize = 64 << 10;

/// Says that `part` of `whole`, constant data of the program, was read for the last time: its pages, and those mapped
/// with them, leave memory until they are touched again.
pub fn forget_constants(part: &'static [u8], whole: &'static [u8]) {
    let page = page_size();
    let bounds = whole.as_ptr_range();
    let (low, high) = (
        (bounds.start as usize).next_multiple_of(page),
        bounds.end as usize & !(page - 1),
    );
    let range = part.as_ptr_range();
    let start = (range.start as usize & !(WINDOW - 1)).max(low);
    let end = (range.end as usize).next_multiple_of(WINDOW).min(high);
    if start < end {
        // SAFETY: whole pages of constant data: unchanged pages of a file, which are read from it again when needed.
        unsafe { libc::madvise(start as *mut libc::c_void, end - start, libc::MADV_DONTNEED) };
    }
}

fn page_size() -> usize {
    // SAFETY: a plain query.
    let n = unsafe { libc::sysconf(libc::_SC_PAGESIZE) };
    usize::try_from(n).unwrap_or(WINDOW).max(1)
}
