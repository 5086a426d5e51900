//! `_locale`: the C locale with UTF-8 text, under whatever UTF-8 name the program asks for. Nothing here depends on the
//! system's locale data.

use crate::support::{add_ints, c_int, str_arg};
use crate::util::add_exception;
use skein_runtime::prelude::*;

/// The module.
pub const MODULE: ModuleDef = ModuleDef {
    name: "_locale",
    init,
};

const NAMES: &str = "_locale.names";
const LC_ALL: i32 = 6;
/// Environment variables of the categories by number.
const VARIABLES: [&str; 6] = [
    "LC_CTYPE",
    "LC_NUMERIC",
    "LC_TIME",
    "LC_COLLATE",
    "LC_MONETARY",
    "LC_MESSAGES",
];

static FUNCTIONS: &[NativeDef] = &[
    function(
        "setlocale",
        setlocale,
        "(category, locale=None, /)",
        "Set or query the locale of a category.",
    ),
    function(
        "localeconv",
        localeconv,
        "()",
        "Conventions of numbers and money.",
    ),
    function(
        "strcoll",
        strcoll,
        "(os1, os2, /)",
        "Compare two strings by their code points.",
    ),
    function(
        "strxfrm",
        strxfrm,
        "(string, /)",
        "The string itself: it sorts as strcoll() compares.",
    ),
    function(
        "nl_langinfo",
        nl_langinfo,
        "(key, /)",
        "A fact about the locale.",
    ),
    function(
        "getencoding",
        getencoding,
        "()",
        "The locale's encoding: 'utf-8'.",
    ),
];

fn init(vm: &mut Vm, m: Ref<PyModule>) -> PyResult<()> {
    vm.add_functions(m, FUNCTIONS);
    for (i, name) in VARIABLES.iter().enumerate() {
        vm.add_constant(m, name, Value::from_usize(i));
    }
    vm.add_constant(m, "LC_ALL", Value::from_i32(LC_ALL));
    vm.add_constant(m, "CHAR_MAX", Value::from_i32(127));
    add_exception(vm, m, "_locale.Error", "locale", ids::EXCEPTION);
    add_ints(vm, m, ITEMS);
    Ok(())
}

/// `nl_langinfo` keys.
const ITEMS: &[(&str, i64)] = &[
    ("CODESET", libc::CODESET as i64),
    ("RADIXCHAR", libc::RADIXCHAR as i64),
    ("THOUSEP", libc::THOUSEP as i64),
    ("CRNCYSTR", libc::CRNCYSTR as i64),
    ("D_FMT", libc::D_FMT as i64),
    ("D_T_FMT", libc::D_T_FMT as i64),
    ("T_FMT", libc::T_FMT as i64),
    ("T_FMT_AMPM", libc::T_FMT_AMPM as i64),
    ("AM_STR", libc::AM_STR as i64),
    ("PM_STR", libc::PM_STR as i64),
    ("YESEXPR", libc::YESEXPR as i64),
    ("NOEXPR", libc::NOEXPR as i64),
    ("DAY_1", libc::DAY_1 as i64),
    ("DAY_2", libc::DAY_2 as i64),
    ("DAY_3", libc::DAY_3 as i64),
    ("DAY_4", libc::DAY_4 as i64),
    ("DAY_5", libc::DAY_5 as i64),
    ("DAY_6", libc::DAY_6 as i64),
    ("DAY_7", libc::DAY_7 as i64),
    ("MON_1", libc::MON_1 as i64),
    ("MON_2", libc::MON_2 as i64),
    ("MON_3", libc::MON_3 as i64),
    ("MON_4", libc::MON_4 as i64),
    ("MON_5", libc::MON_5 as i64),
    ("MON_6", libc::MON_6 as i64),
    ("MON_7", libc::MON_7 as i64),
    ("MON_8", libc::MON_8 as i64),
    ("MON_9", libc::MON_9 as i64),
    ("MON_10", libc::MON_10 as i64),
    ("MON_11", libc::MON_11 as i64),
    ("MON_12", libc::MON_12 as i64),
];

const TEXTS: &[(i32, &str)] = &[
    (libc::CODESET, "UTF-8"),
    (libc::RADIXCHAR, "."),
    (libc::THOUSEP, ""),
    (libc::CRNCYSTR, "-"),
    (libc::D_FMT, "%m/%d/%y"),
    (libc::D_T_FMT, "%a %b %e %H:%M:%S %Y"),
    (libc::T_FMT, "%H:%M:%S"),
    (libc::T_FMT_AMPM, "%I:%M:%S %p"),
    (libc::AM_STR, "AM"),
    (libc::PM_STR, "PM"),
    (libc::YESEXPR, "^[yY]"),
    (libc::NOEXPR, "^[nN]"),
];
const DAYS: [&str; 7] = [
    "Sunday",
    "Monday",
    "Tuesday",
    "Wednesday",
    "Thursday",
    "Friday",
    "Saturday",
];
const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

fn error(vm: &mut Vm, message: &str) -> Raised {
    let text = vm.new_str(message);
    match vm.state_get("_locale.Error").and_then(|v| v.cast()) {
        Some(ty) => vm.raise_type(ty, &[text]),
        None => vm.value_error(message),
    }
}

