"""Hostile files of megabytes, too large to keep: check_hostile.py makes them anew each time.

    hostile_large.py FOLDER

writes them and a list.tsv, as in Fixtures/hostile.
"""
import pathlib
import struct
import sys

import hostile_audio
import hostile_ogg
from hostile_files import EXTRACT, FEATURES, INSPECT, Hostile
from pickle_bytes import PROTOCOL, STOP, dictionary, get, integer, put, text, value, whole
from small_supernet import CONFIG, LITTLE, Checkpoint
from zip_bytes import Record, archive

COUNT = 1 << 20


def little(pickle):
    return Checkpoint(LITTLE).zip(pickle)


def archives():
    records = Checkpoint(LITTLE).zip_records()
    yield "records", INSPECT, "65,535 empty records", archive(
        records[:1] + [Record(b"archive/data/%d" % number, b"") for number in range(65534)]), []
    directory = archive([Record(b"a" * 65535, b"", is_written=False) for _ in range(60)])
    yield "names", INSPECT, "60 names of 65,535 bytes, all the same", b"PK\3\4" + directory, []


def pickles():
    for label, attack, instructions in [
        ("lists", "a million empty lists", b"(" + b"]" * COUNT + b"l"),
        ("lists-deep", "a million lists inside each other", b"]" * COUNT + b"a" * (COUNT - 1)),
        ("lists-most", "two million lists inside each other", b"]" * (2 * COUNT - 8) + b"a" * (2 * COUNT - 9)),
        ("tuples-deep", "a million tuples inside each other", b")" + b"\x85" * COUNT),
        ("marks", "a million marks", b"(" * COUNT),
        ("dup", "a million copies of one value", b"]" + b"2" * COUNT),
        ("values", "three million values, more than are read", b"N" * 3 * COUNT),
        ("memo", "400,000 memo numbers", b"N" + b"".join(map(put, range(400000)))),
        ("frozensets", "a million sets that are changed", b"\x8f" + b"(\x90" * COUNT),
        ("persistent", "a million persistent ids", b"N" + b"Q" * COUNT),
        ("build", "a million states", b")" + b"}b" * (COUNT // 2)),
        ("texts", "a million texts of no bytes", b"(" + b"\x8c\0" * COUNT + b"t"),
        ("long", "a number of four megabytes", b"\x8b" + struct.pack("<i", 4 << 20) + b"\x7f" * (4 << 20)),
        ("line", "a decimal number of four megabytes", b"L" + b"9" * (4 << 20) + b"\n"),
    ]:
        yield f"pickle-{label}", INSPECT, attack, little(PROTOCOL + instructions + STOP), []
    entries = [(str(number), number) for number in range(200000)]
    yield "keys", INSPECT, "200,000 names that no tensor has", little(whole({"model": dictionary(entries)})), []
    tensor = Checkpoint(LITTLE).tensors["weight"]
    shared = [("weight", tensor + put(9))] + [(str(number), get(9)) for number in range(100000)]
    shared.append(("last", Checkpoint(LITTLE).tensor((2, 3), offset=6)))
    yield "tensors", INSPECT, "100,000 names of one tensor", little(
        whole({"model": dictionary(shared)})), ["values"]
    laughs = text("ha") + put(0) + b"".join(
        b"](" + get(level) * 1000 + b"e" + put(level + 1) for level in range(20))
    yield "laughs", EXTRACT, "lists of a thousand lists ..., in cfg", little(
        whole({"cfg": {"model": b"](" + laughs + b"e"}, "model": {"weight": tensor}})), ["configuration"]
    wide = [(f"key{number}", integer(number)) for number in range(100000)]
    yield "config-wide", EXTRACT, "a cfg.model of 100,000 fields, one of them wrong", little(whole(
        {"cfg": {"model": dictionary(list(CONFIG["model"].items()) + wide + [("conv_pos", value(-1))])},
         "model": {"weight": tensor}})), []
    yield "config-text", EXTRACT, "a width of four megabytes of text", little(whole(
        {"cfg": {"model": CONFIG["model"] | {"conv_pos": "1" * (4 << 20)}}, "model": {"weight": tensor}})), ["text"]


def division(content, polynomial, bits):
    """The checksum of FLAC: the rest of a division, the highest bit first."""
    rest = 0
    for byte in content:
        rest ^= byte << bits - 8
        for _ in range(8):
            rest = (rest << 1 ^ (polynomial if rest >> bits - 1 else 0)) & ((1 << bits) - 1)
    return rest


def silent_flac(rate):
    """A FLAC file of 55 bytes that stands for 4,608 samples of silence."""
    header = b"\xff\xf8\x70\x08\0\x11\xff"
    frame = header + bytes([division(header, 0x07, 8)]) + bytes(3)
    return hostile_audio.flac(4608, rate=rate, block=4608, frames=frame + struct.pack(">H", division(frame, 0x8005, 16)))


def sounds():
    """Parts that cost more than they have bytes; each ends in something else, so that it is refused."""
    yield "rates.flac", FEATURES, "2,000 files of other rates, joined", (
        silent_flac(44100) + silent_flac(48000)) * 1000 + silent_flac(16000)[:-5], []
    link = hostile_ogg.opus_family(64, 0, bytes(range(64)))
    head = link[:link.index(b"OggS", link.index(b"OpusTags"))]
    yield "links.ogg", FEATURES, "4,000 links of 64 channels without a sound", head * 4000, []
    quiet = hostile_ogg.opus_family(1, 0, bytes([0] + [255] * 63))
    quiet = quiet[:quiet.index(b"OggS", quiet.index(b"OpusTags"))]
    packets = [hostile_ogg.page([b"\xfb\x06"] * 250, 2 + index, 5760 * 250 * (index + 1)) for index in range(1)]
    yield "channels.ogg", FEATURES, "30 s of silence in 64 channels, in a kilobyte", (
        quiet + b"".join(packets) + b"OggS" + bytes(30)), []
    table = struct.pack(">4sQ", b"pakt", 1 << 24) + bytes(1 << 24)
    yield "tables.caf", FEATURES, "two tables of 16 MB", hostile_audio.caf()[:52] + table * 2, ["two chunks"]
    yield "packet.ogg", FEATURES, "a packet of 20 MB", head + endless_packet(20 << 20), ["more than"]
    chain = b"".join(b"\xff\xfb\x14\xc4" + bytes(100) for _ in range(5)) + b"\xff\xfb\x14"
    yield "chains.mp3", FEATURES, "4 MB of frames that follow each other five times", bytes(64) + chain * 8000, []
    yield "chunks.wav", FEATURES, "a million chunks", hostile_audio.wav(b"", extra=b"junk\0\0\0\0" * (1 << 20)), ["chunks"]
    yield "tags.mp3", FEATURES, "a million tags", b"ID3\4\0\0\0\0\0\0" * (1 << 20), ["tags"]


def endless_packet(size):
    """Pages of one packet that does not end, without checksums of their own being wrong."""
    content = bytes(255 * 255)
    pages = []
    for number in range(size // len(content)):
        start = b"OggS\0\0" + struct.pack("<q2I", -1, hostile_ogg.SERIAL, number + 2)
        rest = b"\xff" + b"\xff" * 255 + content
        pages.append(start + struct.pack("<I", checksum(start + bytes(4) + rest)) + rest)
    return b"".join(pages)


def checksum(page):
    """That of Ogg, by a table: pages are large."""
    register = 0
    for byte in page:
        register = register << 8 & 0xFFFFFFFF ^ TABLE[register >> 24 ^ byte]
    return register


TABLE = [division(bytes([byte]), 0x04C11DB7, 32) for byte in range(256)]


def fixtures():
    for group in [archives, pickles]:
        for label, program, attack, content, words in group():
            yield Hostile(f"large/{label}.pt", program, attack, content, tuple(words))
    for name, program, attack, content, words in sounds():
        yield Hostile(f"large/{name}", program, attack, content, tuple(words))


def main():
    folder = pathlib.Path(sys.argv[1])
    (folder / "large").mkdir()
    rows = ""
    for fixture in fixtures():
        (folder / fixture.path).write_bytes(fixture.content)
        rows += fixture.row() + "\n"
    (folder / "list.tsv").write_text(rows)


if __name__ == "__main__":
    main()
