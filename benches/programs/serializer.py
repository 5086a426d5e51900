"""A binary serializer: dispatch on types, a memo for shared and cyclic objects, classes by name, varints and struct.

usage: serializer.py [rounds]
"""
# perf: 2000
import sys
from io import BytesIO
from struct import Struct

DOUBLE = Struct('<d')


class FormatError(Exception):
    pass


def write_varint(write, number):
    while number > 0x7F:
        write(bytes((number & 0x7F | 0x80,)))
        number >>= 7
    write(bytes((number,)))


class Writer:
    def __init__(self, stream):
        self.write = stream.write
        self.memo = {}

    def save(self, value):
        method = self.dispatch.get(type(value))
        if method is not None:
            method(self, value)
            return
        if self.saved_before(value):
            return
        self.write(b'O')
        self.save(type(value).__name__)
        self.remember(value)
        self.save(vars(value))

    def saved_before(self, value):
        position = self.memo.get(self.key(value))
        if position is None:
            return False
        self.write(b'@')
        write_varint(self.write, position[0])
        return True

    def remember(self, value):
        self.memo[self.key(value)] = len(self.memo), value

    @staticmethod
    def key(value):
        return value if type(value) is str else id(value)

    def save_none(self, value):
        self.write(b'N')

    def save_bool(self, value):
        self.write(b'T' if value else b'F')

    def save_int(self, value):
        if 0 <= value < 64:
            self.write(bytes((0x80 | value,)))
        else:
            self.write(b'I')
            write_varint(self.write, value * 2 if value >= 0 else -value * 2 - 1)

    def save_float(self, value):
        self.write(b'D' + DOUBLE.pack(value))

    def save_str(self, value):
        if self.saved_before(value):
            return
        data = value.encode('utf-8')
        self.write(b'S')
        write_varint(self.write, len(data))
        self.write(data)
        self.remember(value)

    def save_bytes(self, value):
        self.write(b'B')
        write_varint(self.write, len(value))
        self.write(value)

    def save_list(self, value):
        if self.saved_before(value):
            return
        self.write(b'L')
        self.remember(value)
        write_varint(self.write, len(value))
        for item in value:
            self.save(item)

    def save_tuple(self, value):
        self.write(b'U')
        write_varint(self.write, len(value))
        for item in value:
            self.save(item)

    def save_dict(self, value):
        if self.saved_before(value):
            return
        self.write(b'M')
        self.remember(value)
        write_varint(self.write, len(value))
        for key, item in value.items():
            self.save(key)
            self.save(item)

    dispatch = {
        type(None): save_none,
        bool: save_bool,
        int: save_int,
        float: save_float,
        str: save_str,
        bytes: save_bytes,
        list: save_list,
        tuple: save_tuple,
        dict: save_dict,
    }


class Reader:
    def __init__(self, stream, classes):
        self.read = stream.read
        self.memo = []
        self.classes = {cls.__name__: cls for cls in classes}

    def varint(self):
        number = shift = 0
        while True:
            byte = self.read(1)[0]
            number |= (byte & 0x7F) << shift
            if byte < 0x80:
                return number
            shift += 7

    def keep(self, value):
        self.memo.append(value)
        return value

    def load(self):
        code = self.read(1)
        if not code:
            raise FormatError('the data end too early')
        if code[0] & 0x80:
            return code[0] & 0x3F
        try:
            return getattr(self, 'load_' + code.decode())()
        except (AttributeError, UnicodeDecodeError):
            raise FormatError(f'no type has the code {code!r}') from None

    def load_N(self):
        return None

    def load_T(self):
        return True

    def load_F(self):
        return False

    def load_I(self):
        number = self.varint()
        return -(number + 1 >> 1) if number & 1 else number >> 1

    def load_D(self):
        return DOUBLE.unpack(self.read(8))[0]

    def load_S(self):
        return self.keep(str(self.read(self.varint()), 'utf-8'))

    def load_B(self):
        return self.read(self.varint())

    def load_L(self):
        items = self.keep([])
        for _ in range(self.varint()):
            items.append(self.load())
        return items

    def load_U(self):
        return tuple([self.load() for _ in range(self.varint())])

    def load_M(self):
        items = self.keep({})
        for _ in range(self.varint()):
            key = self.load()
            items[key] = self.load()
        return items

    def load_O(self):
        cls = self.classes[self.load()]
        instance = self.keep(cls.__new__(cls))
        instance.__dict__.update(self.load())
        return instance

    def __getattr__(self, name):
        if name == 'load_@':
            return lambda: self.memo[self.varint()]
        raise AttributeError(name)


class Employee:
    def __init__(self, name, salary, boss=None):
        self.name, self.salary, self.boss = name, salary, boss
        self.reports, self.marks = [], {}
        if boss:
            boss.reports.append(self)


def company():
    boss = Employee('Ådne', 1e6 / 3)
    for i in range(6):
        manager = Employee(f'manager {i}', 5000.25 + i, boss)
        manager.marks = {'level': i, 'key': bytes(range(i)), ('a', i): -i * 10**12, 'flags': [True, False, None] * 2}
        for j in range(8):
            Employee(f'worker {i}{j}', 3000 + j * 100, manager).marks['shared'] = manager.marks
    return boss


def main():
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 200
    for _ in range(rounds):
        stream = BytesIO()
        Writer(stream).save(company())
        stream.seek(0)
        boss = Reader(stream, [Employee]).load()
    data = stream.getvalue()
    print(len(data), sum(data) % 65521, data[:24])
    worker = boss.reports[3].reports[5]
    print(boss.name, f'{boss.salary:.6f}', len(boss.reports), worker.name, worker.boss.boss is boss)
    print(worker.marks is boss.reports[3].marks, list(worker.marks.items()))
    for damaged in (b'L\x03\x80', b'Q', b'\x7f'):
        try:
            Reader(BytesIO(damaged), []).load()
        except FormatError as error:
            print(error)


if __name__ == '__main__':
    main()
