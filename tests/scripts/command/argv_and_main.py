# args: one --two "three -x
# sys.argv, __name__, __file__, sys attributes.
import os
import sys
print(sys.argv[1:], os.path.basename(sys.argv[0]), __name__, os.path.basename(__file__))
print(sys.path[0] == os.path.dirname(os.path.abspath(__file__)), sys.modules['__main__'].__file__ == __file__, __spec__, __builtins__ is not None, __package__)
print(sys.byteorder, sys.maxunicode, sys.platform, sys.flags.optimize, sys.dont_write_bytecode, sys.getdefaultencoding(), sys.getfilesystemencoding(), sys.stdin.isatty(), sys.stdout.encoding, sys.flags.interactive)
print(sys.version_info[:1], sys.version_info >= (3, 11), sys.hexversion >> 24, sys.float_info.max, sys.float_info.dig, sys.hash_info.modulus, 'builtins' in sys.builtin_module_names, sys.executable != '', 'json' in sys.stdlib_module_names)
if __name__ == '__main__':
    print('main')
print(globals()['__name__'], sys.getsizeof([]) > 0, sys.intern('x'), sys.displayhook is not None)
sys.stdout.write('written\n')
print(sys.stderr.fileno(), sys.stdout.fileno(), sys.stdin.read())
