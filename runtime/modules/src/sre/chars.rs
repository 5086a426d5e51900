//! Single characters: categories, case, character sets.

use super::constants::*;
use super::program::Single;
use skein_runtime::text::{unicode, wtf8};

/// How case is ignored.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Case {
    Ascii,
    Unicode,
    /// Bytes under the C locale.
    Locale,
}

impl Case {
    /// Of an operation; `None` for those that heed case.
    pub fn of(op: u32) -> Option<Case> {
        match op {
            GROUPREF_IGNORE | IN_IGNORE | LITERAL_IGNORE | NOT_LITERAL_IGNORE => Some(Case::Ascii),
            GROUPREF_UNI_IGNORE | IN_UNI_IGNORE | LITERAL_UNI_IGNORE | NOT_LITERAL_UNI_IGNORE => {
                Some(Case::Unicode)
            }
            GROUPREF_LOC_IGNORE | IN_LOC_IGNORE | LITERAL_LOC_IGNORE | NOT_LITERAL_LOC_IGNORE => {
                Some(Case::Locale)
            }
            _ => None,
        }
    }
    /// The lower-case form.
    #[inline]
    pub fn lower(self, cp: u32) -> u32 {
        if cp < 128 {
            return (cp as u8).to_ascii_lowercase() as u32;
        }
        if self == Case::Unicode { lower(cp) } else { cp }
    }
}

/// The one-to-one lower-case mapping.
pub fn lower(cp: u32) -> u32 {
    if cp < 128 {
        return (cp as u8).to_ascii_lowercase() as u32;
    }
    let mut out = Vec::new();
    unicode::push_lower(cp, &mut out);
    // Only U+0130 has a longer full mapping; its simple one is "i".
    wtf8::single(&out).unwrap_or(if cp == 0x130 { 0x69 } else { cp })
}

/// The one-to-one upper-case mapping.
pub fn upper(cp: u32) -> u32 {
    if cp < 128 {
        return (cp as u8).to_ascii_uppercase() as u32;
    }
    let mut out = Vec::new();
    unicode::push_upper(cp, &mut out);
    if let Some(c) = wtf8::single(&out) {
        return c;
    }
    out.clear();
    unicode::push_title(cp, &mut out);
    wtf8::single(&out).unwrap_or(cp)
}

fn ascii(cp: u32, test: impl Fn(u8) -> bool) -> bool {
    cp < 128 && test(cp as u8)
}

/// True for what `\w` matches.
#[inline]
pub fn is_word(cp: u32, unicode_rules: bool) -> bool {
    if cp < 128 {
        return (cp as u8).is_ascii_alphanumeric() || cp == b'_' as u32;
    }
    unicode_rules && unicode::is_alnum(cp)
}

/// True if the character is of the category.
pub fn category(what: u32, cp: u32) -> bool {
    match what {
        CATEGORY_DIGIT => ascii(cp, |b| b.is_ascii_digit()),
        CATEGORY_NOT_DIGIT => !ascii(cp, |b| b.is_ascii_digit()),
        CATEGORY_SPACE => ascii(cp, |b| matches!(b, b' ' | 9..=13)),
        CATEGORY_NOT_SPACE => !ascii(cp, |b| matches!(b, b' ' | 9..=13)),
        CATEGORY_WORD | CATEGORY_LOC_WORD => is_word(cp, false),
        CATEGORY_NOT_WORD | CATEGORY_LOC_NOT_WORD => !is_word(cp, false),
        CATEGORY_LINEBREAK => cp == 10,
        CATEGORY_NOT_LINEBREAK => cp != 10,
        CATEGORY_UNI_DIGIT => unicode::is_decimal(cp),
        CATEGORY_UNI_NOT_DIGIT => !unicode::is_decimal(cp),
        CATEGORY_UNI_SPACE => unicode::is_space(cp),
        CATEGORY_UNI_NOT_SPACE => !unicode::is_space(cp),
        CATEGORY_UNI_WORD => is_word(cp, true),
        CATEGORY_UNI_NOT_WORD => !is_word(cp, true),
        CATEGORY_UNI_LINEBREAK => unicode::is_line_break(cp),
        CATEGORY_UNI_NOT_LINEBREAK => !unicode::is_line_break(cp),
        _ => false,
    }
}

#[derive(Clone)]
enum Item {
    Negate,
    Literal(u32),
    Range(u32, u32),
    RangeCase(u32, u32),
    Category(u32),
    Bits([u32; 8]),
    /// Number of the 256-character block for each high byte, and the blocks.
    Big(Vec<u8>, Vec<[u32; 8]>),
}

