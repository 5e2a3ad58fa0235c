"""Ogg files whose pages are damaged, missing, in disorder or lie about positions: for OggPages, and for libsndfile."""
import struct

from hostile_files import FEATURES, Hostile

SERIAL = 0x4C4842
# 20 ms of silence.
SILENCE = b"\xf8\xff\xfe"
FIRST, LAST = 2, 4


def checksum(page):
    """The CRC-32 of Ogg: the highest bit first, nothing inverted."""
    register = 0
    for byte in page:
        register ^= byte << 24
        for _ in range(8):
            register = (register << 1 ^ (0x04C11DB7 if register >> 31 else 0)) & 0xFFFFFFFF
    return register


def page(packets, number, position, flags=0, serial=SERIAL, version=0, spoil=0):
    """A page of whole packets; `spoil` is added to its checksum."""
    lengths = b"".join(b"\xff" * (len(packet) // 255) + bytes([len(packet) % 255]) for packet in packets)
    start = b"OggS" + bytes([version, flags]) + struct.pack("<q2I", position, serial, number)
    rest = bytes([len(lengths)]) + lengths + b"".join(packets)
    return start + struct.pack("<I", (checksum(start + bytes(4) + rest) + spoil) & 0xFFFFFFFF) + rest


def head(channels=1, version=1, preskip=312, rate=16000, mapping=0):
    return b"OpusHead" + struct.pack("<2BHIhB", version, channels, preskip, rate, 0, mapping)


TAGS = b"OpusTags" + struct.pack("<I", 3) + b"lhb" + struct.pack("<I", 0)


def pages(**header):
    """Two pages of headers, and two of five packets each, of 960 samples a packet."""
    return [
        page([head(**header)], 0, 0, FIRST), page([TAGS], 1, 0), page([SILENCE] * 5, 2, 4800),
        page([SILENCE] * 5, 3, 9600, LAST)]


def opus(**header):
    """A sound file."""
    return b"".join(pages(**header))


def damaged():
    first, tags, one, two = pages()
    yield "hole.ogg", "a page is missing, and memory is taken for samples", first + tags + page(
        [SILENCE] * 5, 3, 9600, LAST), ["number 3"]
    yield "hole-at-end.ogg", "a page is missing before one whose position underflows", first + tags + page(
        [SILENCE] * 5, 4, 2232, LAST), ["number 4"]
    yield "hole-of-packets.ogg", "a page is missing before one in which no packet ends", first + tags + page(
        [], 4, 2232) + two, ["number 4"]
    yield "twice.ogg", "a page comes twice", first + tags + one + one + two, ["number 2"]
    yield "order.ogg", "pages in disorder", first + tags + two + one, ["number 3"]
    far = 1 << 33
    yield "back-2-31.ogg", "the last position is 2^31 and some before the one before it: gigabytes of memory as samples", (
        first + tags + page([SILENCE] * 5, 2, far)
        + page([SILENCE] * 5, 3, far - (1 << 31) - 99999, LAST)), ["ends at sample"]
    yield "back.ogg", "positions go back", first + tags + page([SILENCE] * 5, 2, 9600) + page(
        [SILENCE] * 5, 3, 4800, LAST), ["ends at sample"]
    yield "position-negative.ogg", "a negative position", first + tags + one + page(
        [SILENCE] * 5, 3, -4800, LAST), ["ends at sample"]
    yield "position-none.ogg", "packets without a position", first + tags + one + page(
        [SILENCE] * 5, 3, -1, LAST), ["ends at sample"]
    yield "position-2-62.ogg", "a position of 2^62", first + tags + one + page(
        [SILENCE] * 5, 3, 1 << 62, LAST), ["ends at sample"]
    yield "checksum.ogg", "a page with a wrong checksum", first + tags + page(
        [SILENCE] * 5, 2, 4800, spoil=1) + two, ["checksum"]
    yield "version.ogg", "a page of version 1", first + tags + page([SILENCE] * 5, 2, 4800, version=1) + two, ["version"]
    yield "between.ogg", "bytes between pages", first + tags + one + b"hello" + two, ["no page"]
    yield "behind.ogg", "bytes behind the last page", first + tags + one + two + b"TAG" + bytes(125), ["no page"]
    yield "cut.ogg", "the last page is cut off", (first + tags + one + two)[:-1], ["ends before"]
    yield "cut-header.ogg", "the last page's header is cut off", first + tags + one + two[:20], ["ends before"]
    yield "serial.ogg", "a page of a stream that did not begin", first + tags + page(
        [SILENCE] * 5, 2, 4800, serial=1) + two, ["did not begin"]
    yield "begin-twice.ogg", "a stream begins again before its end", first + tags + first + one + two, ["begun before"]
    yield "chain.ogg", "two files joined, of which the second would be lost", opus() + opus(), ["another Ogg file"]
    yield "begin-none.ogg", "a stream without its first page", tags + one + two, ["did not begin"]
    yield "streams.ogg", "17 streams at once", first + b"".join(
        page([head()], 0, 0, FIRST, serial=index) for index in range(17)) + tags + one + two, ["16 others"]


def headers():
    yield "opus-channels-0.ogg", "Opus of no channels", opus(channels=0), []
    yield "opus-version.ogg", "Opus of version 255", opus(version=255), []
    yield "opus-mapping.ogg", "Opus with a channel mapping that is not there", opus(channels=255, mapping=1), []
    yield "opus-preskip.ogg", "Opus of which nothing is left when its beginning is skipped", opus(preskip=65535), []
    first, tags, one, two = pages()
    yield "opus-tags.ogg", "Opus with a comment of 4 GB", first + page(
        [b"OpusTags" + struct.pack("<I", 0xFFFFFFF0) + bytes(16)], 1, 0) + one + two, []
    yield "opus-tags-many.ogg", "Opus with 4 billion comments", first + page(
        [TAGS[:-4] + b"\xff" * 4], 1, 0) + one + two, []
    yield "opus-no-tags.ogg", "Opus without comments", first + page([SILENCE], 1, 960) + page(
        [SILENCE], 2, 1920, LAST), []
    yield "opus-packets.ogg", "Opus packets that are noise", first + tags + page(
        [bytes([index * 29 % 256]) * 200 for index in range(20)], 2, 4800) + two, []
    yield "opus-noise.ogg", "Opus packets that are noise, in the middle of a sound", first + tags + one + page(
        [SILENCE, bytes([3]) * 200, SILENCE], 3, 9600) + page([SILENCE] * 5, 4, 14400, LAST), ["damaged"]
    yield "opus-empty.ogg", "Opus packets without a byte", first + tags + page([b""] * 200, 2, 4800) + two, []
    yield "codec.ogg", "a codec that does not exist", page([b"\x01nonsense" + bytes(30)], 0, 0, FIRST | LAST), []
    yield "vorbis.ogg", "Vorbis without its tables", page(
        [b"\x01vorbis" + struct.pack("<IBI3iBB", 0, 1, 16000, 0, 0, 0, 0xB8, 1)], 0, 0, FIRST) + page(
        [b"\x03vorbis" + bytes(9)], 1, 0) + page([b"\x05vorbis" + bytes(40)], 2, 0, LAST), []
    yield "no-packets.ogg", "198 pages without packets", first + tags + b"".join(
        page([], index, -1) for index in range(2, 200)), []


def fixtures():
    for group in [damaged, headers]:
        for name, attack, content, words in group():
            yield Hostile(f"audio/{name}", FEATURES, attack, content, tuple(words))
