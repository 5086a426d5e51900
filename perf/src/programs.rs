//! Which programs to run.
//!
//! A list file has a program a line: name, path, arguments, and `loops=...` for programs written for pyperf. In a path, `$PYPERFORMANCE`
//! stands for pyperformance's benchmark folder (found through the `python3` that has it, or named by `SKEIN_PYPERFORMANCE`) and
//! `$OWN` for `benches/programs`. A `.py` file alone may carry its arguments in a header line `# perf: 14`.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::options::{Interpreter, Options, workspace};

/// A program to time.
#[derive(Clone, Debug)]
pub struct Program {
    /// Its name in the table.
    pub name: String,
    path: PathBuf,
    args: Vec<String>,
    /// Loop counts for the stand-in pyperf: `name=n,*=n`.
    loops: Option<String>,
}

impl Program {
    /// The command that runs it on `interpreter`.
    pub fn command(&self, interpreter: &Interpreter) -> Command {
        let mut command = Command::new(&interpreter.command[0]);
        command
            .args(&interpreter.command[1..])
            .arg(&self.path)
            .args(&self.args);
        command
            .env("PYTHONHASHSEED", "0")
            .env("PYTHONDONTWRITEBYTECODE", "1");
        if let Some(loops) = &self.loops {
            let standin = workspace().join("perf/standin");
            let mut path = standin.into_os_string();
            if let Some(packages) = site_packages(&self.path) {
                path.push(":");
                path.push(packages);
            }
            command
                .env("PYTHONPATH", path)
                .env("SKEIN_PERF_LOOPS", loops);
        }
        command
    }
}

/// pyperformance's programs lie in `site-packages/pyperformance/...`; the packages they need (pyaes) lie beside it.
fn site_packages(program: &Path) -> Option<&Path> {
    program
        .ancestors()
        .find(|dir| dir.ends_with("site-packages"))
}

/// The programs that the options name.
pub fn collect(options: &Options) -> Result<Vec<Program>, String> {
    let mut programs = Vec::new();
    for path in &options.programs {
        if path.is_dir() {
            let mut files: Vec<PathBuf> = std::fs::read_dir(path)
                .into_iter()
                .flatten()
                .flatten()
                .map(|e| e.path())
                .collect();
            files.retain(|file| file.extension().is_some_and(|e| e == "py"));
            files.sort();
            for file in files {
                programs.push(single(&file)?);
            }
        } else if path.extension().is_some_and(|e| e == "py") {
            programs.push(single(path)?);
        } else {
            programs.extend(list(path)?);
        }
    }
    programs.retain(|program| options.only.is_empty() || options.only.contains(&program.name));
    Ok(programs)
}

fn single(path: &Path) -> Result<Program, String> {
    let text = std::fs::read_to_string(path).map_err(|e| format!("{}: {e}", path.display()))?;
    let args = text
        .lines()
        .take(10)
        .find_map(|line| line.strip_prefix("# perf:"))
        .unwrap_or_default();
    let name = path
        .file_stem()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned();
    let args = args.split_whitespace().map(str::to_owned).collect();
    Ok(Program {
        name,
        path: path.to_owned(),
        args,
        loops: None,
    })
}

fn list(path: &Path) -> Result<Vec<Program>, String> {
    let text = std::fs::read_to_string(path).map_err(|e| format!("{}: {e}", path.display()))?;
    let own = workspace().join("benches/programs");
    let pyperformance = if text.contains("$PYPERFORMANCE") {
        Some(find_pyperformance()?)
    } else {
        None
    };
    let mut programs = Vec::new();
    for line in text.lines() {
        let mut words = line
            .split('#')
            .next()
            .unwrap_or_default()
            .split_whitespace();
        let Some(name) = words.next() else { continue };
        let file = words
            .next()
            .ok_or_else(|| format!("{}: {line}: no path", path.display()))?;
        let file = match (
            file.strip_prefix("$PYPERFORMANCE/"),
            file.strip_prefix("$OWN/"),
            &pyperformance,
        ) {
            (Some(rest), _, Some(root)) => root.join(rest),
            (_, Some(rest), _) => own.join(rest),
            _ => path.parent().unwrap_or(path).join(file),
        };
        let mut program = Program {
            name: name.to_owned(),
            path: file,
            args: Vec::new(),
            loops: None,
        };
        for word in words {
            match word.strip_prefix("loops=") {
                Some(loops) => program.loops = Some(loops.to_owned()),
                None => program.args.push(word.to_owned()),
            }
        }
        programs.push(program);
    }
    Ok(programs)
}

fn find_pyperformance() -> Result<PathBuf, String> {
    if let Some(named) = std::env::var_os("SKEIN_PYPERFORMANCE") {
        return Ok(named.into());
    }
    let code = "import os, pyperformance; print(os.path.dirname(pyperformance.__file__))";
    let out = Command::new("python3")
        .args(["-c", code])
        .output()
        .map_err(|e| format!("python3: {e}"))?;
    if !out.status.success() {
        return Err("pyperformance is not installed; `pip install pyperformance==1.14.0 pyaes` or set SKEIN_PYPERFORMANCE".to_owned());
    }
    Ok(Path::new(String::from_utf8_lossy(&out.stdout).trim()).join("data-files/benchmarks"))
}
