//! Writer of archives; the build scripts here and of the interpreter use it.
//!
//! Layout, all numbers little-endian u32: count; then per file, in path order, path offset, path length, data offset,
//! packed length, raw length; then the paths; then the data. Equal packed and raw lengths mean "stored". Offsets count
//! from the start of the archive. Each file is deflated alone: one look-up must not unpack megabytes.

use std::collections::BTreeMap;

/// An archive of `files`; those that `stored` names are not deflated.
///
/// # Panics
/// If the archive would exceed 4 GiB.
#[must_use]
pub fn pack(
    files: &BTreeMap<String, Vec<u8>>,
    level: u8,
    stored: impl Fn(&str) -> bool,
) -> Vec<u8> {
    let index_end = 4 + files.len() * 20;
    let paths: usize = files.keys().map(String::len).sum();
    let mut index = Vec::with_capacity(index_end);
    let mut names = Vec::with_capacity(paths);
    let mut data = Vec::new();
    let number = |out: &mut Vec<u8>, n: usize| {
        let n = u32::try_from(n).expect("the archive stays below 4 GiB");
        out.extend_from_slice(&n.to_le_bytes());
    };
    number(&mut index, files.len());
    for (name, raw) in files {
        let squeezed = match stored(name) {
            true => raw.clone(),
            false => miniz_oxide::deflate::compress_to_vec(raw, level),
        };
        let kept = if squeezed.len() < raw.len() {
            &squeezed
        } else {
            raw
        };
        number(&mut index, index_end + names.len());
        number(&mut index, name.len());
        number(&mut index, index_end + paths + data.len());
        number(&mut index, kept.len());
        number(&mut index, raw.len());
        names.extend_from_slice(name.as_bytes());
        data.extend_from_slice(kept);
    }
    index.extend_from_slice(&names);
    index.extend_from_slice(&data);
    index
}
