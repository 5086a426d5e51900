//! Source positions of code words, packed into bytes.
//!
//! Every instruction has a position, but positions are needed only for tracebacks and `co_positions`, so they should
//! cost little memory and nothing at run time. Equal neighbours form runs; a run is one head byte (form and length)
//! and what differs from the run before. Code returns to the position of an enclosing expression all the time, so
//! two forms repeat an earlier position in one byte. Blocks of [`BLOCK`] words start afresh and are found through a
//! directory, so that a lookup decodes at most one block.
//!
//! Layout: varint number of words; directory of little-endian `u32` offsets (from its own end) of blocks 1, 2, ...;
//! blocks. Head byte: low 3 bits form, high 5 bits run length - 1 (31: a varint with the rest follows).

/// A source range: lines are 1-based, columns 0-based UTF-8 byte offsets, the end is exclusive.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct Position {
    /// First line.
    pub line: u32,
    /// Last line.
    pub end_line: u32,
    /// First column.
    pub col: u32,
    /// End column, in `end_line`.
    pub end_col: u32,
}

/// Words per block.
pub const BLOCK: usize = 128;

const NONE: u8 = 0;
/// Same line, small column step and width in one byte.
const NEAR: u8 = 1;
/// Same line, one byte each for column and width.
const SAME_LINE: u8 = 2;
/// Next line, one byte each for column and width.
const NEXT_LINE: u8 = 3;
/// One line; signed line step, column and width as varints.
const ONE_LINE: u8 = 4;
/// Everything as varints.
const FULL: u8 = 5;
/// The position before the last one.
const AGAIN_2: u8 = 6;
/// The position before that.
const AGAIN_3: u8 = 7;

const LONG_RUN: u8 = 31;

/// The last three positions, newest first.
#[derive(Clone, Copy, Default)]
struct History([Position; 3]);

impl History {
    fn push(&mut self, position: Position) {
        self.0 = [position, self.0[0], self.0[1]];
    }
}

fn put_varint(out: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        out.push(value as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}

fn put_signed(out: &mut Vec<u8>, value: i64) {
    put_varint(out, ((value << 1) ^ (value >> 63)) as u64);
}

/// Packs one position per code word.
pub fn encode(positions: &[Option<Position>]) -> Vec<u8> {
    let mut out = Vec::new();
    put_varint(&mut out, positions.len() as u64);
    let blocks = positions.len().div_ceil(BLOCK);
    let directory = out.len();
    out.resize(directory + 4 * blocks.saturating_sub(1), 0);
    let base = out.len();
    for (i, block) in positions.chunks(BLOCK).enumerate() {
        if i > 0 {
            let offset = (out.len() - base) as u32;
            let at = directory + 4 * (i - 1);
            out[at..at + 4].copy_from_slice(&offset.to_le_bytes());
        }
        encode_block(&mut out, block);
    }
    out
}

fn encode_block(out: &mut Vec<u8>, block: &[Option<Position>]) {
    let mut history = History::default();
    for run in block.chunk_by(|a, b| a == b) {
        let extra = (run.len() - 1) as u64;
        let short = extra.min(LONG_RUN as u64) as u8;
        let head = out.len();
        out.push(0);
        if short == LONG_RUN {
            put_varint(out, extra - LONG_RUN as u64);
        }
        let form = match run[0] {
            None => NONE,
            Some(position) => {
                let form = encode_position(out, position, &history);
                history.push(position);
                form
            }
        };
        out[head] = form | short << 3;
    }
}

fn encode_position(out: &mut Vec<u8>, new: Position, history: &History) -> u8 {
    let [last, second, third] = history.0;
    if new == second {
        return AGAIN_2;
    }
    if new == third {
        return AGAIN_3;
    }
    let line_step = new.line as i64 - last.line as i64;
    if new.end_line != new.line || new.end_col < new.col {
        put_signed(out, line_step);
        put_signed(out, new.end_line as i64 - new.line as i64);
        put_varint(out, new.col as u64);
        put_varint(out, new.end_col as u64);
        return FULL;
    }
    let width = new.end_col - new.col;
    let col_step = new.col as i64 - last.col as i64;
    if line_step == 0 && width < 16 && (-4..12).contains(&col_step) {
        out.push((col_step + 4) as u8 | (width as u8) << 4);
        return NEAR;
    }
    if (0..=1).contains(&line_step) && width < 256 && new.col < 256 {
        out.extend([new.col as u8, width as u8]);
        return if line_step == 0 { SAME_LINE } else { NEXT_LINE };
    }
    put_signed(out, line_step);
    put_varint(out, new.col as u64);
    put_varint(out, width as u64);
    ONE_LINE
}

/// Reads bytes; past the end it reads zeros, so that damaged input yields nonsense but no panic.
struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl Reader<'_> {
    fn byte(&mut self) -> u8 {
        let byte = self.bytes.get(self.at).copied().unwrap_or(0);
        self.at += 1;
        byte
    }

    fn varint(&mut self) -> u64 {
        let mut value = 0;
        let mut shift = 0;
        loop {
            let byte = self.byte();
            value |= ((byte & 0x7f) as u64) << shift;
            shift += 7;
            if byte < 0x80 || shift > 56 {
                return value;
            }
        }
    }

    fn signed(&mut self) -> i64 {
        let value = self.varint();
        (value >> 1) as i64 ^ -((value & 1) as i64)
    }

    /// The next run: its length and position.
    fn run(&mut self, history: &mut History) -> (usize, Option<Position>) {
        let head = self.byte();
        let mut len = (head >> 3) as usize + 1;
        if head >> 3 == LONG_RUN {
            len += (self.varint() as usize).min(BLOCK);
        }
        let form = head & 7;
        if form == NONE {
            return (len, None);
        }
        let position = self.position(form, history);
        history.push(position);
        (len, Some(position))
    }

    fn position(&mut self, form: u8, history: &History) -> Position {
        let [last, second, third] = history.0;
        let one_line = |line: u32, col: u32, width: u32| Position {
            line,
            end_line: line,
            col,
            end_col: col.wrapping_add(width),
        };
        match form {
            NEAR => {
                let packed = self.byte();
                let col = last.col.wrapping_add((packed & 15) as u32).wrapping_sub(4);
                one_line(last.line, col, (packed >> 4) as u32)
            }
            SAME_LINE | NEXT_LINE => {
                let line = last.line.wrapping_add((form == NEXT_LINE) as u32);
                let col = self.byte() as u32;
                one_line(line, col, self.byte() as u32)
            }
            AGAIN_2 => second,
            AGAIN_3 => third,
            ONE_LINE => {
                let line = (last.line as i64 + self.signed()) as u32;
                let col = self.varint() as u32;
                one_line(line, col, self.varint() as u32)
            }
            _ => {
                let line = (last.line as i64 + self.signed()) as u32;
                let end_line = (line as i64 + self.signed()) as u32;
                let col = self.varint() as u32;
                let end_col = self.varint() as u32;
                Position {
                    line,
                    end_line,
                    col,
                    end_col,
                }
            }
        }
    }
}

