//! `-X jit…` options and `SKEIN_JIT…` variables: on and off, parameters, what is printed, and where.

use super::{TIER, Tier, params::Params};
use skein_jit::opt::Passes;
use std::fs::File;
use std::io::Write;

macro_rules! stages {
    ($(($name:ident, $text:literal, $doc:literal),)*) => {
        /// What is printed of each trace, as `-X jit-dump=` names it.
        #[derive(Clone, Copy, Default, PartialEq, Eq, Debug)]
        pub struct Dump { $(#[doc = $doc] pub $name: bool,)* }
        impl Dump {
            /// Every name.
            pub const NAMES: &'static [&'static str] = &[$($text,)*];
            /// Adds what is named; false if there is none of that name.
            fn add(&mut self, name: &str) -> bool {
                match name {
                    $($text => self.$name = true,)*
                    _ => return false,
                }
                true
            }
        }
    };
}

stages! {
    (bytecode, "bytecode", "The instructions of the code that the trace begins in."),
    (trace, "trace", "The trace as it was recorded, and recordings that were given up."),
    (opt, "opt", "The trace as it is compiled."),
    (clif, "clif", "Cranelift's form of it."),
    (asm, "asm", "The machine code."),
    (snap, "snap", "Its exits: which frames they rebuild, and how."),
    (exits, "exits", "Each exit that is taken to the interpreter."),
}

impl Dump {
    /// Anything at all.
    pub fn any(&self) -> bool {
        *self != Dump::default()
    }

    /// Takes `stage,stage[:file]` apart; nothing named means the trace.
    fn parse(text: &str) -> Result<(Dump, Option<&str>), String> {
        let (names, file) = match text.split_once(':') {
            Some((names, file)) => (names, Some(file).filter(|f| !f.is_empty())),
            None => (text, None),
        };
        let mut dump = Dump::default();
        for name in names.split(',').filter(|n| !matches!(*n, "" | "1")) {
            if !dump.add(name) {
                let known = Dump::NAMES.join(", ");
                return Err(format!("there is no stage '{name}', but {known}"));
            }
        }
        dump.trace |= !dump.any();
        Ok((dump, file))
    }
}

/// A number as anybody may write it: what no parameter can hold is the nearest that one can.
///
/// # Errors
/// It is no number.
pub fn number(text: &str) -> Result<u64, String> {
    let digits = text.trim().replace('_', "");
    let (negative, bare) = match digits.strip_prefix('-') {
        Some(bare) => (true, bare),
        None => (false, digits.strip_prefix('+').unwrap_or(&digits)),
    };
    if bare.is_empty() || !bare.bytes().all(|b| b.is_ascii_digit()) {
        return Err(format!("'{text}' is not a number"));
    }
    Ok(match negative {
        true => 0,
        false => bare.parse().unwrap_or(u64::MAX),
    })
}

/// Sets the tier up: `(name, value)` of `-X` options, the last of a name counts.
///
/// # Errors
/// A sentence about an option that makes no sense.
pub fn configure(options: &[(String, String)]) -> Result<(), String> {
    TIER.with_borrow_mut(|t| {
        t.clock.elapsed_ns();
        t.process = std::process::id();
        t.enabled = true;
        for (name, value) in options {
            set(t, name, value).map_err(|why| format!("-X {name}: {why}"))?;
        }
        Ok(())
    })
}

fn set(t: &mut Tier, name: &str, value: &str) -> Result<(), String> {
    match name {
        "jit" => {
            t.enabled = match value {
                "" | "on" | "1" | "yes" | "true" => true,
                "off" | "0" | "no" | "false" => false,
                _ => return Err(format!("'{value}' is neither on nor off")),
            }
        }
        "jit-passes" => t.passes = Passes::parse(value)?,
        "jit-stats" => {
            // A program may change its folder.
            t.stats_file = Some(match value {
                "" | "1" => None,
                path => Some(std::path::absolute(path).unwrap_or_else(|_| path.into())),
            })
        }
        "jit-dump" => {
            let (dump, file) = Dump::parse(value)?;
            t.dump = dump;
            t.dump_file = match file {
                Some(path) => Some(File::create(path).map_err(|e| format!("{path}: {e}"))?),
                None => None,
            };
        }
        _ => {
            let parameter = name.strip_prefix("jit-").unwrap_or(name);
            if !Params::default().has(parameter) {
                return Err("no such parameter".to_string());
            }
            t.params.set(parameter, number(value)?);
        }
    }
    Ok(())
}

impl Tier {
    /// Writes text that `-X jit-dump` asked for.
    pub(super) fn print(&self, text: &str) {
        // Nobody can be told that the place for messages does not work.
        let _ = match &self.dump_file {
            Some(file) => (&*file).write_all(text.as_bytes()),
            None => std::io::stderr().write_all(text.as_bytes()),
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_number_is_a_value() {
        assert_eq!(number("12"), Ok(12));
        assert_eq!(number("-5"), Ok(0));
        assert_eq!(number("+1_000"), Ok(1000));
        assert_eq!(number("99999999999999999999999"), Ok(u64::MAX));
        for text in ["", "-", "x", "1.5", "0x10"] {
            assert!(number(text).is_err(), "{text}");
        }
    }

    #[test]
    fn dumps_name_stages_and_a_file() {
        let (dump, file) = Dump::parse("clif,snap:/tmp/x:y").expect("known names");
        assert!(dump.clif && dump.snap && !dump.trace);
        assert_eq!(file, Some("/tmp/x:y"));
        assert!(Dump::parse("").expect("nothing").0.trace);
        assert!(Dump::parse(":f").expect("a file").0.trace);
        assert!(Dump::parse("clif,what").is_err());
    }
}
