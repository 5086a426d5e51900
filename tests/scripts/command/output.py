# Output: buffering, encodings, flush, large writes.
import sys
for i in range(2000):
    print(i, end=' ' if i % 50 else '\n')
print(flush=True)
sys.stdout.buffer.write('bytes: ü\n'.encode())
sys.stdout.flush()
print('äöü 漢字 😀')
print('x' * 5000)
sys.stdout.writelines(['a\n', 'b\n'])
print('end', flush=True)
sys.stdout.reconfigure(line_buffering=True)
print(sys.stdout.line_buffering, sys.stdout.errors, sys.stdout.newlines)
