//! Where the program stands: `sys.executable`, the prefixes, virtual environments, the first `sys.path`.
//!
//! The library is inside the binary, so nothing has to be searched: an executable in a `bin` folder belongs to the prefix
//! above it, any other to the default one. A `pyvenv.cfg` beside the executable or above it makes that folder the prefix
//! and names the home of the base installation.

use super::environment::variable;
use super::options::Job;
use skein_runtime::vm::Config;
use std::ffi::OsStr;
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::{Path, PathBuf};

/// The prefix of an executable that is not in a `bin` folder.
const DEFAULT_PREFIX: &str = "/usr/local";

fn shown(path: &Path) -> String {
    path.to_string_lossy().into_owned()
}

/// Makes a path absolute without looking at the file system; `.` parts inside go away.
fn plain_absolute(path: &Path) -> PathBuf {
    let base = std::env::current_dir().unwrap_or_default();
    base.join(path).components().collect()
}

/// The executable as the user called it: symbolic links are not followed, for they may lead out of a virtual environment.
fn executable(name: &OsStr) -> PathBuf {
    let direct = || std::env::current_exe().unwrap_or_default();
    if name.as_bytes().contains(&b'/') {
        let path = plain_absolute(Path::new(name));
        return if path.is_file() { path } else { direct() };
    }
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path)
        .map(|folder| plain_absolute(&folder.join(name)))
        .find(|p| !name.is_empty() && p.is_file())
        .filter(|p| std::fs::canonicalize(p).ok() == std::fs::canonicalize(direct()).ok())
        .unwrap_or_else(direct)
}

fn prefix_above(folder: &Path) -> String {
    match folder.parent() {
        Some(p) if folder.ends_with("bin") => shown(p),
        _ => DEFAULT_PREFIX.to_string(),
    }
}

/// A virtual environment: its folder and what `pyvenv.cfg` says of `home` and `executable`.
struct Environment {
    folder: PathBuf,
    home: PathBuf,
    executable: Option<String>,
}

fn environment(executable: &Path) -> Option<Environment> {
    let folder = executable.parent()?;
    let folders = [Some(folder), folder.parent()];
    for folder in folders.into_iter().flatten() {
        let Ok(text) = std::fs::read(folder.join("pyvenv.cfg")) else {
            continue;
        };
        let text = String::from_utf8_lossy(&text).into_owned();
        let key = |wanted: &str| {
            text.lines().find_map(|line| {
                let (key, value) = line.split_once('=')?;
                let found = key.trim().eq_ignore_ascii_case(wanted);
                found.then(|| value.trim().to_string())
            })
        };
        return Some(Environment {
            folder: folder.to_path_buf(),
            home: PathBuf::from(key("home")?),
            executable: key("executable"),
        });
    }
    None
}

/// Sets the executable and the prefixes.
pub fn locate(c: &mut Config) {
    let name = c.orig_argv.first().cloned().unwrap_or_default();
    let executable = executable(OsStr::from_bytes(&name));
    c.executable = shown(&executable);
    match environment(&executable) {
        Some(e) => {
            let base = executable.file_name().map(|n| e.home.join(n));
            c.base_executable = match base.filter(|b| b.is_file()) {
                Some(b) => shown(&b),
                None => e.executable.unwrap_or_else(|| {
                    shown(&std::fs::canonicalize(&executable).unwrap_or_default())
                }),
            };
            c.prefix = shown(&e.folder);
            c.base_prefix = prefix_above(&e.home);
        }
        None => {
            let real = std::fs::canonicalize(&executable).unwrap_or(executable);
            c.base_executable = c.executable.clone();
            c.prefix = real.parent().map_or(DEFAULT_PREFIX.into(), prefix_above);
            c.base_prefix = c.prefix.clone();
        }
    }
    if let Some(home) = variable(c, "PYTHONHOME") {
        let home = String::from_utf8_lossy(&home).into_owned();
        let prefix = home.split(':').next().unwrap_or_default().to_string();
        c.prefix = prefix.clone();
        c.base_prefix = prefix;
    }
    if let Some(p) = variable(c, "PYTHONPATH") {
        c.path.extend(p.split(|b| *b == b':').map(<[u8]>::to_vec));
    }
    c.path.push(crate::boot::library_path(c).into_bytes());
}

/// What the job puts in front of `sys.path`: the script's real folder, the working folder for `-m`, the empty string for
/// `-c` and standard input.
pub fn first_entry(c: &Config, job: &Job) -> Option<Vec<u8>> {
    if c.safe_path {
        return None;
    }
    match job {
        Job::Script(path) => {
            let path = Path::new(OsStr::from_bytes(path));
            let real = std::fs::canonicalize(path).unwrap_or_else(|_| plain_absolute(path));
            let folder = real.parent()?;
            Some(folder.as_os_str().as_bytes().to_vec())
        }
        Job::Module(_) => Some(
            std::env::current_dir()
                .unwrap_or_default()
                .into_os_string()
                .into_vec(),
        ),
        _ => Some(Vec::new()),
    }
}

/// A script's path as `__file__` shows it: the working folder in front, the rest as it was given.
pub fn absolute(path: &[u8]) -> Vec<u8> {
    if path.starts_with(b"/") {
        return path.to_vec();
    }
    let mut whole = std::env::current_dir()
        .unwrap_or_default()
        .into_os_string()
        .into_vec();
    if !whole.ends_with(b"/") {
        whole.push(b'/');
    }
    if path == b"." {
        whole.pop();
    } else {
        whole.extend_from_slice(path);
    }
    whole
}