/// The position of word `index`; `None` if it has none or is out of range.
pub fn lookup(bytes: &[u8], index: usize) -> Option<Position> {
    let mut reader = Reader { bytes, at: 0 };
    let words = reader.varint() as usize;
    if index >= words {
        return None;
    }
    let directory = reader.at;
    let base = directory + 4 * (words.div_ceil(BLOCK) - 1);
    reader.at = base;
    let block = index / BLOCK;
    if block > 0 {
        let at = directory + 4 * (block - 1);
        let entry = bytes.get(at..at + 4)?;
        reader.at = base + u32::from_le_bytes([entry[0], entry[1], entry[2], entry[3]]) as usize;
    }
    let mut history = History::default();
    let mut left = index % BLOCK;
    loop {
        let (len, position) = reader.run(&mut history);
        if left < len {
            return position;
        }
        left -= len;
    }
}

/// How many words have an entry.
pub fn count(bytes: &[u8]) -> usize {
    Reader { bytes, at: 0 }.varint() as usize
}

/// The position of every word in order.
pub fn iter(bytes: &[u8]) -> Positions<'_> {
    let mut reader = Reader { bytes, at: 0 };
    let words = reader.varint() as usize;
    reader.at += 4 * words.div_ceil(BLOCK).saturating_sub(1);
    Positions {
        reader,
        history: History::default(),
        index: 0,
        words: if bytes.is_empty() { 0 } else { words },
        run: (0, None),
    }
}

/// Iterator over positions, see [`iter`].
pub struct Positions<'a> {
    reader: Reader<'a>,
    history: History,
    index: usize,
    words: usize,
    run: (usize, Option<Position>),
}

impl Iterator for Positions<'_> {
    type Item = Option<Position>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.index == self.words {
            return None;
        }
        if self.index.is_multiple_of(BLOCK) {
            self.history = History::default();
            self.run.0 = 0;
        }
        if self.run.0 == 0 {
            self.run = self.reader.run(&mut self.history);
        }
        self.run.0 -= 1;
        self.index += 1;
        Some(self.run.1)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (0, Some(self.words - self.index))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample(n: usize) -> Vec<Option<Position>> {
        let mut seed = 12345u32;
        let mut next = move |limit: u32| {
            seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (seed >> 8) % limit
        };
        let mut out = Vec::new();
        let mut line = 1;
        while out.len() < n {
            line += next(3);
            let end_line = line + if next(20) == 0 { next(400) } else { 0 };
            let limit = if next(50) == 0 { 5000 } else { 70 };
            let col = next(limit);
            let position = Position {
                line,
                end_line,
                col,
                end_col: if next(9) == 0 {
                    next(300)
                } else {
                    col + next(12)
                },
            };
            let value = (next(30) != 0).then_some(position);
            for _ in 0..if next(40) == 0 { 200 } else { next(4) } {
                out.push(value);
            }
        }
        out.truncate(n);
        out
    }

    #[test]
    fn round_trip() {
        for n in [0, 1, 5, 127, 128, 129, 256, 257, 3000] {
            let positions = sample(n);
            let bytes = encode(&positions);
            assert_eq!(iter(&bytes).collect::<Vec<_>>(), positions);
            for (i, p) in positions.iter().enumerate() {
                assert_eq!(lookup(&bytes, i), *p, "{i} of {n}");
            }
            assert_eq!(lookup(&bytes, n), None);
        }
        assert_eq!(lookup(&[], 0), None);
        assert_eq!(iter(&[]).count(), 0);
    }

    #[test]
    fn damaged_bytes_do_not_panic() {
        let bytes = encode(&sample(300));
        for cut in 0..bytes.len() {
            let _ = lookup(&bytes[..cut], 250);
            let _ = iter(&bytes[..cut]).count();
        }
    }
}
