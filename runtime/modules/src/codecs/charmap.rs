//! `charmap_encode`, `charmap_decode`, `charmap_build`.

use super::text_charmap::{self, CharmapDecode, CharmapEncode, EncodingMap, Mapped, Table};
use super::{data_arg, decoded, encoded, errors_arg, text_arg};
use skein_runtime::builtins::str_codec::Handler;
use skein_runtime::prelude::*;
use skein_runtime::text::codec::{
    DecodeErrors, DecodeFix, DecodeProblem, Decoded, EncodeErrors, EncodeFix, EncodeProblem, ascii,
};
use skein_runtime::text::wtf8;

static FUNCTIONS: &[NativeDef] = &[
    function(
        "charmap_encode",
        encode,
        "(str, errors=None, mapping=None, /)",
        "Encode by a mapping.",
    ),
    function(
        "charmap_decode",
        decode,
        "(data, errors=None, mapping=None, /)",
        "Decode by a mapping.",
    ),
    function(
        "charmap_build",
        build,
        "(map, /)",
        "Make an encoding mapping of a decoding table.",
    ),
];

struct MapData(EncodingMap);
impl NativeData for MapData {}

static MAP_METHODS: &[NativeDef] = &[method(
    "size",
    size,
    "($self, /)",
    "Return the size (in bytes) of this object.",
)];

/// Adds functions and the `EncodingMap` type.
pub fn init(vm: &mut Vm, m: Ref<PyModule>) {
    vm.add_functions(m, FUNCTIONS);
    let ty = vm.new_native_type(
        "EncodingMap",
        "builtins",
        None,
        Kind::Native,
        tflag::DISALLOW_INSTANTIATION,
        MAP_METHODS,
        &[],
        "",
    );
    vm.state_set("_codecs.EncodingMap", ty.value());
}

fn size(_: &mut Vm, _: &[Value]) -> PyResult {
    Ok(Value::from_usize(size_of::<Native>()))
}

fn build(vm: &mut Vm, args: &[Value]) -> PyResult {
    let table = text_arg(vm, args[0], "charmap_build")?;
    let map = EncodingMap::build(table.bytes());
    match vm.state_get("_codecs.EncodingMap").and_then(|v| v.cast()) {
        Some(ty) => Ok(Native::new(vm, ty, MapData(map)).value()),
        None => Err(vm.runtime_error("lost EncodingMap")),
    }
}

/// A mapping that is a Python object.
struct Mapping<'v> {
    handler: Handler<'v>,
    mapping: Value,
}

impl Mapping<'_> {
    /// `mapping[n]`; `None` if there is none.
    fn get(&mut self, n: u32) -> PyResult<Option<Value>> {
        let mapping = self.mapping;
        let vm = self.handler.vm();
        match vm.get_item(mapping, Value::from_usize(n as usize)) {
            Ok(v) if v.is_none() => Ok(None),
            Ok(v) => Ok(Some(v)),
            Err(_) if vm.clear_raised_if(ids::LOOKUP_ERROR) => Ok(None),
            Err(r) => Err(r),
        }
    }
}

impl DecodeErrors for Mapping<'_> {
    type Error = Raised;
    fn decode_error(&mut self, problem: DecodeProblem<'_>) -> Result<DecodeFix, Raised> {
        self.handler.decode_error(problem)
    }
}

impl CharmapDecode for Mapping<'_> {
    fn decode_byte(&mut self, byte: u8) -> PyResult<Mapped> {
        let Some(v) = self.get(byte as u32)? else {
            return Ok(Mapped::Undefined);
        };
        if let Some(s) = v.cast::<PyStr>() {
            return Ok(if s.bytes() == "\u{fffe}".as_bytes() {
                Mapped::Undefined
            } else {
                Mapped::Many(s.bytes().to_vec())
            });
        }
        let vm = self.handler.vm();
        match as_int(&v).map(|n| n.to_i64()) {
            Some(Some(0xFFFE)) => Ok(Mapped::Undefined),
            Some(Some(n)) if (0..0x11_0000).contains(&n) => Ok(Mapped::One(n as u32)),
            Some(_) => Err(vm.type_error("character mapping must be in range(0x110000)")),
            None => Err(vm.type_error("character mapping must return integer, None or str")),
        }
    }
}

impl EncodeErrors for Mapping<'_> {
    type Error = Raised;
    fn encode_error(&mut self, problem: EncodeProblem<'_>) -> Result<EncodeFix, Raised> {
        self.handler.encode_error(problem)
    }
    fn refuse(&mut self, problem: EncodeProblem<'_>) -> Raised {
        self.handler.refuse(problem)
    }
}

impl CharmapEncode for Mapping<'_> {
    fn encode_code_point(&mut self, cp: u32) -> PyResult<Mapped> {
        let Some(v) = self.get(cp)? else {
            return Ok(Mapped::Undefined);
        };
        if let Some(b) = v.cast::<PyBytes>() {
            return Ok(Mapped::Many(b.bytes().to_vec()));
        }
        let vm = self.handler.vm();
        match as_int(&v).map(|n| n.to_i64()) {
            Some(Some(n)) if (0..256).contains(&n) => Ok(Mapped::One(n as u32)),
            Some(_) => Err(vm.type_error("character mapping must be in range(256)")),
            None => {
                let name = vm.type_name(v);
                Err(vm.type_error(format!(
                    "character mapping must return integer, bytes or None, not {name}"
                )))
            }
        }
    }
}

fn encode(vm: &mut Vm, args: &[Value]) -> PyResult {
    let s = text_arg(vm, args[0], "charmap_encode")?;
    let errors = errors_arg(vm, args[1])?;
    let mapping = args[2];
    let handler = Handler::new(vm, args[0], errors);
    let out = if mapping.is_absent() {
        let mut handler = handler;
        ascii::encode_latin1(s.bytes(), &mut handler)?
    } else if let Some((_, map)) = native::<MapData>(&mapping) {
        text_charmap::encode(s.bytes(), &mut Table::encoding(map.0.clone(), handler))?
    } else {
        text_charmap::encode(s.bytes(), &mut Mapping { handler, mapping })?
    };
    encoded(vm, &out, s.len())
}

fn decode(vm: &mut Vm, args: &[Value]) -> PyResult {
    let data = data_arg(vm, args[0], false)?;
    let errors = errors_arg(vm, args[1])?;
    let mapping = args[2];
    let out = if mapping.is_absent() {
        Decoded {
            text: ascii::decode_latin1(&data),
            consumed: data.len(),
        }
    } else if let Some(table) = mapping
        .cast::<PyStr>()
        .filter(|t| wtf8::count(t.bytes()) > 0)
    {
        text_charmap::decode(
            &data,
            &mut Table::new(table.bytes(), Handler::new(vm, args[0], errors)),
        )?
    } else {
        text_charmap::decode(
            &data,
            &mut Mapping {
                handler: Handler::new(vm, args[0], errors),
                mapping,
            },
        )?
    };
    decoded(vm, &out)
}
