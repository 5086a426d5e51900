from .. import constant
from .sibling_module import text as sibling
from ..sub import sibling_module


def up():
    return constant, sibling_module.text
