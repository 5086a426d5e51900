//! `PYTHON*` variables and `-X` options become settings. The command line wins over the environment.

use skein_runtime::vm::Config;
use std::os::unix::ffi::OsStrExt;

/// A variable that is set, not empty and not to be ignored.
pub fn variable(c: &Config, name: &str) -> Option<Vec<u8>> {
    if c.ignore_environment {
        return None;
    }
    let value = std::env::var_os(name)?.as_bytes().to_vec();
    (!value.is_empty()).then_some(value)
}

fn text(c: &Config, name: &str) -> Option<String> {
    variable(c, name).map(|v| String::from_utf8_lossy(&v).into_owned())
}

/// The value of an `-X` option, empty for one without `=`; the last one counts.
fn x_option<'a>(c: &'a Config, name: &str) -> Option<&'a str> {
    c.x_options.iter().rev().find_map(|x| {
        let (key, value) = x.split_once('=').unwrap_or((x, ""));
        (key == name).then_some(value)
    })
}

/// A variable that counts like a repeated flag: what is no number is 1.
fn level(c: &Config, name: &str) -> u8 {
    let Some(v) = text(c, name) else { return 0 };
    match v.trim().parse::<i64>() {
        Ok(n) if n >= 0 => n.min(255) as u8,
        _ => 1,
    }
}

/// The tracing tier's settings: `-X jit…`, else `SKEIN_JIT…`.
fn tier(c: &Config) -> Result<(), String> {
    let mut options = Vec::new();
    for (name, value) in std::env::vars_os() {
        let (name, value) = (name.to_string_lossy(), value.to_string_lossy());
        let rest = name.strip_prefix("SKEIN_JIT").unwrap_or("-");
        if rest.is_empty() || rest.starts_with('_') {
            let name = format!("jit{}", rest.to_lowercase().replace('_', "-"));
            options.push((name, value.into_owned()));
        }
    }
    for x in &c.x_options {
        let (name, value) = x.split_once('=').unwrap_or((x, ""));
        if name == "jit" || name.starts_with("jit-") {
            options.push((name.to_string(), value.to_string()));
        }
    }
    crate::tier::configure(&options).map_err(|why| format!("skein: {why}\n"))
}

/// Completes the settings.
///
/// # Errors
/// The message of a value that makes no sense.
pub fn apply(c: &mut Config) -> Result<(), String> {
    tier(c)?;
    c.debug = c.debug.max(level(c, "PYTHONDEBUG"));
    c.verbose = c.verbose.max(level(c, "PYTHONVERBOSE"));
    c.optimize = c.optimize.max(level(c, "PYTHONOPTIMIZE")).min(2);
    c.inspect |= level(c, "PYTHONINSPECT") > 0;
    c.unbuffered |= level(c, "PYTHONUNBUFFERED") > 0;
    c.dont_write_bytecode |= level(c, "PYTHONDONTWRITEBYTECODE") > 0;
    c.no_user_site |= level(c, "PYTHONNOUSERSITE") > 0;
    c.safe_path |= variable(c, "PYTHONSAFEPATH").is_some();
    c.dev_mode = x_option(c, "dev").is_some() || variable(c, "PYTHONDEVMODE").is_some();
    c.faulthandler = c.dev_mode
        || x_option(c, "faulthandler").is_some()
        || variable(c, "PYTHONFAULTHANDLER").is_some();
    c.warn_default_encoding = x_option(c, "warn_default_encoding").is_some()
        || variable(c, "PYTHONWARNDEFAULTENCODING").is_some();
    c.no_debug_ranges =
        x_option(c, "no_debug_ranges").is_some() || variable(c, "PYTHONNODEBUGRANGES").is_some();
    c.pycache_prefix = match x_option(c, "pycache_prefix") {
        Some(p) => Some(p.as_bytes().to_vec()).filter(|p| !p.is_empty()),
        None => variable(c, "PYTHONPYCACHEPREFIX"),
    };
    let time = x_option(c, "importtime").map(str::to_string);
    c.import_time = match time.or_else(|| text(c, "PYTHONPROFILEIMPORTTIME")) {
        Some(v) if v == "2" => 2,
        Some(_) => 1,
        None => 0,
    };
    warnings(c);
    hash_seed(c)?;
    max_digits(c)?;
    utf8_mode(c)?;
    cpu_count(c)
}

