//! The `-X compare…` options.

use std::path::PathBuf;
use std::time::Duration;

/// What is to be compared, and how.
#[derive(Debug)]
pub struct Settings {
    /// Commands of other interpreters.
    pub with: Vec<String>,
    /// The name of the column that speeds are told against.
    pub base: Option<String>,
    /// Rounds, if not as many as the noise asks for.
    pub rounds: Option<usize>,
    /// No further round begins after that; without, when there are enough, or they took long.
    pub time: Option<Duration>,
    /// Limit of a single run.
    pub timeout: Option<Duration>,
    /// The result is wanted as JSON: in that file, or in place of the table.
    pub json: Option<Option<PathBuf>>,
    /// Progress is told wherever standard error goes.
    pub progress: bool,
}

/// True for the text of an `-X` option that is one of these.
pub fn is_option(text: &str) -> bool {
    let name = text.split_once('=').map_or(text, |(name, _)| name);
    name == "compare" || name.starts_with("compare-")
}

/// Reads them; the last of a name counts, interpreters add up.
///
/// # Errors
/// A sentence about one that makes no sense.
pub fn parse(x_options: &[String]) -> Result<Settings, String> {
    let mut s = Settings {
        with: Vec::new(),
        base: None,
        rounds: None,
        time: None,
        timeout: None,
        json: None,
        progress: false,
    };
    for option in x_options.iter().filter(|x| is_option(x)) {
        let (name, value) = option.split_once('=').unwrap_or((option, ""));
        set(&mut s, name, value).map_err(|why| format!("-X {name}: {why}"))?;
    }
    Ok(s)
}

fn set(s: &mut Settings, name: &str, value: &str) -> Result<(), String> {
    let text = match value {
        "" => Err("a value is missing".to_string()),
        value => Ok(value.to_string()),
    };
    match name {
        "compare" if value.is_empty() => {}
        "compare" => return Err(format!("it takes no value; -X compare-with={value}?")),
        "compare-with" => {
            let names = text?;
            let names = names.split(',').map(str::trim).filter(|n| !n.is_empty());
            s.with.extend(names.map(str::to_string));
        }
        "compare-base" => s.base = Some(text?),
        "compare-rounds" => s.rounds = Some(crate::tier::number(&text?)?.clamp(1, 10_000) as usize),
        "compare-time" => s.time = Some(seconds(&text?)?),
        "compare-timeout" => s.timeout = Some(seconds(&text?)?),
        "compare-json" => s.json = Some(text.ok().map(PathBuf::from)),
        "compare-progress" => s.progress = true,
        _ => return Err("there is no such option; see --help-xoptions".to_string()),
    }
    Ok(())
}

fn seconds(text: &str) -> Result<Duration, String> {
    let number: f64 = text
        .parse()
        .map_err(|_| format!("'{text}' is not a number of seconds"))?;
    if number.is_nan() || number < 0.0 {
        return Err(format!("'{text}' is not a number of seconds"));
    }
    // What no clock can hold is for ever.
    Ok(Duration::try_from_secs_f64(number).unwrap_or(Duration::from_secs(u64::MAX / 4)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(options: &[&str]) -> Result<Settings, String> {
        parse(&options.iter().map(|o| (*o).to_string()).collect::<Vec<_>>())
    }

    #[test]
    fn options_are_read() {
        let s = parsed(&["compare", "jit=on", "compare-with=a, b", "compare-with=c"]);
        assert_eq!(s.expect("good").with, ["a", "b", "c"]);
        let s = parsed(&["compare-rounds=0", "compare-time=inf", "compare-json=x"]).expect("good");
        assert_eq!(s.rounds, Some(1));
        assert!(s.time > Some(Duration::from_secs(1 << 40)));
        assert_eq!(s.json, Some(Some(PathBuf::from("x"))));
    }

    #[test]
    fn nonsense_is_refused() {
        for option in [
            "compare=python3",
            "compare-rounds=x",
            "compare-time=-1",
            "compare-with",
        ] {
            assert!(parsed(&[option]).is_err(), "{option}");
        }
        let why = parsed(&["compare-what=1"]).expect_err("unknown");
        assert_eq!(
            why,
            "-X compare-what: there is no such option; see --help-xoptions"
        );
    }
}
