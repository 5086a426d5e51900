//! placeholder
use skein_runtime::prelude::*;
pub fn contents(_v: &Value) -> Option<Vec<u8>> {
    None
}
pub fn write(_v: &Value, _at: usize, _data: &[u8]) -> bool {
    false
}
