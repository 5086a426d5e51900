//! What the optimiser may know of memory and of the functions that traces call: see `skein_jit::opt::Layout` for the promises that
//! this makes. A function that is not named here may change anything; whoever adds one that does less says so here.

use super::enter::{helpers, offset};
use skein_jit::opt::{Effect, Layout};
use skein_runtime::layout;
use skein_runtime::object::shape::ids;
use skein_runtime::tasklet::stack::at;

/// Native functions that do less than anything. None of them runs Python code.
fn effects() -> Vec<(u64, Effect)> {
    let pure = [
        helpers::floor_div as *const (),
        helpers::modulo as *const (),
    ];
    let reads = [
        helpers::dict_get as *const (),
        helpers::dict_contains as *const (),
    ];
    let mut all: Vec<(*const (), Effect)> = Vec::new();
    all.extend(pure.map(|f| (f, Effect::Pure)));
    all.extend(reads.map(|f| (f, Effect::Reads)));
    all.push((helpers::store_item as *const (), Effect::Items));
    all.push((helpers::append as *const (), Effect::Lists));
    all.into_iter().map(|(f, e)| (f as u64, e)).collect()
}

/// The promises.
pub fn layout() -> Layout {
    Layout {
        machine: offset::VM,
        top: offset::TOP,
        frames: offset::BANK,
        stack_words: &[layout::VM_FRAME, layout::VM_STACK_TOP],
        caller: 8 * at::CALLER as i32,
        shape: layout::SHAPE,
        stable: ids::FIRST_DYNAMIC,
        list: ids::LIST,
        items: layout::LIST_ITEMS,
        lists: &[(ids::LIST_ITERATOR, layout::ITER_OBJECT)],
        immutable: &[
            (ids::TUPLE, layout::TUPLE_LEN, i32::MAX),
            (ids::METHOD, layout::METHOD_FUNC, layout::METHOD_SELF + 8),
            (
                ids::RANGE_ITERATOR,
                layout::ITER_STEP,
                layout::ITER_STEP + 8,
            ),
        ],
        lengths: &[
            (ids::LIST, layout::LIST_LEN),
            (ids::TUPLE, layout::TUPLE_LEN),
        ],
        effects: effects(),
    }
}