/// The order matters: later ones win, so the command line's come after the environment's.
fn warnings(c: &mut Config) {
    let mut all: Vec<String> = Vec::new();
    if c.dev_mode {
        all.push("default".into());
    }
    if let Some(w) = text(c, "PYTHONWARNINGS") {
        all.extend(w.split(',').map(str::to_string));
    }
    all.append(&mut c.warn_options);
    match c.bytes_warning {
        0 => {}
        1 => all.push("default::BytesWarning".into()),
        _ => all.push("error::BytesWarning".into()),
    }
    c.warn_options = all;
}

fn fatal<T>(place: &str, message: &str) -> Result<T, String> {
    let state = match place.starts_with("preconfig") {
        true => "preinitializing",
        false => "preinitialized",
    };
    Err(format!(
        "Fatal Python error: {place}: {message}\nPython runtime state: {state}\n\n"
    ))
}

fn hash_seed(c: &mut Config) -> Result<(), String> {
    match text(c, "PYTHONHASHSEED").as_deref() {
        None | Some("random") => Ok(()),
        Some(v) => match v.parse::<u32>() {
            Ok(n) => {
                c.hash_seed = Some(n.into());
                Ok(())
            }
            Err(_) => fatal(
                "config_init_hash_seed",
                "PYTHONHASHSEED must be \"random\" or an integer in range [0; 4294967295]",
            ),
        },
    }
}

fn max_digits(c: &mut Config) -> Result<(), String> {
    let option = x_option(c, "int_max_str_digits").map(str::to_string);
    let (value, name) = match option {
        Some(v) => (v, "-X int_max_str_digits"),
        None => match text(c, "PYTHONINTMAXSTRDIGITS") {
            Some(v) => (v, "PYTHONINTMAXSTRDIGITS"),
            None => return Ok(()),
        },
    };
    match value.parse::<i64>() {
        Ok(n) if n == 0 || (640..=i64::from(i32::MAX)).contains(&n) => {
            c.int_max_str_digits = n;
            Ok(())
        }
        _ => fatal(
            "config_init_int_max_str_digits",
            &format!("{name}: invalid limit; must be >= 640 or 0 for unlimited."),
        ),
    }
}

/// Asked for, or the locale is the one that knows only ASCII.
fn utf8_mode(c: &mut Config) -> Result<(), String> {
    if let Some(v) = x_option(c, "utf8") {
        c.utf8_mode = match v {
            "" | "1" => 1,
            "0" => 0,
            _ => {
                return fatal("preconfig_init_utf8_mode", "invalid -X utf8 option value");
            }
        };
        return Ok(());
    }
    if let Some(v) = text(c, "PYTHONUTF8") {
        c.utf8_mode = match v.as_str() {
            "1" => 1,
            "0" => 0,
            _ => {
                return fatal(
                    "preconfig_init_utf8_mode",
                    "invalid PYTHONUTF8 environment variable value",
                );
            }
        };
        return Ok(());
    }
    let set = |name: &str| std::env::var(name).ok().filter(|v| !v.is_empty());
    let locale = set("LC_ALL")
        .or_else(|| set("LC_CTYPE"))
        .or_else(|| set("LANG"));
    c.utf8_mode = matches!(locale.as_deref(), None | Some("C" | "POSIX")) as u8;
    Ok(())
}

fn cpu_count(c: &mut Config) -> Result<(), String> {
    let option = x_option(c, "cpu_count").map(str::to_string);
    let (value, message) = match option {
        Some(v) => (
            v,
            "-X cpu_count=n option: n is missing or an invalid number, n must be greater than 0",
        ),
        None => match text(c, "PYTHON_CPU_COUNT") {
            Some(v) => (
                v,
                "PYTHON_CPU_COUNT=N: N is missing or an invalid number, N must be greater than 0",
            ),
            None => return Ok(()),
        },
    };
    match value.parse::<i32>() {
        Ok(n) if n > 0 => c.cpu_count = n,
        _ if value == "default" => {}
        _ => return fatal("config_init_cpu_count", message),
    }
    Ok(())
}
