//! Reading of `TextIOWrapper`: chunks, lines, and positions.
//!
//! A position is the byte offset of the next character. To find it after reading ahead, the input of the present chunk
//! (the snapshot) is decoded again as far as the text was used. For encodings with state the number also holds the
//! decoder's flags in bits 64 and up.

use super::buffered;
use super::support::{size_arg, unsupported};
use super::text::{Text, open_stream};
use super::text_codec::Fast;
use super::turns;
use num_bigint::BigInt;
use num_traits::ToPrimitive;
use skein_runtime::builtins::byte_view::ByteView;
use skein_runtime::prelude::*;
use skein_runtime::text::wtf8;

impl Text {
    /// Bytes from the buffer: empty at the end.
    fn read_bytes(&self, vm: &mut Vm) -> PyResult<ByteView> {
        let buffer = self.buffer.get();
        if self.direct.get() {
            let mut out = Vec::new();
            let b = buffered::direct(vm, &buffer)?;
            turns::alone(vm, buffer, |vm| {
                b.read1_data(vm, self.chunk.get(), &mut out)
            })?;
            return Ok(out.into());
        }
        let size = Value::from_usize(self.chunk.get());
        let name = if self.has_read1.get() {
            "read1"
        } else {
            "read"
        };
        let data = vm.call_method(buffer, name, &[size])?;
        bytes_result(vm, data, name)
    }

    /// Decodes the next input, newlines included.
    fn decode(&self, vm: &mut Vm, input: &[u8], last: bool) -> PyResult<Vec<u8>> {
        let text = if let Some(fast) = self.fast.get() {
            let mut tail = self.tail.take();
            let joined: &[u8] = if tail.is_empty() {
                input
            } else {
                tail.extend_from_slice(input);
                &tail
            };
            let (text, used) = fast.decode(vm, joined, self.errors.get(), last)?;
            let rest = joined[used..].to_vec();
            self.tail.replace(rest);
            text
        } else {
            let decoder = self.decoder.get();
            if decoder.is_null() {
                return Err(unsupported(vm, "not readable"));
            }
            let bytes = vm.new_bytes(input);
            let text = vm.call_method(decoder, "decode", &[bytes, Value::bool(last)])?;
            match text.cast::<PyStr>() {
                Some(s) => s.bytes().to_vec(),
                None => {
                    let name = vm.type_name(text);
                    return Err(vm.type_error(format!(
                        "decoder should return a string result, not '{name}'"
                    )));
                }
            }
        };
        if !self.universal() {
            return Ok(text);
        }
        Ok(self.newlines.feed(text, self.translates(), last))
    }

    /// Remembers where the next chunk begins.
    fn take_snapshot(&self, vm: &mut Vm, owner: Ref<Native>) -> PyResult<()> {
        if !self.telling.get() {
            return Ok(());
        }
        if self.fast.get().is_none()
            && let Some(decoder) = self.decoder.get().non_null()
        {
            let state = vm.call_method(decoder, "getstate", &[])?;
            self.snap_state.set(owner, state);
        }
        let start = (self.tail.borrow().clone(), self.newlines.pending_cr.get());
        self.snapshot.replace(Some(start));
        Ok(())
    }

    /// Replaces the used up text by the next chunk's; false at the end.
    fn read_chunk(&self, vm: &mut Vm, owner: Ref<Native>) -> PyResult<bool> {
        self.take_snapshot(vm, owner)?;
        let input = self.read_bytes(vm)?;
        let text = self.decode(vm, &input, input.is_empty())?;
        let more = !input.is_empty() || !text.is_empty();
        self.decoded.replace(text);
        self.dpos.set(0);
        if let Some((fed, _)) = &mut *self.snapshot.borrow_mut() {
            fed.extend_from_slice(&input);
        }
        Ok(more)
    }