/// A character set: a table for the first 256 characters, the items for the others.
#[derive(Clone)]
pub struct Set {
    low: [u32; 8],
    items: Vec<Item>,
}

fn bit(block: &[u32; 8], i: usize) -> bool {
    block[i >> 5 & 7] >> (i & 31) & 1 != 0
}

impl Set {
    /// Membership.
    #[inline(always)]
    pub fn contains(&self, cp: u32) -> bool {
        if cp < 256 {
            bit(&self.low, cp as usize)
        } else {
            self.search(cp)
        }
    }
    fn search(&self, cp: u32) -> bool {
        let mut result = true;
        for item in &self.items {
            let hit = match item {
                Item::Negate => {
                    result = !result;
                    false
                }
                Item::Literal(c) => cp == *c,
                Item::Range(a, b) => (*a..=*b).contains(&cp),
                Item::RangeCase(a, b) => (*a..=*b).contains(&cp) || (*a..=*b).contains(&upper(cp)),
                Item::Category(c) => category(*c, cp),
                Item::Bits(b) => cp < 256 && bit(b, cp as usize),
                Item::Big(map, blocks) => {
                    cp < 65536
                        && map
                            .get(cp as usize >> 8)
                            .and_then(|n| blocks.get(*n as usize))
                            .is_some_and(|b| bit(b, cp as usize & 255))
                }
            };
            if hit {
                return result;
            }
        }
        !result
    }
}

/// Reads a set from code words `at..end`; the set and the position behind its end mark.
pub fn parse_set(code: &[u32], mut at: usize, end: usize) -> Option<(Set, usize)> {
    let words = code.get(..end)?;
    let block = |at: usize| -> Option<[u32; 8]> { words.get(at..at + 8)?.try_into().ok() };
    let mut items = Vec::new();
    loop {
        let op = *words.get(at)?;
        let arg = words.get(at + 1).copied();
        match op {
            FAILURE => break,
            NEGATE => items.push(Item::Negate),
            LITERAL => {
                items.push(Item::Literal(arg?));
                at += 1;
            }
            CATEGORY => {
                items.push(Item::Category(arg.filter(|c| *c <= CATEGORY_LAST)?));
                at += 1;
            }
            RANGE | RANGE_UNI_IGNORE => {
                let last = *words.get(at + 2)?;
                items.push(if op == RANGE {
                    Item::Range(arg?, last)
                } else {
                    Item::RangeCase(arg?, last)
                });
                at += 2;
            }
            CHARSET => {
                items.push(Item::Bits(block(at + 1)?));
                at += 8;
            }
            BIGCHARSET => {
                let count = arg? as usize;
                let map: Vec<u8> = words
                    .get(at + 2..at + 66)?
                    .iter()
                    .flat_map(|w| w.to_le_bytes())
                    .collect();
                let blocks = (0..count)
                    .map(|i| block(at + 66 + 8 * i))
                    .collect::<Option<Vec<_>>>()?;
                items.push(Item::Big(map, blocks));
                at += 65 + 8 * count;
            }
            _ => return None,
        }
        at += 1;
    }
    let mut set = Set { low: [0; 8], items };
    for cp in 0..256 {
        if set.search(cp) {
            set.low[cp as usize >> 5] |= 1 << (cp & 31);
        }
    }
    Some((set, at + 1))
}

impl Single {
    /// True if it consumes the character.
    #[inline(always)]
    pub fn matches(&self, cp: u32) -> bool {
        match self {
            Single::Literal(c) => cp == *c,
            Single::In(set, None) => set.contains(cp),
            Single::Any => cp != 10,
            Single::AnyAll => true,
            Single::NotLiteral(c) => cp != *c,
            other => other.matches_rare(cp),
        }
    }
    fn matches_rare(&self, cp: u32) -> bool {
        match self {
            Single::LiteralCase(c, case) => same_case(*c, cp, *case),
            Single::NotLiteralCase(c, case) => !same_case(*c, cp, *case),
            Single::In(set, Some(Case::Locale)) => {
                set.contains(cp)
                    || set.contains(Case::Ascii.lower(cp))
                    || (cp < 128 && set.contains(upper(cp)))
            }
            Single::In(set, Some(case)) => set.contains(case.lower(cp)),
            Single::Category(c) => category(*c, cp),
            _ => false,
        }
    }
}

/// True if the characters differ at most in case; `pattern` is in lower case already, except under a locale.
fn same_case(pattern: u32, cp: u32, case: Case) -> bool {
    pattern == cp
        || case.lower(cp) == pattern
        || (case == Case::Locale && case.lower(cp) == case.lower(pattern))
}