/// The names of the categories' locales; text is UTF-8 from the start.
fn names(vm: &mut Vm) -> Ref<PyList> {
    if let Some(l) = vm.state_get(NAMES).and_then(|v| v.cast()) {
        return l;
    }
    let list = PyList::new(vm);
    for i in 0..VARIABLES.len() {
        let v = vm.new_str(if i == 0 { "C.UTF-8" } else { "C" });
        list.push(vm, v);
    }
    vm.state_set(NAMES, list.value());
    list
}

fn is_known(name: &str) -> bool {
    let lower = name.to_ascii_lowercase().replace('-', "");
    matches!(lower.as_str(), "c" | "posix" | "c.utf8" | "en_us.utf8")
}

/// The locale that the environment asks for.
fn from_environment(category: usize) -> String {
    let wanted = ["LC_ALL", VARIABLES[category], "LANG"]
        .into_iter()
        .find_map(|name| std::env::var(name).ok().filter(|v| !v.is_empty()));
    match wanted {
        Some(name) if is_known(&name) => name,
        _ => "C".to_string(),
    }
}

fn setlocale(vm: &mut Vm, args: &[Value]) -> PyResult {
    let category = c_int(vm, args[0])?;
    if !(0..=LC_ALL).contains(&category) {
        return Err(error(vm, "invalid locale category"));
    }
    let list = names(vm);
    let range = if category == LC_ALL {
        0..6
    } else {
        category as usize..category as usize + 1
    };
    if !args[1].is_absent() {
        let wanted = str_arg(vm, args[1], "setlocale() argument 2")?.text_lossy();
        let per_category = parse_names(&wanted);
        for i in range.clone() {
            let name = match &per_category {
                Some(all) => all
                    .iter()
                    .find(|(k, _)| *k == VARIABLES[i])
                    .map(|(_, v)| v.to_string()),
                None if wanted.is_empty() => Some(from_environment(i)),
                None => Some(wanted.clone()),
            };
            match name {
                Some(n) if is_known(&n) => {
                    let v = vm.new_str(&n);
                    list.set(i, v);
                }
                _ => return Err(error(vm, "unsupported locale setting")),
            }
        }
    }
    let shown: Vec<String> = range
        .map(|i| skein_runtime::builtins::str::lossy(list.get(i)))
        .collect();
    if shown.iter().all(|n| *n == shown[0]) {
        return Ok(vm.new_str(&shown[0]));
    }
    let parts: Vec<String> = VARIABLES
        .iter()
        .zip(&shown)
        .map(|(k, v)| format!("{k}={v}"))
        .collect();
    Ok(vm.new_str(&parts.join(";")))
}

/// The parts of `LC_CTYPE=C.UTF-8;LC_NUMERIC=C;…`.
fn parse_names(text: &str) -> Option<Vec<(&str, &str)>> {
    text.contains('=')
        .then(|| text.split(';').filter_map(|p| p.split_once('=')).collect())
}

fn localeconv(vm: &mut Vm, _: &[Value]) -> PyResult {
    let d = PyDict::new(vm);
    for name in [
        "decimal_point",
        "thousands_sep",
        "int_curr_symbol",
        "currency_symbol",
        "mon_decimal_point",
        "mon_thousands_sep",
        "positive_sign",
        "negative_sign",
    ] {
        let v = vm.new_str(if name == "decimal_point" { "." } else { "" });
        d.set_text(vm, name, v);
    }
    for name in ["grouping", "mon_grouping"] {
        let v = vm.new_list(&[]);
        d.set_text(vm, name, v);
    }
    for name in [
        "int_frac_digits",
        "frac_digits",
        "p_cs_precedes",
        "p_sep_by_space",
        "n_cs_precedes",
        "n_sep_by_space",
        "p_sign_posn",
        "n_sign_posn",
    ] {
        d.set_text(vm, name, Value::from_i32(127));
    }
    Ok(d.value())
}

fn strcoll(vm: &mut Vm, args: &[Value]) -> PyResult {
    let a = str_arg(vm, args[0], "strcoll() argument 1")?;
    let b = str_arg(vm, args[1], "strcoll() argument 2")?;
    Ok(Value::from_i32(a.bytes().cmp(b.bytes()) as i32))
}

fn strxfrm(vm: &mut Vm, args: &[Value]) -> PyResult {
    let s = str_arg(vm, args[0], "strxfrm() argument")?;
    if s.bytes().contains(&0) {
        return Err(vm.value_error("embedded null character"));
    }
    Ok(args[0])
}

fn nl_langinfo(vm: &mut Vm, args: &[Value]) -> PyResult {
    let key = c_int(vm, args[0])?;
    let text = TEXTS.iter().find(|(k, _)| *k == key).map(|(_, t)| *t);
    let day = usize::try_from(key - libc::DAY_1)
        .ok()
        .and_then(|i| DAYS.get(i).copied());
    let month = usize::try_from(key - libc::MON_1)
        .ok()
        .and_then(|i| MONTHS.get(i).copied());
    match text.or(day).or(month) {
        Some(t) => Ok(vm.new_str(t)),
        None => Err(vm.value_error("unsupported langinfo constant")),
    }
}

fn getencoding(vm: &mut Vm, _: &[Value]) -> PyResult {
    Ok(vm.new_str("UTF-8"))
}
