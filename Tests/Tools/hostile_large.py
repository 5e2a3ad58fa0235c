"""Hostile files of megabytes, too large to keep: check_hostile.py makes them anew each time.

    hostile_large.py FOLDER

writes them and a list.tsv, as in Fixtures/hostile.
"""
import pathlib
import struct
import sys

from hostile_files import EXTRACT, INSPECT, Hostile
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


def fixtures():
    for group in [archives, pickles]:
        for label, program, attack, content, words in group():
            yield Hostile(f"large/{label}.pt", program, attack, content, tuple(words))


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
