//! Objects that a scanner has met, to recognise their keys when they come again.
//!
//! Documents are mostly made of objects with the same keys in the same order. A template is a dict with such keys: as long as
//! the text goes on with its next key, nothing is hashed or looked up, and the finished dict is a copy of the template with
//! other values. Templates are few, and their keys few and short, so that a scanner keeps little alive.

use skein_runtime::prelude::*;
use std::cell::Cell;

/// So many templates.
const MOST: usize = 8;
/// Keys of a template.
const MOST_KEYS: usize = 64;
/// Bytes of a key.
const LONGEST: usize = 64;
/// Templates may be made ahead of so many hits; then only now and then.
const CREDIT: u32 = 32;

/// A scanner's templates.
#[derive(Default)]
pub struct Templates {
    /// A list of dicts.
    all: Slot,
    /// Where the one is that was used last.
    last: Cell<usize>,
    /// Where the next one goes.
    next: Cell<usize>,
    credit: Cell<u32>,
    seen: Cell<u32>,
}

/// True if `text` begins with a template's key of that number and a quote.
fn begins(template: Ref<PyDict>, number: usize, text: &[u8]) -> bool {
    let key = template
        .entry_at(number)
        .and_then(|(k, _)| k.cast::<PyStr>());
    key.is_some_and(|k| text.get(k.byte_len()) == Some(&b'"') && text.starts_with(k.bytes()))
}

/// True if the first `count` keys of two templates are the same.
fn agree(a: Ref<PyDict>, b: Ref<PyDict>, count: usize) -> bool {
    let text = |d: Ref<PyDict>, i| d.entry_at(i).and_then(|(k, _)| k.cast::<PyStr>());
    (0..count).all(|i| match (text(a, i), text(b, i)) {
        (Some(x), Some(y)) => x.bytes() == y.bytes(),
        _ => false,
    })
}

impl Templates {
    /// What the collector visits.
    pub fn slot(&self) -> &Slot {
        &self.all
    }

    /// Templates, the one used last first.
    fn iter(&self) -> impl Iterator<Item = (usize, Ref<PyDict>)> {
        let (list, last) = (self.all.get().cast::<PyList>(), self.last.get());
        let n = list.map_or(0, |l| l.len());
        (0..n).filter_map(move |i| {
            let at = (last + i) % n;
            Some((at, list?.get(at).cast::<PyDict>()?))
        })
    }

    /// A template whose first `count` keys are those of `now`, and whose next one `text` begins with.
    #[inline]
    pub fn with_key(
        &self,
        now: Option<Ref<PyDict>>,
        count: usize,
        text: &[u8],
    ) -> Option<Ref<PyDict>> {
        if let Some(t) = now
            && begins(t, count, text)
        {
            return now;
        }
        let fits = |t| begins(t, count, text) && now.is_none_or(|now| agree(now, t, count));
        let (at, t) = self.iter().find(|(_, t)| fits(*t))?;
        self.last.set(at);
        Some(t)
    }

    /// A template that has no other than the first `count` keys of `now`.
    pub fn of_length(&self, now: Ref<PyDict>, count: usize) -> Option<Ref<PyDict>> {
        let fits = |t: Ref<PyDict>| t.len() == count && agree(now, t, count);
        let t = match now.len() == count {
            true => now,
            false => self.iter().map(|(_, t)| t).find(|t| fits(*t))?,
        };
        self.credit.set((self.credit.get() + 1).min(CREDIT));
        Some(t)
    }

    /// Makes a template of an object that was met.
    pub fn learn(&self, vm: &mut Vm, owner: Ref<Native>, dict: Ref<PyDict>) {
        let seen = self.seen.get().wrapping_add(1);
        self.seen.set(seen);
        let n = dict.len();
        if !(2..=MOST_KEYS).contains(&n) || n != dict.positions() {
            return;
        }
        if seen > CREDIT && self.credit.get() == 0 && !seen.is_multiple_of(CREDIT) {
            return;
        }
        self.credit.set(self.credit.get().saturating_sub(1));
        // What is written with an escape would not be found as it is.
        let plain = |b: &u8| *b >= b' ' && !matches!(b, b'"' | b'\\');
        let keeps = (0..n).all(|i| {
            let key = dict.entry_at(i).and_then(|(k, _)| k.cast::<PyStr>());
            key.is_some_and(|k| k.byte_len() <= LONGEST && k.bytes().iter().all(plain))
        });
        if !keeps {
            return;
        }
        let template = PyDict::new(vm);
        template.copy_entries_from(vm, dict);
        for i in 0..n {
            template.set_value_at(i, Value::NONE);
        }
        let list = match self.all.get().cast::<PyList>() {
            Some(list) => list,
            None => {
                let list = PyList::new(vm);
                self.all.set(owner, list.value());
                list
            }
        };
        let at = self.next.get() % MOST;
        if at < list.len() {
            list.set(at, template.value());
        } else {
            list.push(vm, template.value());
        }
        self.next.set(at + 1);
        self.last.set(at.min(list.len() - 1));
    }
}
