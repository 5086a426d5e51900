//! Warnings from native code.

use crate::builtins::exception::PyException;
use crate::error::PyResult;
use crate::prelude::*;

impl Vm {
    /// Issues a warning of builtin category `category_id` through `warnings.warn`. Does nothing while neither `warnings`
    /// nor `_py_warnings` has been imported: then nobody can have asked for warnings.
    ///
    /// # Errors
    /// What a filter turned into an exception.
    #[cold]
    pub fn warn(&mut self, category_id: u32, message: &str, stacklevel: i32) -> PyResult<()> {
        let Some(modules) = self.modules_dict() else {
            return Ok(());
        };
        let mut module = None;
        for name in ["warnings", "_py_warnings"] {
            if module.is_none() {
                module = modules.get_text(self, name).filter(|m| !m.is_none());
            }
        }
        let Some(module) = module else { return Ok(()) };
        let name = self.names.warn;
        // A module that is still being imported may not have `warn` yet.
        let Some(warn) = self.try_get_attr(module, name)? else {
            return Ok(());
        };
        let text = self.new_str(message);
        let category = self.builtin_type(category_id).value();
        let warned = self.call(warn, &[text, category, Value::from_i32(stacklevel)]);
        if warned.is_err()
            && let Some(e) = self.raised.get().cast::<PyException>()
        {
            // A warning that became an error starts where it was issued, not in the library.
            e.traceback.set(e, Value::NULL);
        }
        warned.map(|_| ())
    }
}