    /// Makes sure that there is unread text; false at the end.
    fn fill(&self, vm: &mut Vm, owner: Ref<Native>) -> PyResult<bool> {
        while self.dpos.get() >= self.decoded.borrow().len() {
            if !self.read_chunk(vm, owner)? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Byte length of the line that starts `text`, its end included; `None` if no end is there.
    fn line_end(&self, text: &[u8]) -> Option<usize> {
        match self.newline.borrow().as_deref() {
            None | Some(b"\n") => memchr::memchr(b'\n', text).map(|i| i + 1),
            Some(b"\r") => memchr::memchr(b'\r', text).map(|i| i + 1),
            Some(b"\r\n") => memchr::memmem::find(text, b"\r\n").map(|i| i + 2),
            Some(_) => memchr::memchr2(b'\r', b'\n', text).map(|i| {
                if text[i] == b'\r' && text.get(i + 1) == Some(&b'\n') {
                    i + 2
                } else {
                    i + 1
                }
            }),
        }
    }

    fn read_line(&self, vm: &mut Vm, owner: Ref<Native>, limit: Option<usize>) -> PyResult {
        let mut line: Vec<u8> = Vec::new();
        let mut chars = 0;
        while limit.is_none_or(|n| chars < n) && self.fill(vm, owner)? {
            let decoded = self.decoded.borrow();
            let rest = &decoded[self.dpos.get()..];
            let crlf = self.newline.borrow().as_deref() == Some(b"\r\n");
            let split = crlf && line.last() == Some(&b'\r') && rest[0] == b'\n';
            let found = if split { Some(1) } else { self.line_end(rest) };
            let mut n = found.unwrap_or(rest.len());
            let mut done = found.is_some();
            if let Some(limit) = limit
                && let Some(cut) = wtf8::offset_of(&rest[..n], limit - chars)
                && cut < n
            {
                n = cut;
                done = true;
            }
            self.dpos.set(self.dpos.get() + n);
            if done && line.is_empty() {
                return Ok(vm.new_str_bytes(&rest[..n]));
            }
            if limit.is_some() {
                chars += wtf8::count(&rest[..n]);
            }
            line.extend_from_slice(&rest[..n]);
            if done {
                break;
            }
        }
        Ok(vm.new_str_bytes(&line))
    }

    fn read_chars(&self, vm: &mut Vm, owner: Ref<Native>, n: usize) -> PyResult {
        let mut out: Vec<u8> = Vec::new();
        let mut left = n;
        while left > 0 && self.fill(vm, owner)? {
            let decoded = self.decoded.borrow();
            let rest = &decoded[self.dpos.get()..];
            let end = wtf8::offset_of(rest, left).unwrap_or(rest.len());
            vm.reserve(&mut out, end)?;
            out.extend_from_slice(&rest[..end]);
            left -= wtf8::count(&rest[..end]);
            self.dpos.set(self.dpos.get() + end);
        }
        Ok(vm.new_str_bytes(&out))
    }

    fn read_all(&self, vm: &mut Vm) -> PyResult {
        let buffer = self.buffer.get();
        let data = if self.direct.get() {
            let b = buffered::direct(vm, &buffer)?;
            let all = turns::alone(vm, buffer, |vm| b.read_all(vm))?;
            all.unwrap_or_default().into()
        } else {
            let data = vm.call_method(buffer, "read", &[])?;
            bytes_result(vm, data, "read")?
        };
        let rest = self.decode(vm, &data, true)?;
        let mut text = self.decoded.take();
        text.drain(..self.dpos.replace(0));
        let seen_input = self.snapshot.borrow().is_some();
        if seen_input {
            self.snapshot.replace(None);
        }
        if text.is_empty() {
            return Ok(vm.new_str_bytes(&rest));
        }
        text.extend_from_slice(&rest);
        Ok(vm.new_str_bytes(&text))
    }

    /// How much of the snapshot's input the used part of the text came from, for encodings without state; -1 if a `\r`
    /// from before is still unused.
    fn used_input(&self, vm: &mut Vm, fast: Fast, input: &[u8], cr: bool) -> PyResult<i64> {
        let target = self.dpos.get();
        if cr && target == 0 {
            return Ok(-1);
        }
        if !cr && input.get(..target) == self.decoded.borrow().get(..target) {
            return Ok(target as i64);
        }
        let translate = self.translates();
        let (mut at, mut out, mut cr) = (0, usize::from(cr && !translate), cr && translate);
        while out < target && at < input.len() {
            let width = fast.unit(input, at);
            let unit = &input[at..at + width];
            if cr {
                cr = false;
                out += 1;
                if unit == b"\n" {
                    at += 1;
                    continue;
                }
                if out >= target {
                    break;
                }
            }
            if translate && unit == b"\r" {
                cr = true;
            } else {
                let (text, _) = fast.decode(vm, unit, self.errors.get(), true)?;
                out += text.len();
            }
            at += width;
        }
        Ok(at as i64)
    }

    /// The position by feeding a stateful decoder byte by byte.
    fn slow_tell(&self, vm: &mut Vm, input: &[u8], cr: bool, start: i64) -> PyResult {
        let decoder = self.decoder.get();
        let saved = vm.call_method(decoder, "getstate", &[])?;
        let (saved_cr, seen) = (self.newlines.pending_cr.get(), self.newlines.seen.get());
        let r = self.slow_tell_inner(vm, decoder, input, cr, start);
        let keep = if r.is_err() {
            vm.take_raised()
        } else {
            Value::NULL
        };
        self.newlines.pending_cr.set(saved_cr);
        self.newlines.seen.set(seen);
        vm.call_method(decoder, "setstate", &[saved])?;
        match keep.non_null() {
            Some(e) => Err(vm.reraise_value(e)),
            None => r,
        }
    }

    fn slow_tell_inner(
        &self,
        vm: &mut Vm,
        decoder: Value,
        input: &[u8],
        cr: bool,
        start: i64,
    ) -> PyResult {
        let target = self.dpos.get();
        vm.call_method(decoder, "setstate", &[self.snap_state.get()])?;
        self.newlines.pending_cr.set(cr);
        let (mut best, mut out) = (None, 0);
        for at in 0..=input.len() {
            let state = vm.call_method(decoder, "getstate", &[])?;
            let Some(state) = state.cast::<PyTuple>().filter(|t| t.len() == 2) else {
                return Err(vm.type_error("illegal decoder state"));
            };
            let held = vm.len(state.items()[0])?;
            // A `\r` that waits counts as handed out if the text used ends with it.
            let now = out + usize::from(self.newlines.pending_cr.get());
            if held == 0 && (now == out && out <= target || now == target) {
                let flags = vm.index_i64(state.items()[1])?;
                best = Some((at, flags, target - now));
            }
            if out >= target || at == input.len() {
                break;
            }
            out += self.decode(vm, &input[at..=at], false)?.len();
        }
        match best {
            Some((at, flags, 0)) => {
                let cookie = (BigInt::from(flags) << 64) + (start + at as i64);
                Ok(vm.new_bigint(cookie))
            }
            _ => Err(vm.raise(ids::OS_ERROR, "can't reconstruct logical file position")),
        }
    }
}

fn bytes_result(vm: &mut Vm, data: Value, name: &str) -> PyResult<ByteView> {
    if data.is_none() {
        return Ok(Vec::new().into());
    }
    match skein_runtime::builtins::str_codec::buffer_bytes(vm, data)? {
        Some(d) => Ok(d),
        None => {
            let got = vm.type_name(data);
            Err(vm.type_error(format!(
                "underlying {name}() should have returned a bytes-like object, not '{got}'"
            )))
        }
    }
}

/// The state of an open stream, its pending writes done, if it can be read.
fn reading<'a>(vm: &mut Vm, v: &'a Value) -> PyResult<(Ref<Native>, &'a Text)> {
    let (owner, t) = open_stream(vm, v)?;
    if !t.reads.get() {
        return Err(unsupported(vm, "not readable"));
    }
    t.write_pending(vm)?;
    Ok((owner, t))
}

/// `TextIOWrapper.read`
pub fn read(vm: &mut Vm, args: &[Value]) -> PyResult {
    let n = size_arg(vm, args[1])?;
    let (owner, t) = reading(vm, &args[0])?;
    match n {
        Some(n) => t.read_chars(vm, owner, n),
        None => t.read_all(vm),
    }
}

/// `TextIOWrapper.readline`
pub fn readline(vm: &mut Vm, args: &[Value]) -> PyResult {
    let n = size_arg(vm, args[1])?;
    let (owner, t) = reading(vm, &args[0])?;
    t.read_line(vm, owner, n)
}

/// `TextIOWrapper.__next__`
pub fn next(vm: &mut Vm, args: &[Value]) -> PyResult {
    let (owner, t) = reading(vm, &args[0])?;
    t.telling.set(false);
    let exact = super::support::io_type(vm, "TextIOWrapper") == Some(vm.type_of(args[0]));
    let line = if exact {
        t.read_line(vm, owner, None)?
    } else {
        vm.call_method(args[0], "readline", &[])?
    };
    let Some(s) = line.cast::<PyStr>() else {
        let name = vm.type_name(line);
        return Err(vm.raise(
            ids::OS_ERROR,
            &format!("readline() should have returned a str object, not '{name}'"),
        ));
    };
    if s.is_empty() {
        t.snapshot.replace(None);
        t.telling.set(t.seekable.get());
        return Err(vm.stop_iteration(Value::NONE));
    }
    Ok(line)
}

/// `TextIOWrapper.tell`
pub fn tell(vm: &mut Vm, args: &[Value]) -> PyResult {
    let (_, t) = open_stream(vm, &args[0])?;
    if !t.seekable.get() {
        return Err(unsupported(vm, "underlying stream is not seekable"));
    }
    if !t.telling.get() {
        return Err(vm.raise(ids::OS_ERROR, "telling position disabled by next() call"));
    }
    t.write_pending(vm)?;
    vm.call_method(args[0], "flush", &[])?;
    let at = vm.call_method(t.buffer.get(), "tell", &[])?;
    let Some((input, cr)) = t.snapshot.borrow().clone() else {
        return Ok(at);
    };
    let start = vm.index_i64(at)? - input.len() as i64;
    match t.fast.get() {
        Some(fast) => {
            let used = t.used_input(vm, fast, &input, cr)?;
            Ok(vm.new_int(start + used))
        }
        None if t.dpos.get() >= t.decoded.borrow().len() && !t.newlines.pending_cr.get() => {
            let state = vm.call_method(t.decoder.get(), "getstate", &[])?;
            match state
                .cast::<PyTuple>()
                .map(|s| (s.items()[0], s.items()[1]))
            {
                Some((held, flags)) if vm.len(held)? == 0 => {
                    let flags = BigInt::from(vm.index_i64(flags)?);
                    Ok(vm.new_bigint((flags << 64) + start + input.len()))
                }
                _ => t.slow_tell(vm, &input, cr, start),
            }
        }
        None => t.slow_tell(vm, &input, cr, start),
    }
}

/// `TextIOWrapper.seek`
pub fn seek(vm: &mut Vm, args: &[Value]) -> PyResult {
    let (_, t) = open_stream(vm, &args[0])?;
    let whence = match args[2].non_null() {
        Some(w) => vm.index_i64(w)?,
        None => 0,
    };
    if !t.seekable.get() {
        return Err(unsupported(vm, "underlying stream is not seekable"));
    }
    let mut cookie = vm.index(args[1])?;
    let zero = vm.equal(cookie, Value::from_i32(0))?;
    match whence {
        0 => {}
        1 if zero => cookie = vm.call_method(args[0], "tell", &[])?,
        1 => return Err(unsupported(vm, "can't do nonzero cur-relative seeks")),
        2 if zero => {
            vm.call_method(args[0], "flush", &[])?;
            t.forget_input();
            if let Some(d) = t.decoder.get().non_null() {
                vm.call_method(d, "reset", &[])?;
            }
            let at = vm.call_method(
                t.buffer.get(),
                "seek",
                &[Value::from_i32(0), Value::from_i32(2)],
            )?;
            reset_encoder(vm, t, as_i64(at) == Some(0))?;
            return Ok(at);
        }
        2 => return Err(unsupported(vm, "can't do nonzero end-relative seeks")),
        n => return Err(vm.value_error(format!("invalid whence ({n}, should be 0, 1 or 2)"))),
    }
    let big = as_int(&cookie).map_or_else(|| BigInt::from(0), |n| n.to_big());
    if big < BigInt::from(0) {
        let shown = vm.repr_text(cookie)?;
        return Err(vm.value_error(format!("negative seek position {shown}")));
    }
    vm.call_method(args[0], "flush", &[])?;
    let low: BigInt = &big & BigInt::from(u64::MAX);
    let flags = (&big >> 64usize).to_i64().unwrap_or(0);
    let position = match low.to_i64() {
        Some(n) => vm.new_int(n),
        None => return Err(vm.overflow_error("Python int too large to convert to C long")),
    };
    vm.call_method(t.buffer.get(), "seek", &[position])?;
    t.forget_input();
    if let Some(d) = t.decoder.get().non_null() {
        if zero {
            vm.call_method(d, "reset", &[])?;
        } else {
            let (held, flags) = (vm.new_bytes(b""), vm.new_int(flags));
            let state = vm.new_tuple(&[held, flags]);
            vm.call_method(d, "setstate", &[state])?;
        }
    }
    reset_encoder(vm, t, zero)?;
    Ok(cookie)
}

/// A byte order mark is written at the start of a file only.
fn reset_encoder(vm: &mut Vm, t: &Text, at_start: bool) -> PyResult<()> {
    let Some(e) = t.encoder.get().non_null() else {
        return Ok(());
    };
    if at_start {
        vm.call_method(e, "reset", &[])?;
    } else {
        vm.call_method(e, "setstate", &[Value::from_i32(0)])?;
    }
    Ok(())
}
