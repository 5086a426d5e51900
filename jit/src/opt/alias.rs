//! Which accesses may meet: by the kind of address that they start from, their offsets, and what [`Layout`] promises.

use super::layout::Layout;
use super::sweep::Values;
use crate::ir::{Binary, Op, Val, Width};

/// What an address points into.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Region {
    /// The context.
    Context,
    /// The machine that the context names.
    Machine,
    /// The frame that the trace was entered in.
    Entered,
    /// Frames above the stack's top at entry.
    Above,
    /// Any frame.
    Stack,
    /// A description of typed items.
    Typed,
    /// The items of typed containers.
    Raw,
    /// Anything else: objects.
    Object,
}

/// Where an access goes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Place {
    pub region: Region,
    /// The value that constants were added to.
    pub root: Val,
    /// The sum of the constants.
    pub offset: i32,
    pub width: Width,
    /// The object that it lies in: the root, or what an index was added to.
    pub object: Val,
    /// An index was added.
    pub indexed: bool,
}

/// The region that a new operation's value points into.
pub fn region(op: &Op, values: &Values, layout: &Layout) -> Region {
    match op {
        Op::Context => Region::Context,
        Op::Frame => Region::Entered,
        Op::Typed(..) => Region::Typed,
        Op::Load(Width::W64, base, offset) => match values.regions[base.0 as usize] {
            Region::Context if *offset == layout.machine => Region::Machine,
            Region::Context if *offset == layout.top => Region::Above,
            Region::Context if *offset >= layout.frames => Region::Stack,
            Region::Machine if layout.stack_words.contains(offset) => Region::Stack,
            Region::Entered | Region::Above | Region::Stack if *offset == layout.caller => {
                Region::Stack
            }
            Region::Typed if *offset == layout.typed_items => Region::Raw,
            Region::Object
                if layout.bytes.0 != 0
                    && layout.bytes == (values.shapes[base.0 as usize], *offset) =>
            {
                Region::Raw
            }
            _ => Region::Object,
        },
        Op::Binary(Binary::Add | Binary::Sub, x, y) => {
            let raw = |v: &Val| values.regions[v.0 as usize] == Region::Raw;
            if raw(x) || raw(y) {
                return Region::Raw;
            }
            match (values.regions[x.0 as usize], values.word(*y)) {
                // Below its top, the stack is anybody's.
                (Region::Above, Some(c))
                    if matches!(op, Op::Binary(Binary::Add, ..)) && (c as i64) < 0
                        || matches!(op, Op::Binary(Binary::Sub, ..)) && c != 0 =>
                {
                    Region::Stack
                }
                (Region::Object, _) => Region::Object,
                (r, Some(_)) => r,
                (Region::Context | Region::Machine | Region::Typed, None) => Region::Object,
                (_, None) => Region::Stack,
            }
        }
        _ => Region::Object,
    }
}

/// Where an access of `base + offset` goes.
pub fn place(values: &Values, base: Val, offset: i32, width: Width) -> Place {
    let (mut root, mut sum) = (base, offset as i64);
    let mut object = None;
    loop {
        let next = match values.ops[root.0 as usize] {
            Op::Binary(Binary::Add, x, y) => match values.word(y) {
                Some(c) => Some((x, c as i64)),
                None => {
                    // The object comes first, unless what comes first is a scaled index.
                    let scaled = matches!(values.ops[x.0 as usize], Op::Binary(Binary::Shl, ..));
                    object = Some(if scaled { y } else { x });
                    None
                }
            },
            Op::Binary(Binary::Sub, x, y) => values.word(y).map(|c| (x, (c as i64).wrapping_neg())),
            _ => None,
        };
        let Some((x, c)) = next else { break };
        match sum.checked_add(c).filter(|s| i32::try_from(*s).is_ok()) {
            Some(s) => (root, sum) = (x, s),
            None => {
                // Not an offset but an object's address, to which `x` was added.
                object = Some(root);
                break;
            }
        }
    }
    let mut held_by = object.unwrap_or(root);
    // Constants may stand between an object and the index.
    while let (true, Op::Binary(Binary::Add, x, y)) =
        (object.is_some(), &values.ops[held_by.0 as usize])
        && values.word(*y).is_some()
    {
        held_by = *x;
    }
    let region = match values.regions[base.0 as usize] {
        // Below the top, the stack is anybody's.
        Region::Above if sum < 0 => Region::Stack,
        r => r,
    };
    Place {
        region,
        root,
        offset: sum as i32,
        width,
        object: held_by,
        indexed: object.is_some(),
    }
}

/// The place that stands for the answer of function number `number`, which depends on `key` and on what `object` holds. What
/// may change the object meets it.
pub fn answer(object: Val, number: usize, key: Val) -> Option<Place> {
    const KEYS: u32 = 1 << 20;
    let number = i32::try_from(number).ok().filter(|n| *n < 1 << 10)?;
    (key.0 < KEYS).then_some(Place {
        region: Region::Object,
        root: object,
        offset: i32::MIN + number * KEYS as i32 + key.0 as i32,
        width: Width::W64,
        object,
        indexed: true,
    })
}

/// Answers stand where no object reaches.
fn is_answer(p: &Place) -> bool {
    p.offset < 0 && p.indexed
}

fn overlap(a: &Place, b: &Place) -> bool {
    (a.offset as i64) < b.offset as i64 + b.width.bytes() as i64
        && (b.offset as i64) < a.offset as i64 + a.width.bytes() as i64
}

/// Whether a value may be a list's array, and whether it surely is one.
fn array(values: &Values, v: Val, layout: &Layout) -> (bool, bool) {
    if values.shapes[v.0 as usize] != 0 {
        // Of arrays, the shape is never asked for.
        return (false, false);
    }
    match values.ops[v.0 as usize] {
        Op::Load(Width::W64, owner, offset) if offset == layout.items => (
            true,
            values.shapes[owner.0 as usize] == layout.list && layout.list != 0,
        ),
        _ => (false, false),
    }
}

/// Whether it may be a list's array.
pub fn may_be_array(values: &Values, v: Val, layout: &Layout) -> bool {
    array(values, v, layout).0
}

/// Whether two accesses may touch the same byte.
pub fn may_meet(values: &Values, layout: &Layout, a: &Place, b: &Place) -> bool {
    use Region::{Above, Entered, Object, Stack};
    match (a.region, b.region) {
        (Object, Object) => objects_may_meet(values, layout, a, b),
        (Entered, Above) | (Above, Entered) => false,
        (Entered | Above | Stack, Entered | Above | Stack) => meet_by_offset(a, b),
        (x, y) => x == y && meet_by_offset(a, b),
    }
}

fn meet_by_offset(a: &Place, b: &Place) -> bool {
    a.root != b.root || a.indexed || b.indexed || overlap(a, b)
}

fn objects_may_meet(values: &Values, layout: &Layout, a: &Place, b: &Place) -> bool {
    if a.root == b.root {
        return overlap(a, b) || is_answer(a) || is_answer(b);
    }
    let (may_a, is_a) = array(values, a.object, layout);
    let (may_b, is_b) = array(values, b.object, layout);
    if is_a && !may_b || is_b && !may_a {
        return false;
    }
    if a.object != b.object {
        if let (Some(x), Some(y)) = (values.word(a.object), values.word(b.object))
            && x != y
        {
            return false;
        }
        let (s, t) = (
            values.shapes[a.object.0 as usize],
            values.shapes[b.object.0 as usize],
        );
        if s != 0 && t != 0 && s != t {
            return false;
        }
    }
    a.indexed || b.indexed || overlap(a, b)
}
