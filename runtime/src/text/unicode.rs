//! Per-code-point properties used by `str`.

/// The value of a decimal digit.
pub fn decimal_value(cp: u32) -> Option<u32> {
    if cp < 0x80 {
        return (cp.wrapping_sub(0x30) < 10).then(|| cp - 0x30);
    }
    let c = char::from_u32(cp)?;
    rustpython_unicode::Ucd::new(true)
        .decimal(c.into())
        .map(|value| value as u32)
}
