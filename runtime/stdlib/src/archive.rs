//! Reader of the embedded archive (layout: see `pack` in `build.rs`).
//!
//! Invariant: the archive is written by the same build, so its numbers are trusted; yet every access is bounds-checked and a damaged
//! one gives "not found" or empty data, never a panic.

/// The archive made by the build script.
static ARCHIVE: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/stdlib.bin"));

const RECORD: usize = 20;

/// One file of the library. Cheap to copy; nothing is unpacked until [`Entry::read`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Entry {
    index: usize,
}

/// What a path names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A file that [`find`] returns.
    File,
    /// A folder that holds at least one file.
    Folder,
}

/// A member of a folder, as [`list`] returns it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Child {
    /// The last part of the path.
    pub name: &'static str,
    /// File or folder.
    pub kind: Kind,
}

impl Entry {
    /// Path from the library's root.
    #[must_use]
    pub fn path(self) -> &'static str {
        let bytes = slice(self.field(0), self.field(1));
        std::str::from_utf8(bytes).unwrap_or_default()
    }

    /// Length of the unpacked file.
    #[must_use]
    pub fn len(self) -> usize {
        self.field(4)
    }

    /// Whether the file is empty (many `__init__.py` are).
    #[must_use]
    pub fn is_empty(self) -> bool {
        self.len() == 0
    }

    /// The file's part of the archive.
    #[must_use]
    pub fn packed(self) -> &'static [u8] {
        slice(self.field(2), self.field(3))
    }

    /// The file's bytes.
    #[must_use]
    pub fn read(self) -> Vec<u8> {
        let packed = self.packed();
        if packed.len() == self.len() {
            return packed.to_vec();
        }
        miniz_oxide::inflate::decompress_to_vec_with_limit(packed, self.len()).unwrap_or_default()
    }

    fn field(self, n: usize) -> usize {
        number(4 + self.index * RECORD + n * 4)
    }
}

fn number(at: usize) -> usize {
    match ARCHIVE.get(at..at + 4) {
        Some(&[a, b, c, d]) => u32::from_le_bytes([a, b, c, d]) as usize,
        _ => 0,
    }
}

fn slice(start: usize, len: usize) -> &'static [u8] {
    ARCHIVE.get(start..start + len).unwrap_or_default()
}

fn count() -> usize {
    number(0)
}

/// Index of the first entry whose path is not less than `path`.
fn lower_bound(path: &str) -> usize {
    let (mut low, mut high) = (0, count());
    while low < high {
        let middle = low.midpoint(high);
        if (Entry { index: middle }).path() < path {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    low
}

fn at(index: usize) -> Option<Entry> {
    (index < count()).then_some(Entry { index })
}

/// The file at `path`, if the library has it.
#[must_use]
pub fn find(path: &str) -> Option<Entry> {
    at(lower_bound(path)).filter(|entry| entry.path() == path)
}

/// The whole archive.
#[must_use]
pub fn archive() -> &'static [u8] {
    ARCHIVE
}

/// All files, in path order.
pub fn entries() -> impl Iterator<Item = Entry> {
    (0..count()).map(|index| Entry { index })
}

/// Whether `path` (`"collections"`) is a folder with an `__init__.py`.
#[must_use]
pub fn is_package(path: &str) -> bool {
    find(&format!("{path}/__init__.py")).is_some()
}

/// Whether `path` is a file, a folder or nothing. The empty path is the root folder.
#[must_use]
pub fn kind(path: &str) -> Option<Kind> {
    if find(path).is_some() {
        return Some(Kind::File);
    }
    let prefix = folder_prefix(path);
    let first = at(lower_bound(&prefix))?;
    first.path().starts_with(&prefix).then_some(Kind::Folder)
}

/// The members of a folder, sorted by path; `None` when `path` is no folder. The empty path is the root folder.
#[must_use]
pub fn list(path: &str) -> Option<Vec<Child>> {
    let prefix = folder_prefix(path);
    let mut children: Vec<Child> = Vec::new();
    for index in lower_bound(&prefix)..count() {
        let Some(rest) = Entry { index }.path().strip_prefix(&prefix) else {
            break;
        };
        let (name, kind) = match rest.split_once('/') {
            Some((folder, _)) => (folder, Kind::Folder),
            None => (rest, Kind::File),
        };
        // Path order keeps the files of one folder together, so looking at the last child is enough.
        if children.last().is_none_or(|last| last.name != name) {
            children.push(Child { name, kind });
        }
    }
    (!children.is_empty()).then_some(children)
}

fn folder_prefix(path: &str) -> String {
    if path.is_empty() {
        String::new()
    } else {
        format!("{path}/")
    }
}

/// A number that changes when any file of the library changes: the key for caches of compiled modules. FNV-1a over the archive's
/// index and data, so it costs milliseconds; ask once.
#[must_use]
pub fn fingerprint() -> u64 {
    ARCHIVE
        .chunks(8)
        .fold(0xcbf2_9ce4_8422_2325, |hash, chunk| {
            let word = chunk
                .iter()
                .fold(0u64, |word, &byte| word << 8 | u64::from(byte));
            (hash ^ word).wrapping_mul(0x0000_0100_0000_01b3)
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(path: &str) -> String {
        String::from_utf8(find(path).expect(path).read()).expect("library sources are UTF-8")
    }

    #[test]
    fn every_file_unpacks_to_its_length() {
        let mut last = "";
        for entry in entries() {
            assert!(last < entry.path(), "sorted");
            last = entry.path();
            assert_eq!(find(last), Some(entry));
            assert_eq!(entry.read().len(), entry.len(), "{last}");
        }
        assert!(entries().count() > 500);
    }

    #[test]
    fn foreign_names_are_gone() {
        for path in ["site.py", "sysconfig/__init__.py", "platform.py"] {
            assert!(!text(path).to_lowercase().contains("rustpython"), "{path}");
        }
        assert!(find("idlelib/__init__.py").is_none());
        assert!(find("_pycodecs.py").is_none());
        assert!(text("_opcode_metadata.py").contains("Skein"));
    }

    #[test]
    fn folders_list_their_members() {
        assert!(is_package("collections"));
        assert!(!is_package("os"));
        assert_eq!(kind("os.py"), Some(Kind::File));
        assert_eq!(kind("email"), Some(Kind::Folder));
        assert_eq!(kind("nothing"), None);
        assert_eq!(kind("em"), None);
        let json = list("json").expect("a folder");
        assert!(
            json.iter()
                .any(|child| child.name == "decoder.py" && child.kind == Kind::File)
        );
        let root = list("").expect("the root");
        assert_eq!(root.iter().filter(|child| child.name == "email").count(), 1);
        assert!(list("os.py").is_none());
        let wheels = list("ensurepip/_bundled").expect("pip");
        assert!(wheels.iter().any(|child| child.name.ends_with(".whl")));
    }

    #[test]
    fn fingerprint_is_stable() {
        assert_eq!(fingerprint(), fingerprint());
    }
}
