# Streams of zlib: copies, dictionaries, telling gzip from zlib.
import copy
import zlib

text = b'a line of text that comes again\n' * 400

c = zlib.compressobj(9)
head = c.compress(text[:5000])
twin = c.copy()
other = copy.copy(c)
whole = head + c.compress(text[5000:]) + c.flush()
print(whole == head + twin.compress(text[5000:]) + twin.flush())
print(zlib.decompress(head + other.compress(b'x') + other.flush()) == text[:5000] + b'x')
try:
    c.copy()
except ValueError as e:
    print(e)

c = zlib.compressobj()
part = c.compress(text) + c.flush(zlib.Z_SYNC_FLUSH)
twin = c.copy()
print(zlib.decompress(part + twin.compress(b'end') + twin.flush()) == text + b'end')

d = zlib.decompressobj()
begun = d.decompress(whole[:20])
twin = d.copy()
print(begun + d.decompress(whole[20:] + b'rest') == text, d.eof, d.unused_data)
print(begun + twin.decompress(whole[20:]) == text, twin.eof, twin.unused_data)
print(d.copy().eof, d.copy().unused_data)

c = zlib.compressobj(zdict=b'again')
coded = c.compress(b'again and again') + c.flush()
d = zlib.decompressobj(zdict=b'again')
print(d.copy().decompress(coded), d.decompress(coded))

gzip = zlib.compressobj(wbits=31)
gzip = gzip.compress(text) + gzip.flush()
print(zlib.decompress(gzip, 47) == text, zlib.decompress(whole, 47) == text)
d = zlib.decompressobj(47)
print(d.decompress(b''), d.decompress(gzip[:1]), d.decompress(gzip[1:]) == text)
