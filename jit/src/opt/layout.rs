//! What the recorder promises about memory and about the native functions that it calls.
//!
//! The passes know machine words; which of them are addresses of what is told here, in numbers that `interp/tier` fills in. The promises:
//!
//! - Frames are reached only from [`Op::Frame`](crate::ir::Op::Frame), from the words of the context and of the machine named here, from
//!   a frame's caller word, and by adding constants to these. No other base points into frames, the context or the machine.
//! - All other bases are addresses of whole objects: accesses of two objects meet only at overlapping offsets. An address that an
//!   index was added to points into the object that the index was added to.
//! - The array of a list is reached only through the list's items word, and its shape is never asked for.
//! - The items of typed containers (raw bytes, no words of the heap) are reached only through the description that
//!   [`Op::Typed`](crate::ir::Op::Typed) gives, or through the bytes word of a bytearray. Two widths may name the same bytes. Traces
//!   never store to a description.
//! - Natives but those that may change anything look at no places of dissolved objects, and at registers only from an address on that they
//!   are given. What only exits would read ([`Looks`](crate::ir::looks::Looks)) need not be there. They, and boxing, look at where the stack ends.
//! - Bytes ([`Width::W8`](crate::ir::Width::W8)) may change at any time; words may not, except by stores and calls of the trace.

/// Stands for all shapes that can be exchanged for others: an object with one of them never has a stable one.
pub const CHANGEABLE: u32 = u32::MAX;

/// What a native function does to memory that traces read.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Effect {
    /// Nothing; its result depends on its arguments alone.
    Pure,
    /// It may read anything, and changes nothing that traces look at.
    Reads,
    /// The same, and its result depends on its last two arguments and on what the first of these holds, as stores and calls change it.
    Asks,
    /// It changes items of lists.
    Items,
    /// It changes lengths, arrays and items of lists, and what sets hold.
    Lists,
    /// It steps iterators.
    Steps,
    /// It may change anything.
    Anything,
}

/// See the module.
#[derive(Clone, Default, Debug)]
pub struct Layout {
    /// The context's word that holds the machine's address.
    pub machine: i32,
    /// The context's word that holds the address of the stack's top at entry; frames above it do not meet the entered frame.
    pub top: i32,
    /// From this one on, the context's words hold addresses of frames.
    pub frames: i32,
    /// The context's words, from the first to the one behind the last, that hold what dissolved objects hold.
    pub places: (i32, i32),
    /// The machine's word that says where the stack in use ends: exits that are told about set it anew.
    pub stack_top: Option<i32>,
    /// The machine's words that hold addresses in the stack.
    pub stack_words: &'static [i32],
    /// The frame's word that holds its caller's address.
    pub caller: i32,
    /// The 32 bits of an object that say its shape.
    pub shape: i32,
    /// Shapes below this one are never exchanged for another, nor others for them.
    pub stable: u32,
    /// The shape of lists.
    pub list: u32,
    /// The shape of sets, which have their length and their table where lists have length and array.
    pub set: u32,
    /// The first and the last of the shapes of iterators.
    pub iterators: (u32, u32),
    /// The words of iterators that steps change: the first offset, and the first one behind them.
    pub steps: (i32, i32),
    /// A list's items word.
    pub items: i32,
    /// The word of a description of typed items that holds their address.
    pub typed_items: i32,
    /// The word of such a description that holds how many there are, from 0 to 2^47.
    pub typed_length: i32,
    /// The word of stable objects of a shape that holds the address of raw bytes: shape and offset.
    pub bytes: (u32, i32),
    /// Words of stable objects that hold an object laid out as those of another shape: shape, offset, the other's shape.
    pub holders: &'static [(u32, i32, u32)],
    /// Words of stable objects that never change: shape, first offset, first offset behind them.
    pub immutable: &'static [(u32, i32, i32)],
    /// Words of stable objects that stay in an interval: shape, offset, least and greatest.
    pub intervals: &'static [(u32, i32, i64, i64)],
    /// Native functions that do less than [`Effect::Anything`].
    pub effects: Vec<(u64, Effect)>,
}

impl Layout {
    /// What a native function does.
    pub fn effect(&self, address: u64) -> Effect {
        let known = self.effects.iter().find(|(a, _)| *a == address);
        known.map_or(Effect::Anything, |(_, e)| *e)
    }
    /// The number of a native function among those whose effect is known.
    pub fn number(&self, address: u64) -> Option<usize> {
        self.effects.iter().position(|(a, _)| *a == address)
    }
    /// Whether a word of an object with that shape never changes.
    pub fn is_immutable(&self, shape: u32, offset: i32) -> bool {
        shape != 0
            && self
                .immutable
                .iter()
                .any(|(s, from, to)| *s == shape && (*from..*to).contains(&offset))
    }
    /// The interval of a word of an object with that shape.
    pub fn interval(&self, shape: u32, offset: i32) -> Option<(i64, i64)> {
        let mut all = self.intervals.iter();
        let found = all.find(|(s, o, ..)| shape != 0 && (*s, *o) == (shape, offset));
        found.map(|(_, _, least, greatest)| (*least, *greatest))
    }
}
