//! The knobs of the heap, all in one table; each may be set absurdly (a nursery of one byte, a collection per allocation).
//!
//! `SKEIN_GC` holds comma-separated `name:value` pairs; byte counts take the suffixes k, m and g.

/// Settings of one heap.
#[derive(Clone, Copy, Debug)]
pub struct Config {
    /// Bytes handed out between two minor collections, at first and at least.
    pub nursery: usize,
    /// The nursery grows up to this while many objects survive.
    pub max_nursery: usize,
    /// A full collection comes when this much, or a share of what was live after the last one, was promoted since.
    pub min_growth: usize,
    /// Free memory that is never given back to the system: giving it back and taking it again costs a page fault per 4 KiB.
    pub spare: usize,
    /// Bytes of memory in use beyond which allocation fails.
    pub limit: usize,
    /// What may be used beyond `limit`, so that a MemoryError can still be made and handled.
    pub reserve: usize,
    /// Collect at every n-th allocation, minor and full in turn (0: off). Implies `verify` and `poison`.
    pub stress: usize,
    /// Check the write barrier before each minor collection and the whole heap after each collection.
    pub verify: bool,
    /// Overwrite freed memory with a pattern.
    pub poison: bool,
    /// Say at the end what the collector did.
    pub report: bool,
}

impl Default for Config {
    fn default() -> Config {
        Config {
            nursery: 1 << 20,
            max_nursery: 16 << 20,
            min_growth: 2 << 20,
            spare: 16 << 20,
            limit: usize::MAX,
            reserve: 256 << 10,
            stress: 0,
            verify: false,
            poison: false,
            report: false,
        }
    }
}

impl Config {
    /// The settings in `SKEIN_GC`; what cannot be understood is reported on stderr and ignored.
    pub fn from_env() -> Config {
        let mut config = Config::default();
        if let Ok(text) = std::env::var("SKEIN_GC") {
            for part in text.split(',').map(str::trim).filter(|p| !p.is_empty()) {
                if !config.set(part) {
                    eprintln!("SKEIN_GC: cannot understand {part:?}");
                }
            }
        }
        config
    }

    /// Applies one `name:value` setting; false if there is no such knob or the number is none.
    pub fn set(&mut self, setting: &str) -> bool {
        let (name, value) = setting.split_once(':').unwrap_or((setting, "1"));
        let Some(n) = parse_bytes(value) else {
            return false;
        };
        match name {
            "nursery" => {
                self.nursery = n;
                self.max_nursery = n;
            }
            "max_nursery" => self.max_nursery = n,
            "growth" => self.min_growth = n,
            "spare" => self.spare = n,
            "limit" => self.limit = n,
            "reserve" => self.reserve = n,
            "stress" => {
                self.stress = n;
                self.verify = n > 0;
                self.poison = n > 0;
            }
            "verify" => self.verify = n > 0,
            "poison" => self.poison = n > 0,
            "report" => self.report = n > 0,
            _ => return false,
        }
        true
    }
}

fn parse_bytes(text: &str) -> Option<usize> {
    let (digits, shift) = match text.as_bytes().last()? {
        b'k' | b'K' => (&text[..text.len() - 1], 10),
        b'm' | b'M' => (&text[..text.len() - 1], 20),
        b'g' | b'G' => (&text[..text.len() - 1], 30),
        _ => (text, 0),
    };
    digits.parse::<usize>().ok()?.checked_mul(1 << shift)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings() {
        let mut c = Config::default();
        assert!(c.set("nursery:64k") && c.nursery == 65536 && c.max_nursery == 65536);
        assert!(c.set("stress:3") && c.stress == 3 && c.verify && c.poison);
        assert!(!c.set("nursery:many") && !c.set("colour:3") && !c.set("limit:"));
    }
}
