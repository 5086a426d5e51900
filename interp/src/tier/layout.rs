//! What the optimiser may know of memory and of the functions that traces call: see `skein_jit::opt::Layout` for the promises that
//! this makes. A function that is not named here may change anything; whoever adds one that does less says so here.

use super::enter::{
    VIRTUALS, helpers, helpers_iterators as over, helpers_lean as lean, helpers_made as made,
    offset,
};
use skein_jit::opt::{Effect, Layout};
use skein_runtime::layout;
use skein_runtime::object::shape::ids;
use skein_runtime::tasklet::stack::at;
use skein_runtime::value::{INT_MAX, INT_MIN};

/// Native functions that do less than anything. None of them runs Python code.
fn effects() -> Vec<(u64, Effect)> {
    let pure = [
        helpers::floor_div as *const (),
        helpers::modulo as *const (),
        lean::power as *const (),
        lean::truncated as *const (),
        lean::rounded as *const (),
        lean::floor as *const (),
        lean::ceiling as *const (),
    ];
    let asks = [
        helpers::dict_get as *const (),
        helpers::dict_contains as *const (),
    ];
    let reads = [
        helpers::dict_get_or as *const (),
        lean::same_text as *const (),
        lean::identity as *const (),
    ];
    // These allocate, and change nothing that was there before.
    let makes = [
        lean::float1 as *const (),
        lean::float2 as *const (),
        lean::binary as *const (),
        lean::invert as *const (),
        lean::negate as *const (),
        lean::compare as *const (),
        lean::equals_row as *const (),
        lean::lacks as *const (),
        lean::integers as *const (),
        lean::compare_integers as *const (),
        lean::truth as *const (),
        lean::contains as *const (),
        lean::set_contains as *const (),
        lean::copy_list as *const (),
        lean::str_item as *const (),
        lean::load_slice as *const (),
        lean::iter as *const (),
        lean::instance as *const (),
        lean::bound_method as *const (),
        lean::pair as *const (),
        lean::build_tuple as *const (),
        lean::build_list as *const (),
        lean::build_set as *const (),
        lean::build_map as *const (),
        lean::build_string as *const (),
        lean::concat_bytes as *const (),
        lean::list_to_tuple as *const (),
        lean::format_simple as *const (),
        lean::format_spec as *const (),
        lean::convert as *const (),
        made::function as *const (),
        made::cell as *const (),
        made::generator0 as *const (),
        made::generator1 as *const (),
        made::generator2 as *const (),
        made::generator3 as *const (),
        made::generator4 as *const (),
        made::slice as *const (),
        made::range as *const (),
        made::range_iterator as *const (),
        made::reversed_range as *const (),
        made::sequence_iterator as *const (),
        made::middle as *const (),
        made::keywords as *const (),
        made::instance as *const (),
        made::object_by_name as *const (),
        made::object_star as *const (),
        made::bound_native as *const (),
        made::push_exception as *const (),
        made::pop_exception as *const (),
    ];
    let changing = [lean::CODE_CHANGING, lean::OBJECT_CHANGING].concat();
    let mut all: Vec<(*const (), Effect)> = Vec::new();
    let makes = [
        &makes[..],
        &lean::CODE,
        &lean::NATIVE,
        &lean::OBJECT,
        &lean::JOIN,
    ]
    .concat();
    all.extend(
        makes
            .into_iter()
            .filter(|f| !changing.contains(f) && *f != lean::binary_changing as *const ())
            .map(|f| (f, Effect::Reads)),
    );
    all.extend(pure.map(|f| (f, Effect::Pure)));
    all.extend(reads.map(|f| (f, Effect::Reads)));
    all.extend(asks.map(|f| (f, Effect::Asks)));
    // Sets have their number of elements and their tables where lists have their lengths and arrays.
    let lists = [
        helpers::append as *const (),
        lean::set_add as *const (),
        lean::store_slice as *const (),
        lean::list_extend as *const (),
    ];
    all.extend(lists.map(|f| (f, Effect::Lists)));
    let steps = [
        lean::next as *const (),
        lean::next_entry as *const (),
        lean::ended as *const (),
        made::next_of_native as *const (),
        made::native_ended as *const (),
        made::next_row as *const (),
        over::object_over as *const (),
        over::method_over as *const (),
        over::next_of_map as *const (),
        over::map_ended as *const (),
        over::unpack_over as *const (),
        made::ended_rows as *const (),
    ];
    all.extend(steps.map(|f| (f, Effect::Steps)));
    all.into_iter().map(|(f, e)| (f as u64, e)).collect()
}

const _: () = assert!(layout::SET_USED > layout::SHAPE && layout::SET_USED <= layout::LIST_ITEMS);

// Steps change the words from the first to the last of these, and nothing but iterators stands between the shapes of these.
const _: () = assert!(
    layout::ITER_OBJECT < layout::ITER_OTHER
        && layout::ITER_OTHER < layout::ITER_STEP
        && layout::ITER_INDEX < layout::ITER_STEP
        && layout::ITER_STOP < layout::ITER_STEP
        && ids::ODICT_ITERATOR < ids::SET_ITERATOR
        && ids::ZIP < ids::REVERSED
);

/// The promises.
pub fn layout() -> Layout {
    Layout {
        machine: offset::VM,
        top: offset::TOP,
        frames: offset::BANK,
        places: (offset::VIRTUALS, offset::VIRTUALS + 8 * VIRTUALS as i32),
        stack_top: Some(layout::VM_STACK_TOP),
        stack_words: &[layout::VM_FRAME, layout::VM_STACK_TOP],
        caller: 8 * at::CALLER as i32,
        shape: layout::SHAPE,
        stable: ids::FIRST_DYNAMIC,
        list: ids::LIST,
        set: ids::SET,
        iterators: (ids::ODICT_ITERATOR, ids::REVERSED),
        steps: (layout::ITER_OBJECT, layout::ITER_STEP + 8),
        items: layout::LIST_ITEMS,
        typed_items: layout::TYPED_AT,
        typed_length: layout::TYPED_COUNT,
        bytes: (ids::BYTEARRAY, layout::BYTEARRAY_BUF),
        holders: &[
            (ids::LIST_ITERATOR, layout::ITER_OBJECT, ids::LIST),
            (ids::BYTES_ITERATOR, layout::ITER_OBJECT, ids::BYTES),
            (ids::BYTEARRAY_ITERATOR, layout::ITER_OBJECT, ids::BYTEARRAY),
        ],
        immutable: &[
            (ids::TUPLE, layout::TUPLE_LEN, i32::MAX),
            (ids::BYTES, layout::BYTES_LEN, i32::MAX),
            (ids::METHOD, layout::METHOD_FUNC, layout::METHOD_SELF + 8),
            (
                ids::RANGE_ITERATOR,
                layout::ITER_STEP,
                layout::ITER_STEP + 8,
            ),
        ],
        intervals: &[
            (ids::LIST, layout::LIST_LEN, 0, 1 << 47),
            (ids::TUPLE, layout::TUPLE_LEN, 0, 1 << 47),
            (ids::RANGE_ITERATOR, layout::ITER_INDEX, INT_MIN, INT_MAX),
            (ids::BYTES, layout::BYTES_LEN, 0, 1 << 47),
            (ids::BYTEARRAY, layout::BYTEARRAY_LEN, 0, 1 << 47),
        ],
        effects: effects(),
    }
}
