//! What is compared: for each column the command that runs the program as it would run directly.

use super::Job;
use super::settings::Settings;
use crate::cli::options::Parsed;
use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::process::Command;

/// A way to run the program.
#[derive(Debug)]
pub struct Contender {
    /// The column's name.
    pub name: String,
    /// The interpreter's file.
    pub interpreter: PathBuf,
    /// All its arguments.
    pub args: Vec<OsString>,
    /// It writes statistics of the JIT if asked to.
    pub ours: bool,
    /// Something that a reader of the table should know.
    pub note: Option<String>,
}

impl Contender {
    /// The command, whose statistics go to the file.
    pub fn command(&self, stats: &Path) -> Command {
        let mut command = Command::new(&self.interpreter);
        if self.ours {
            let mut option = OsString::from("jit-stats=");
            option.push(stats);
            command.arg("-X").arg(option);
            // Counting in machine code would take time there.
            command.args(["-X", "jit-count-residuals=0"]);
        }
        command.args(&self.args);
        command
    }
}

/// All columns.
///
/// # Errors
/// A sentence about an interpreter that is not there, or a base that is no column.
pub fn all(parsed: &Parsed, settings: &Settings) -> Result<Vec<Contender>, String> {
    let own = std::env::current_exe().map_err(|e| format!("the path of skein: {e}"))?;
    let mut columns = Vec::new();
    for (name, switch) in [("jit off", "jit=off"), ("jit on", "jit=on")] {
        let mut args: Vec<OsString> = vec!["-X".into(), switch.into()];
        args.extend(arguments(parsed, is_switch));
        columns.push(Contender {
            name: name.to_string(),
            interpreter: own.clone(),
            args,
            ours: true,
            note: None,
        });
    }
    for text in &settings.with {
        columns.push(other(parsed, text, &columns)?);
    }
    if let Some(base) = &settings.base
        && !columns.iter().any(|c| c.name == *base)
    {
        let names: Vec<_> = columns.iter().map(|c| format!("'{}'", c.name)).collect();
        let names = names.join(", ");
        return Err(format!("-X compare-base: no column '{base}', but {names}"));
    }
    Ok(columns)
}

/// `-X jit=…` and `-X jit-stats…`, which a comparison sets itself.
fn is_switch(option: &[u8]) -> bool {
    let name = option.split(|b| *b == b'=').next();
    matches!(name, Some(b"jit" | b"jit-stats"))
}

/// What means something to Skein alone.
fn is_ours(option: &[u8]) -> bool {
    option.starts_with(b"jit") || option.starts_with(b"dump=")
}

/// Another interpreter, with options of its own behind blanks.
fn other(parsed: &Parsed, text: &str, before: &[Contender]) -> Result<Contender, String> {
    let mut words = text.split_whitespace();
    let file = words.next().unwrap_or_default();
    let interpreter = find(file).ok_or_else(|| match file.contains('/') {
        true => format!("-X compare-with: there is no interpreter '{file}'"),
        false => format!("-X compare-with: there is no interpreter '{file}' in PATH"),
    })?;
    let mut args: Vec<OsString> = words.map(OsString::from).collect();
    args.extend(arguments(parsed, is_ours));
    let base = Path::new(file).file_name().unwrap_or(OsStr::new(file));
    let mut name = base.to_string_lossy().into_owned();
    name.extend(text.split_whitespace().skip(1).map(|w| format!(" {w}")));
    if before.iter().any(|c| c.name == name) {
        name = (2..)
            .map(|k| format!("{name} #{k}"))
            .find(|n| before.iter().all(|c| c.name != *n))
            .unwrap_or(name);
    }
    Ok(Contender {
        note: starts_with_script(&interpreter).then(|| {
            format!(
                "{name} is a script ({}) whose own time is measured with it; name the interpreter's file to leave it out",
                interpreter.display()
            )
        }),
        name,
        interpreter,
        args,
        ours: false,
    })
}

