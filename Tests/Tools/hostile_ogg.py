"""Ogg files whose pages are damaged, missing, in disorder or lie about positions.

Some of these every decoder reads, and so do ours: `odd` has them. What libsndfile made of them was memory that was never
written, up to gigabytes of it.
"""
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


def opus_family(streams, coupled, mapping):
    """Opus of as many channels as the mapping has, in several streams."""
    _, tags, one, two = pages()
    packet = head(channels=len(mapping), mapping=255) + bytes([streams, coupled]) + mapping
    return page([packet], 0, 0, FIRST) + tags + one + two


def odd():
    """Files that are read: nothing in them is lost."""
    first, tags, one, two = pages()
    yield "hole-at-start.ogg", first + tags + page([SILENCE] * 5, 3, 9600, LAST)
    yield "hole-and-underflow.ogg", first + tags + page([SILENCE] * 5, 4, 2232, LAST)
    far = 1 << 33
    yield "back-2-31.ogg", first + tags + page([SILENCE] * 5, 2, far) + page(
        [SILENCE] * 5, 3, far - (1 << 31) - 99999, LAST)
    yield "back.ogg", first + tags + page([SILENCE] * 5, 2, 9600) + page([SILENCE] * 5, 3, 4800, LAST)
    yield "position-negative.ogg", first + tags + one + page([SILENCE] * 5, 3, -4800, LAST)
    yield "position-none.ogg", first + tags + one + page([SILENCE] * 5, 3, -1, LAST)
    yield "position-2-62.ogg", first + tags + one + page([SILENCE] * 5, 3, 1 << 62, LAST)
    yield "between.ogg", first + tags + one + b"hello" + two
    yield "behind.ogg", first + tags + one + two + b"TAG" + bytes(125)
    yield "chain.ogg", opus() + opus()
    yield "tags-4gb.ogg", first + page([b"OpusTags" + struct.pack("<I", 0xFFFFFFF0) + bytes(16)], 1, 0) + one + two
    yield "tags-many.ogg", first + page([TAGS[:-4] + b"\xff" * 4], 1, 0) + one + two
    yield "gaps.ogg", first + tags + b"".join(
        page([SILENCE], 2 + index, index % 2 << 60, LAST if index == 39 else 0) for index in range(40))
    yield "noise.ogg", first + tags + one + page([SILENCE, bytes([3]) * 200, SILENCE], 3, 9600) + page(
        [SILENCE] * 5, 4, 14400, LAST)


def damaged():
    first, tags, one, two = pages()
    yield "hole.ogg", "a page is missing amid the sound", first + tags + one + page([SILENCE] * 5, 4, 14400, LAST), [
        "number 4"]
    yield "hole-at-end.ogg", "a page is missing before one whose position underflows", first + tags + one + page(
        [SILENCE] * 5, 4, 2232, LAST), ["number 4"]
    yield "hole-of-packets.ogg", "a page is missing before one in which no packet ends", first + tags + page(
        [], 4, 2232) + two, ["number 3"]
    yield "twice.ogg", "a page comes twice", first + tags + one + one + two, ["number 2"]
    yield "order.ogg", "pages in disorder", first + tags + two + one, ["number 2"]
    yield "checksum.ogg", "a page with a wrong checksum", first + tags + page(
        [SILENCE] * 5, 2, 4800, spoil=1) + two, ["checksum"]
    yield "checksum-at-end.ogg", "a last page with a wrong checksum", first + tags + one + page(
        [SILENCE] * 5, 3, 9600, LAST, spoil=1), ["checksum"]
    yield "version.ogg", "a page of version 1", first + tags + page([SILENCE] * 5, 2, 4800, version=1) + two, ["version"]
    yield "cut.ogg", "the last page is cut off", (first + tags + one + two)[:-1], ["ends before"]
    yield "cut-header.ogg", "the last page's header is cut off", first + tags + one + two[:20], ["ends before"]
    yield "serial.ogg", "a page of a stream that did not begin", first + tags + page(
        [SILENCE] * 5, 2, 4800, serial=1) + two, ["did not begin"]
    yield "begin-twice.ogg", "a stream begins again before its end", first + tags + first + one + two, ["comments"]
    yield "chain-of-another.ogg", "a second file of a codec that is not decoded behind the first", opus() + page(
        [b"Speex   " + bytes(72)], 0, 0, FIRST), ["Speex"]
    yield "chain-without-header.ogg", "a second file that is nothing but a header", opus() + first, ["comments"]
    yield "begin-none.ogg", "a stream without its first page", tags + one + two, ["did not begin"]
    yield "streams.ogg", "17 streams at once", first + b"".join(
        page([head()], 0, 0, FIRST, serial=index) for index in range(17)) + tags + one + two, ["16 others"]


def headers():
    yield "opus-channels-0.ogg", "Opus of no channels", opus(channels=0), []
    yield "opus-version.ogg", "Opus of version 255", opus(version=255), []
    yield "opus-mapping.ogg", "Opus with a channel mapping that is not there", opus(channels=255, mapping=1), []
    yield "opus-preskip.ogg", "Opus of which nothing is left when its beginning is skipped", opus(preskip=65535), []
    first, tags, one, two = pages()
    yield "opus-no-tags.ogg", "Opus without comments", first + page([SILENCE], 1, 960) + page(
        [SILENCE], 2, 1920, LAST), []
    yield "opus-packets.ogg", "Opus packets that are noise", first + tags + page(
        [bytes([index * 29 % 256]) * 200 for index in range(20)], 2, 4800) + two, []
    yield "opus-mapping-none.ogg", "Opus whose channels lie in streams that are not there", opus_family(1, 0, b"\x07"), [
        "not there"]
    yield "opus-65.ogg", "Opus of 65 channels", opus_family(65, 0, bytes(range(65))), ["65 channels"]
    yield "opus-streams.ogg", "Opus of 255 streams of two channels", opus_family(255, 255, b"\0"), []
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
