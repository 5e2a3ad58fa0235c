"""Puts pickles of protocol 2 together, as torch.save would, instruction by instruction: sound ones and hostile ones.

In `value` and what takes values, `bytes` are instructions that make a value, and everything else is pickled.
"""
import struct

PROTOCOL = b"\x80\x02"
STOP = b"."


def value(item):
    """The instructions that make a value."""
    if isinstance(item, bytes):
        return item
    if item is None:
        return b"N"
    if isinstance(item, bool):
        return b"\x88" if item else b"\x89"
    if isinstance(item, int):
        return integer(item)
    if isinstance(item, float):
        return b"G" + struct.pack(">d", item)
    if isinstance(item, str):
        return text(item)
    if isinstance(item, dict):
        return dictionary(item.items())
    content = b"".join(map(value, item))
    return b"](" + content + b"e" if isinstance(item, list) else b"(" + content + b"t"


def integer(number):
    if 0 <= number < 256:
        return b"K" + bytes([number])
    if -(1 << 31) <= number < 1 << 31:
        return b"J" + struct.pack("<i", number)
    size = number.bit_length() // 8 + 1
    return b"\x8a" + bytes([size]) + number.to_bytes(size, "little", signed=True)


def text(string):
    return raw_text(string.encode())


def raw_text(content):
    return b"X" + struct.pack("<I", len(content)) + content


def dictionary(pairs):
    """Keys may occur twice."""
    return b"}(" + b"".join(value(key) + value(content) for key, content in pairs) + b"u"


def name(path):
    """A class or function, by its full name."""
    module, _, attribute = path.rpartition(".")
    return f"c{module}\n{attribute}\n".encode()


def call(path, *arguments):
    """What calling a class or function would make."""
    return name(path) + value(arguments) + b"R"


def put(place):
    return b"r" + struct.pack("<I", place)


def get(place):
    return b"j" + struct.pack("<I", place)


def whole(item):
    """A whole pickle of one value."""
    return PROTOCOL + value(item) + STOP