/// The file that a shell would run.
fn find(name: &str) -> Option<PathBuf> {
    if name.contains('/') {
        return Some(PathBuf::from(name)).filter(|p| is_program(p));
    }
    let path = std::env::var_os("PATH")?;
    let mut places = std::env::split_paths(&path).map(|dir| dir.join(name));
    places.find(|p| is_program(p))
}

fn is_program(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt;
    path.metadata()
        .is_ok_and(|m| m.is_file() && m.permissions().mode() & 0o111 != 0)
}

fn starts_with_script(path: &Path) -> bool {
    use std::io::Read;
    let mut head = [0; 2];
    let read = std::fs::File::open(path).and_then(|mut f| f.read_exact(&mut head));
    read.is_ok() && head == *b"#!"
}

/// Options, program and its arguments, as in the call that is compared, without the `-X` options that `but` names.
fn arguments(parsed: &Parsed, but: fn(&[u8]) -> bool) -> Vec<OsString> {
    let mut args: Vec<&[u8]> = Vec::new();
    let mut options = parsed.options.iter().map(Vec::as_slice);
    while let Some(option) = options.next() {
        if matches!(option, b"-X" | b"-W" | b"--check-hash-based-pycs") {
            let value = options.next().unwrap_or_default();
            if option != b"-X" || !but(value) {
                args.extend([option, value]);
            }
        } else {
            args.push(option);
        }
    }
    let argv = parsed.config.argv.iter().map(Vec::as_slice);
    match &parsed.job {
        Job::Command(text) => args.extend([b"-c", text.as_slice()].into_iter().chain(argv.skip(1))),
        Job::Module(name) => args.extend([b"-m", name.as_bytes()].into_iter().chain(argv.skip(1))),
        // A file that begins with a dash must not be taken for an option.
        Job::Script(path) if path.starts_with(b"-") => {
            args.extend([&b"--"[..]].into_iter().chain(argv))
        }
        Job::Script(_) => args.extend(argv),
        _ => args.extend(argv.filter(|a| !a.is_empty())),
    }
    args.into_iter()
        .map(|a| OsStr::from_bytes(a).to_owned())
        .collect()
}

/// The program as a person would name it.
pub fn title(parsed: &Parsed) -> String {
    let args = arguments(parsed, |_| false);
    let shown = args.iter().map(|a| {
        let text = a.to_string_lossy();
        let text = text.lines().next().unwrap_or_default().trim().to_string();
        match text.chars().count() > 60 {
            true => text.chars().take(59).chain(['…']).collect(),
            false => text,
        }
    });
    shown.collect::<Vec<String>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::options;

    fn parsed(args: &[&str]) -> Parsed {
        let all = std::iter::once(&"skein").chain(args);
        options::parse(&all.map(|a| a.as_bytes().to_vec()).collect::<Vec<_>>())
    }

    #[test]
    fn children_get_the_arguments_of_the_call() {
        let p = parsed(&[
            "-OX",
            "compare",
            "-Xjit-threshold=5",
            "-Wi",
            "-c",
            "pass",
            "-X",
            "a",
        ]);
        let text =
            |args: Vec<OsString>| args.join(OsStr::new(" ")).into_string().unwrap_or_default();
        assert_eq!(
            text(arguments(&p, |_| false)),
            "-O -X jit-threshold=5 -W i -c pass -X a"
        );
        assert_eq!(text(arguments(&p, is_ours)), "-O -W i -c pass -X a");
        let p = parsed(&["-Xcompare", "--", "-file.py", "b"]);
        assert_eq!(text(arguments(&p, |_| false)), "-- -file.py b");
    }

    #[test]
    fn the_switch_is_the_comparisons() {
        let p = parsed(&[
            "-Xcompare",
            "-Xjit=on",
            "-Xjit-stats",
            "-Xutf8",
            "-c",
            "pass",
            "-X",
            "jit=on",
        ]);
        let columns = all(&p, &super::super::settings::parse(&[]).expect("good")).expect("columns");
        assert_eq!(
            columns[0].args,
            ["-X", "jit=off", "-X", "utf8", "-c", "pass", "-X", "jit=on"]
        );
    }
}
