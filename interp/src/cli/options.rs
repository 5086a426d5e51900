//! Arguments of the command line become settings and a job, with `getopt`'s rules: flags may stand together, a value may be
//! attached or follow, and `-c`, `-m`, a file or `-` end the options.

use super::{compare, help};
use skein_runtime::vm::Config;

/// What to run.
#[derive(Debug)]
pub enum Job {
    /// `-c`
    Command(Vec<u8>),
    /// `-m`
    Module(String),
    /// A file, a folder or an archive with `__main__.py`.
    Script(Vec<u8>),
    /// The program comes through standard input.
    Stdin,
    /// Print this and leave.
    Print(String),
    /// Complain and leave with this exit code.
    Fail(String, i32),
}

/// The command line, taken apart.
#[derive(Debug)]
pub struct Parsed {
    /// What to run.
    pub job: Job,
    /// Settings, without the environment's.
    pub config: Config,
    /// `-x`
    pub skip_first_line: bool,
    /// The options, each with its value in an argument of its own behind it, and none of `-X compare`.
    pub options: Vec<Vec<u8>>,
}

struct Options<'a> {
    args: &'a [Vec<u8>],
    next: usize,
    config: Config,
    skip_first_line: bool,
    versions: u8,
    job: Option<Job>,
    kept: Vec<Vec<u8>>,
}

fn text(b: &[u8]) -> String {
    String::from_utf8_lossy(b).into_owned()
}

/// Takes the arguments apart; the first is the program's name.
pub fn parse(args: &[Vec<u8>]) -> Parsed {
    let mut o = Options {
        args,
        next: 1,
        config: Config {
            orig_argv: args.to_vec(),
            int_max_str_digits: -1,
            ..Config::default()
        },
        skip_first_line: false,
        versions: 0,
        job: None,
        kept: Vec::new(),
    };
    while o.job.is_none() {
        match o.args.get(o.next) {
            Some(a) if a == b"--" => {
                o.next += 1;
                break;
            }
            Some(a) if a.starts_with(b"-") && a.len() > 1 => {
                o.next += 1;
                match a.strip_prefix(b"--") {
                    Some(name) => o.long(name),
                    None => o.short(a),
                }
            }
            _ => break,
        }
    }
    let rest = args.get(o.next..).unwrap_or_default();
    let with_first = |first: &[u8]| [vec![first.to_vec()], rest.to_vec()].concat();
    let (job, argv) = match o.job {
        Some(Job::Command(c)) => (Job::Command(c), with_first(b"-c")),
        Some(Job::Module(m)) => (Job::Module(m), with_first(b"-m")),
        Some(job) => (job, rest.to_vec()),
        None if o.versions > 0 => (Job::Print(help::version(o.versions > 1)), rest.to_vec()),
        None => match rest.first() {
            Some(a) if a == b"-" => (Job::Stdin, rest.to_vec()),
            Some(a) => (Job::Script(a.clone()), rest.to_vec()),
            None => (Job::Stdin, vec![Vec::new()]),
        },
    };
    o.config.argv = argv;
    Parsed {
        job,
        config: o.config,
        skip_first_line: o.skip_first_line,
        options: o.kept,
    }
}

