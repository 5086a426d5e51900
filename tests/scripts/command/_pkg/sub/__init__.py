from . import sibling_module
