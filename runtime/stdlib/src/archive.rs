//! Reader of archives (layout: see `pack`), and the library's own.
//!
//! Invariant: an archive is written by the same build, so its numbers are trusted; yet every access is bounds-checked and a damaged
//! one gives "not found" or empty data, never a panic.

use std::borrow::Cow;

/// The library, made by the build script.
static LIBRARY: Archive = Archive::new(include_bytes!(concat!(env!("OUT_DIR"), "/stdlib.bin")));

const RECORD: usize = 20;

/// An archive in the binary.
#[derive(Debug, PartialEq, Eq)]
pub struct Archive {
    data: &'static [u8],
}

/// One file of an archive. Cheap to copy; nothing is unpacked until [`Entry::read`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Entry {
    archive: &'static Archive,
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
    /// Path from the archive's root.
    #[must_use]
    pub fn path(self) -> &'static str {
        let bytes = self.archive.slice(self.field(0), self.field(1));
        std::str::from_utf8(bytes).unwrap_or_default()
    }

    fn path_bytes(self) -> &'static [u8] {
        self.archive.slice(self.field(0), self.field(1))
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
        self.archive.slice(self.field(2), self.field(3))
    }

    /// The file's bytes; a stored file is not copied.
    #[must_use]
    pub fn data(self) -> Cow<'static, [u8]> {
        let packed = self.packed();
        if packed.len() == self.len() {
            return Cow::Borrowed(packed);
        }
        let raw = miniz_oxide::inflate::decompress_to_vec_with_limit(packed, self.len());
        Cow::Owned(raw.unwrap_or_default())
    }

    /// The file's bytes.
    #[must_use]
    pub fn read(self) -> Vec<u8> {
        self.data().into_owned()
    }

    fn field(self, n: usize) -> usize {
        self.archive.number(4 + self.index * RECORD + n * 4)
    }
}

impl Archive {
    /// The archive with this content.
    #[must_use]
    pub const fn new(data: &'static [u8]) -> Archive {
        Archive { data }
    }

    /// The whole archive.
    #[must_use]
    pub fn bytes(&self) -> &'static [u8] {
        self.data
    }

    fn number(&self, at: usize) -> usize {
        match self.data.get(at..at + 4) {
            Some(&[a, b, c, d]) => u32::from_le_bytes([a, b, c, d]) as usize,
            _ => 0,
        }
    }

    fn slice(&self, start: usize, len: usize) -> &'static [u8] {
        self.data.get(start..start + len).unwrap_or_default()
    }

    fn count(&self) -> usize {
        self.number(0)
    }

    /// Index of the first entry whose path is not less than `path`.
    fn lower_bound(&'static self, path: &str) -> usize {
        let (mut low, mut high) = (0, self.count());
        while low < high {
            let middle = low.midpoint(high);
            let entry = Entry {
                archive: self,
                index: middle,
            };
            if entry.path_bytes() < path.as_bytes() {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        low
    }

    fn at(&'static self, index: usize) -> Option<Entry> {
        (index < self.count()).then_some(Entry {
            archive: self,
            index,
        })
    }

    /// The file at `path`, if the archive has it.
    #[must_use]
    pub fn find(&'static self, path: &str) -> Option<Entry> {
        self.at(self.lower_bound(path))
            .filter(|entry| entry.path_bytes() == path.as_bytes())
    }

    /// All files, in path order.
    pub fn entries(&'static self) -> impl Iterator<Item = Entry> {
        (0..self.count()).map(move |index| Entry {
            archive: self,
            index,
        })
    }
}

/// The file of the library at `path`, if there is one.
#[must_use]
pub fn find(path: &str) -> Option<Entry> {
    LIBRARY.find(path)
}

/// The library's whole archive.
#[must_use]
pub fn archive() -> &'static [u8] {
    LIBRARY.bytes()
}

/// All files of the library, in path order.
pub fn entries() -> impl Iterator<Item = Entry> {
    LIBRARY.entries()
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
    let first = LIBRARY.at(LIBRARY.lower_bound(&prefix))?;
    first.path().starts_with(&prefix).then_some(Kind::Folder)
}

/// The members of a folder, sorted by path; `None` when `path` is no folder. The empty path is the root folder.
#[must_use]
pub fn list(path: &str) -> Option<Vec<Child>> {
    let prefix = folder_prefix(path);
    let mut children: Vec<Child> = Vec::new();
    for index in LIBRARY.lower_bound(&prefix)..LIBRARY.count() {
        let entry = LIBRARY.at(index)?;
        let Some(rest) = entry.path().strip_prefix(&prefix) else {
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
    LIBRARY
        .data
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