impl Options<'_> {
    fn program(&self) -> String {
        self.args.first().map_or_else(String::new, |a| text(a))
    }

    fn fail(&mut self, message: &str) {
        let usage = help::usage(&self.program());
        self.job = Some(Job::Fail(format!("{message}\n{usage}"), 2));
    }

    fn long(&mut self, name: &[u8]) {
        let program = self.program();
        match name {
            b"help" => self.job = Some(Job::Print(help::options(&program))),
            b"help-env" => self.job = Some(Job::Print(help::variables())),
            b"help-xoptions" => self.job = Some(Job::Print(help::x_options())),
            b"help-all" => self.job = Some(Job::Print(help::everything(&program))),
            b"version" => self.versions += 1,
            b"check-hash-based-pycs" => {
                let value = self.args.get(self.next).map(|v| text(v));
                self.next += 1;
                match value.as_deref() {
                    Some(v @ ("always" | "never" | "default")) => {
                        self.keep(b"--check-hash-based-pycs", v.as_bytes());
                        self.config.check_pycs = value.unwrap_or_default();
                    }
                    Some(_) => self.fail(
                        "--check-hash-based-pycs must be one of 'default', 'always', or 'never'",
                    ),
                    None => self.fail("Argument expected for the --check-hash-based-pycs option"),
                }
            }
            _ => self.fail(&format!("unknown option --{}", text(name))),
        }
    }

    /// The flags of one argument.
    fn short(&mut self, argument: &[u8]) {
        let mut at = 1;
        while at < argument.len() && self.job.is_none() {
            let flag = argument[at];
            at += 1;
            if !matches!(flag, b'c' | b'm' | b'W' | b'X') {
                self.kept.push(vec![b'-', flag]);
                self.flag(flag);
                continue;
            }
            let mut value = argument[at..].to_vec();
            at = argument.len();
            if value.is_empty() {
                match self.args.get(self.next) {
                    Some(v) => value = v.clone(),
                    None => {
                        let message = format!("Argument expected for the -{} option", flag as char);
                        return self.fail(&message);
                    }
                }
                self.next += 1;
            }
            match flag {
                b'c' => self.job = Some(Job::Command(value)),
                b'm' => self.job = Some(Job::Module(text(&value))),
                b'W' => {
                    self.keep(b"-W", &value);
                    self.config.warn_options.push(text(&value));
                }
                _ => {
                    if !compare::is_option(&text(&value)) {
                        self.keep(b"-X", &value);
                    }
                    self.config.x_options.push(text(&value));
                }
            }
        }
    }

    fn keep(&mut self, option: &[u8], value: &[u8]) {
        self.kept.extend([option.to_vec(), value.to_vec()]);
    }

    fn flag(&mut self, flag: u8) {
        let c = &mut self.config;
        match flag {
            b'O' => c.optimize = (c.optimize + 1).min(2),
            b'B' => c.dont_write_bytecode = true,
            b'E' => c.ignore_environment = true,
            b'I' => {
                c.isolated = true;
                c.ignore_environment = true;
                c.no_user_site = true;
                c.safe_path = true;
            }
            b'P' => c.safe_path = true,
            b's' => c.no_user_site = true,
            b'S' => c.no_site = true,
            b'u' => c.unbuffered = true,
            b'v' => c.verbose = c.verbose.saturating_add(1),
            b'q' => c.quiet = true,
            b'i' => {
                c.inspect = true;
                c.interactive = true;
            }
            b'b' => c.bytes_warning = c.bytes_warning.saturating_add(1),
            b'd' => c.debug = c.debug.saturating_add(1),
            b'x' => self.skip_first_line = true,
            b'R' => {}
            b'V' => self.versions += 1,
            b'h' | b'?' => self.job = Some(Job::Print(help::options(&self.program()))),
            b'J' => self.fail("-J is reserved for Jython"),
            _ => self.fail(&format!("Unknown option: -{}", flag as char)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(args: &[&str]) -> Parsed {
        let all = std::iter::once(&"skein").chain(args);
        parse(&all.map(|a| a.as_bytes().to_vec()).collect::<Vec<_>>())
    }

    #[test]
    fn flags_may_stand_together_and_a_command_ends_them() {
        let p = parsed(&["-OBsc", "x", "-O"]);
        assert!(p.config.dont_write_bytecode && p.config.no_user_site && p.config.optimize == 1);
        assert!(matches!(p.job, Job::Command(c) if c == b"x"));
        assert_eq!(p.config.argv, [b"-c".to_vec(), b"-O".to_vec()]);
    }

    #[test]
    fn values_may_be_attached() {
        let p = parsed(&["-Wignore", "-X", "dev", "-mmod", "a"]);
        assert_eq!(p.config.warn_options, ["ignore"]);
        assert_eq!(p.config.x_options, ["dev"]);
        assert!(matches!(p.job, Job::Module(m) if m == "mod"));
    }

    #[test]
    fn options_are_kept_without_those_of_compare() {
        let p = parsed(&[
            "-Oq",
            "-Xcompare",
            "-X",
            "compare-rounds=2",
            "-Xutf8",
            "-Wi",
            "x",
            "-B",
        ]);
        let kept: Vec<String> = p.options.iter().map(|o| text(o)).collect();
        assert_eq!(kept, ["-O", "-q", "-X", "utf8", "-W", "i"]);
        assert_eq!(p.config.x_options, ["compare", "compare-rounds=2", "utf8"]);
    }

    #[test]
    fn two_dashes_end_the_options() {
        assert!(matches!(parsed(&["--", "-c"]).job, Job::Script(s) if s == b"-c"));
        assert!(matches!(parsed(&["-", "-c"]).job, Job::Stdin));
        assert!(matches!(parsed(&["-Z"]).job, Job::Fail(_, 2)));
    }
}
