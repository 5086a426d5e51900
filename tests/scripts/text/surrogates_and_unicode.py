# Lone surrogates, wide characters, encoding errors.
s = '\ud800'
print(repr(s), len(s), ord(s), s == '\ud800', [s], ascii(s), s.isprintable(), repr('a\udfffb'), len('\ud83d\ude00'), '\ud83d' + '\ude00' == '😀')
for codec in ('utf-8', 'ascii', 'latin-1', 'utf-16', 'utf-32'):
    try:
        s.encode(codec)
    except UnicodeEncodeError as e:
        print(codec, e.encoding, e.start, e.end, e.reason, e.object == s)
print(s.encode('utf-8', 'surrogatepass'), b'\xed\xa0\x80'.decode('utf-8', 'surrogatepass') == s)
print(b'\xff\x80a'.decode('utf-8', 'surrogateescape') == '\udcff\udc80a', '\udcff\udc80a'.encode('utf-8', 'surrogateescape'))
print(s.encode('utf-8', 'ignore'), s.encode('utf-8', 'replace'), s.encode('ascii', 'backslashreplace'), 'é😀'.encode('ascii', 'xmlcharrefreplace'), 'é'.encode('ascii', 'namereplace'))
text = 'x\ud801y\ude00z'
print(text[1] == '\ud801', text[::-1] == 'z\ude00y\ud801x', text.index('\ude00'), text.split('\ud801') == ['x', 'y\ude00z'], text.upper() == 'X\ud801Y\ude00Z')
print({s: 1}['\ud800'], s in text, '\ud801' in text, text.replace('\ud801', '') == 'xy\ude00z', sorted(['\ue000', '\ud800', '\U00010000', 'a']) == ['a', '\ud800', '\ue000', '\U00010000'])
try:
    print(text)
except UnicodeEncodeError as e:
    print('print failed:', e.reason)
for data in (b'\xff', b'\xc3', b'a\xc3b', b'\xe2\x82', b'\xf0\x9f\x98', b'\xed\xa0\x80', b'\xc0\x80', b'\xf5\x80\x80\x80', b'ok\x80'):
    try:
        data.decode()
    except UnicodeDecodeError as e:
        print(e)
    print(ascii(data.decode('utf-8', 'replace')), ascii(data.decode('utf-8', 'backslashreplace')), ascii(data.decode('utf-8', 'ignore')))
for codec in ('ascii', 'latin-1', 'utf-16-le', 'utf-16-be', 'utf-32-le', 'cp1252', 'utf-8-sig', 'utf-7', 'cp437'):
    try:
        data = 'aé€'.encode(codec)
        print(codec, data, data.decode(codec) == 'aé€')
    except UnicodeEncodeError as e:
        print(codec, e)
print('abc'.encode('utf-16'), b'\xfe\xff\x00a'.decode('utf-16'), b'\xff\xfea\x00'.decode('utf-16'))
print('\N{LATIN SMALL LETTER E WITH ACUTE}', '\u0061\u0301' == '\xe1', len('👨‍👩‍👧'), '日本語'[1:], '日本語'.center(9, '*'), 'naïve'.upper(), 'ŉ'.upper())
print('unicode_escape:', 'é\n'.encode('unicode_escape'), b'\\u00e9\\n\\x41'.decode('unicode_escape'), 'aé'.encode('raw_unicode_escape'))
print('rot13:', __import__('codecs').encode('Hello', 'rot13'), 'xn--bcher-kva'.encode().decode('idna') if False else 'bücher')
e = UnicodeDecodeError('utf-8', b'abc', 1, 2, 'because')
print(e, e.args, e.object, e.start, e.end, e.reason, e.encoding)
e = UnicodeEncodeError('ascii', 'aéb', 1, 2, 'why')
print(e)
e = UnicodeTranslateError('aéb', 1, 3, 'why')
print(e)
import unicodedata
print(unicodedata.name('é'), unicodedata.category('A'), unicodedata.normalize('NFD', 'é') == 'e\u0301', unicodedata.lookup('SNOWMAN'), unicodedata.numeric('½'), unicodedata.bidirectional('א'), unicodedata.east_asian_width('日'), unicodedata.combining('\u0301'), unicodedata.decimal('٣'))
été = 1
ℌ = 2
print(été, H, 'ℌ' in globals())
