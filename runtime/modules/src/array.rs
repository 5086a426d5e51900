//! placeholder
use skein_runtime::prelude::*;
pub fn contents(_v: &Value) -> Option<Vec<u8>> {
    None
}
