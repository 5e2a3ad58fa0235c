"""Zip archives that lie: two readers of one of them could see two different checkpoints, or one could read beyond."""
import struct
import zlib

from hostile_files import INSPECT, Hostile
from pickle_bytes import call, whole
from small_supernet import LITTLE, Checkpoint
from zip_bytes import FLAGS, Record, archive, local_header

MALICE = whole({"model": call("os.system", "id")})


def sound():
    return Checkpoint(LITTLE).zip_records()


def changed(index=0, **headers):
    """The sound archive with fields of one record's headers replaced; 0 is data.pkl, 1 the storage."""
    records = sound()
    for header, fields in headers.items():
        setattr(records[index], header, fields)
    return archive(records)


def without_descriptor(**headers):
    return changed(both={"flags": 0x0800}, **headers)


def headers():
    """The local header, the directory and the descriptor contradict each other."""
    pickle = Checkpoint(LITTLE).pickle()
    crc = zlib.crc32(pickle)
    yield "local-name", "another name in the local header", changed(1, local={"name": b"archive/data/1"}), ["data/0"]
    yield ("local-name-longer", "a local name that swallows the pickle's first bytes",
           changed(local={"name": b"archive/data.pkl" + pickle[:8], "extra": b""}), ["data.pkl"])
    yield ("local-size", "a smaller size in the local header",
           without_descriptor(local={"stored": 8, "size": 8}), ["data.pkl"])
    yield ("local-size-hidden", "sizes 0 in a local header without a descriptor",
           without_descriptor(local={"stored": 0, "size": 0}), ["data.pkl"])
    yield ("local-size-zip64", "sizes in the local header that only a missing zip64 field could tell",
           without_descriptor(local={"stored": 0xFFFFFFFF, "size": 0xFFFFFFFF}), ["data.pkl"])
    yield ("local-crc", "another CRC-32 in the local header",
           without_descriptor(local={"crc": crc ^ 1}), ["data.pkl"])
    yield "local-method", "deflate in the local header, stored in the directory", changed(
        local={"method": 8}), ["data.pkl"]
    yield "local-encrypted", "encrypted in the local header only", changed(local={"flags": FLAGS | 1}), ["data.pkl"]
    yield "local-flags", "no descriptor by the local header, one by the directory", changed(local={"flags": 0x0800}), []
    yield "directory-crc", "a CRC-32 that is not the pickle's", changed(both={"crc": crc ^ 1}), ["data.pkl"]
    yield "directory-size", "two sizes of a stored record", changed(central={"size": len(pickle) + 1}), ["data.pkl"]
    yield ("directory-longer", "a record that reaches over the next one",
           changed(central={"stored": len(pickle) + 64, "size": len(pickle) + 64}), ["data.pkl"])
    yield "size-4gb", "a record of 4 GB", changed(1, both={"stored": 0xFFFFFFFE, "size": 0xFFFFFFFE}), ["data/0"]
    yield ("size-zip64", "a record of 2^63 bytes by its zip64 field",
           changed(1, central={"stored": 0xFFFFFFFF, "size": 0xFFFFFFFF,
                               "extra": struct.pack("<2H2Q", 1, 16, 1 << 63, 1 << 63)}), [])
    yield "offset-beyond", "a record behind the end of the file", changed(1, central={"offset": 0xFFFFFFF0}), ["data/0"]
    yield "descriptor-size", "another size in the descriptor", changed(descriptor={"size": 1}), ["data.pkl"]
    yield "descriptor-crc", "another CRC-32 in the descriptor", changed(descriptor={"crc": crc ^ 1}), ["data.pkl"]
    yield "descriptor-missing", "a descriptor that is announced and not there", changed(descriptor=None), ["data.pkl"]
    yield "encrypted", "an encrypted record", changed(both={"flags": FLAGS | 1}), ["encrypted", "data.pkl"]
    yield "strong-encryption", "strong encryption", changed(both={"flags": FLAGS | 0x40}), []
    yield "patched", "compressed patch data (flag 5)", changed(both={"flags": FLAGS | 0x20}), []
    yield "masked", "a masked local header (flag 13)", changed(both={"flags": FLAGS | 0x2000}), []
    yield "disk", "a record on another disk", changed(central={"disk": 7}), []
    deflated = zlib.compressobj(9, zlib.DEFLATED, -15)
    packed = deflated.compress(pickle) + deflated.flush()
    record = Record(b"archive/data.pkl", packed, both={"method": 8, "crc": crc, "size": len(pickle)})
    yield "deflated", "a compressed pickle", archive([record] + sound()[1:]), ["compressed", "data.pkl"]
    bomb = zlib.compressobj(9, zlib.DEFLATED, -15)
    packed = bomb.compress(bytes(4 << 20)) + bomb.flush()
    record = Record(b"archive/data/0", packed, both={"method": 8, "size": 4 << 20, "crc": zlib.crc32(bytes(4 << 20))})
    yield "deflate-bomb", "a storage of zeros, a thousand times smaller than what it gives", archive(
        sound()[:1] + [record]), ["data/0"]
    yield "local-extra", "an extra field that reaches over the record", archive(
        [Record(b"archive/data.pkl", pickle, local={"extra": b"FB\xff\xff"})] + sound()[1:]), []
    yield "extra-lies", "an extra field longer than all of them", changed(
        central={"extra": struct.pack("<2H", 1, 0xFFFF)}), []
    yield "extra-two-zip64", "two zip64 fields that disagree", changed(
        1, central={"stored": 0xFFFFFFFF, "size": 0xFFFFFFFF,
                    "extra": struct.pack("<2H2Q", 1, 16, 12, 12) + struct.pack("<2H2Q", 1, 16, 8, 8)}), []


def names():
    """Records whose names mislead, or mean something to a program that unpacks."""
    for label, attack, name in [
        ("parent", "a record outside the folder", b"archive/../../etc/cron.d/job"),
        ("parent-data", "a storage outside the folder", b"archive/data/../../../0"),
        ("absolute", "a record with an absolute path", b"/etc/passwd"),
        ("backslash", "a path of Windows", b"archive\\..\\evil.dll"),
        ("drive", "a drive of Windows", b"C:/evil.dll"),
        ("nul", "a NUL that ends the name for readers in C", b"archive/data.pkl\0.txt"),
        ("control", "a line feed and an escape sequence in a name", b"archive/\n\x1b[2Jok"),
        ("not-utf8", "a name that is not UTF-8", b"archive/\xff\xfe"),
        ("empty-name", "a record without a name", b""),
        ("long-name", "a name of 1,000 bytes", b"archive/" + b"a" * 992),
        ("empty-part", "an empty folder in a path", b"archive//data.pkl"),
        ("dot-part", "a folder . in a path", b"archive/./data.pkl"),
    ]:
        yield label, attack, archive(sound() + [Record(name, b"x")]), []
    for label, attack, name, content in [
        ("folder-content", "a folder with content", b"archive/data/", b"x"),
        ("folder-of-record", "a folder with the name of a record", b"archive/data.pkl/", b""),
        ("folder-outside", "a folder beside that of the pickle", b"other/", b""),
        ("folder-parent", "a folder that leads out", b"archive/../", b""),
    ]:
        yield label, attack, archive(sound() + [Record(name, content)]), []
    twice = sound()
    twice.insert(1, Record(b"archive/data.pkl", MALICE))
    yield "duplicate", "two data.pkl of one name", archive(twice), ["data.pkl"]
    twice = sound()
    twice.insert(1, Record(b"archive/data/0", bytes(12)))
    yield "duplicate-storage", "two storages of one name", archive(twice), ["data/0"]
    two = sound() + [Record(b"other/data.pkl", MALICE)]
    yield "two-pickles", "a second data.pkl in another folder", archive(two), ["data.pkl"]
    yield "nested-pickle", "a second data.pkl in a folder below", archive(
        sound() + [Record(b"archive/data/data.pkl", MALICE)]), ["data.pkl"]
    script = sound() + [
        Record(b"archive/code/__torch__.py", b"import os\n"), Record(b"archive/constants.pkl", b"\x80\2).")]
    yield "torchscript", "a TorchScript archive with code", archive(script), ["TorchScript"]
    inner = Checkpoint(LITTLE).zip()
    yield "zip-in-zip", "a checkpoint inside an archive", archive([Record(b"model.pt", inner)]), ["data.pkl"]
    yield "no-pickle", "an archive without a pickle", archive(sound()[1:]), ["data.pkl"]


def overlaps():
    """Records that share bytes, as in a zip bomb."""
    first, storage, version = sound()
    header, _ = local_header(storage, 0)
    # Fifield's bomb: the content of one record begins with the local header of another.
    quoting = Record(b"archive/data/1", header + storage.content)
    place = len(archive([first, quoting], end={}).split(storage.content)[0]) - len(header)
    quoted = Record(storage.name, storage.content, central={"offset": place}, is_written=False)
    yield "quoted", "a record inside another one", archive([first, quoting, quoted, version]), []
    alias = Record(b"archive/data/1", storage.content, is_written=False)
    start = len(local_header(first, 0)[0]) + len(first.content) + 16
    alias.central = {"offset": start}
    yield "shared", "two records with one local header", archive([first, storage, alias, version]), []
    many = [Record(b"archive/data/%d" % index, storage.content, central={"offset": start}, is_written=False)
            for index in range(1, 20)]
    yield "shared-20", "twenty records with one local header", archive([first, storage] + many + [version]), []
    yield "in-directory", "a record inside the directory", changed(
        1, central={"offset": len(archive(sound())) - 200}), ["data/0"]


def outside():
    """Bytes that belong to no record: room for another file, or for a checkpoint that only other readers see."""
    for label, attack, prefix in [
        ("shell", "a shell script that is a checkpoint too", b"#!/bin/sh\nid\nexit\n"),
        ("pdf", "a PDF that is a checkpoint too", b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\n"),
        ("png", "a PNG that is a checkpoint too", b"\x89PNG\r\n\x1a\n" + bytes(24)),
        ("elf", "a program that is a checkpoint too", b"\x7fELF\2\1\1" + bytes(57)),
        ("pickle", "a pickle that is a zip archive too", MALICE),
    ]:
        yield f"prefix-{label}", attack, Checkpoint(LITTLE).zip(prefix=prefix), []
    benign = archive([Record(b"archive/data.pkl", whole({}))])
    yield "prefix-zip", "two archives one after the other", Checkpoint(LITTLE).zip(prefix=benign), []
    yield "prefix-local", "a local header in front that no directory lists", archive(
        [Record(b"archive/data.pkl", MALICE, is_listed=False)] + sound()), []
    gap = sound()
    gap[1].gap = b"hidden " * 8
    yield "gap", "bytes between two records", archive(gap), []
    hidden = sound()
    hidden.insert(2, Record(b"archive/hidden", b"hidden", is_listed=False))
    yield "unlisted", "a record that the directory does not list", archive(hidden), []
    yield "before-directory", "bytes before the directory", Checkpoint(LITTLE).zip(before_directory=b"hidden"), []
    yield "trailing", "bytes behind the end", Checkpoint(LITTLE).zip() + b"\nmore\n", []
    yield "trailing-zeros", "a block of zeros behind the end", Checkpoint(LITTLE).zip() + bytes(512), []
    yield "comment", "an archive comment", Checkpoint(LITTLE).zip(comment=b"hidden"), []
    record = struct.pack("<4s4H2IH", b"PK\5\6", 0, 0, 1, 1, 60, 0, 0)
    yield "two-ends", "a comment that is a second end record", Checkpoint(LITTLE).zip(comment=record), []
    yield "record-comment", "a comment of a record", changed(central={"comment": b"hidden"}), []


def ends():
    """End records that lie about the directory."""
    size = len(archive(sound()))
    whole_archive = Checkpoint(LITTLE).zip()
    yield "end-offset", "a directory behind the file", Checkpoint(LITTLE).zip(
        end64={"offset": size}, end={"offset": size}), []
    yield "end-offset-records", "a directory that begins inside a record", Checkpoint(LITTLE).zip(
        end64={"offset": 100}, end={"offset": 100}), []
    yield "end-size", "a directory of 4 GB", Checkpoint(LITTLE).zip(
        end64={"size": 0xFFFFFFFE}, end={"size": 0xFFFFFFFE}), []
    yield "end-size-zip64", "a directory of 2^64 - 1 bytes", Checkpoint(LITTLE).zip(
        end64={"size": (1 << 64) - 1}, end={"size": 0xFFFFFFFF}), []
    yield "end-count", "more records than there are", Checkpoint(LITTLE).zip(
        end64={"count": 65535, "here": 65535}, end={"count": 65535, "here": 65535}), ["65535"]
    yield "end-count-fewer", "fewer records than there are", Checkpoint(LITTLE).zip(
        end64={"count": 1, "here": 1}, end={"count": 1, "here": 1}), []
    yield "end-count-zip64", "2^64 - 1 records", Checkpoint(LITTLE).zip(
        end64={"count": (1 << 64) - 1, "here": (1 << 64) - 1}, end={"count": 65535, "here": 65535}), []
    yield "end-contradiction", "two end records that disagree", Checkpoint(LITTLE).zip(end={"count": 2, "here": 2}), []
    yield "end-disks", "an archive of several disks", Checkpoint(LITTLE).zip(end={"disk": 3}), []
    yield "locator-beyond", "a zip64 end record behind the file", Checkpoint(LITTLE).zip(
        locator={"offset": (1 << 64) - 64}), []
    yield "locator-elsewhere", "a zip64 end record inside a record", Checkpoint(LITTLE).zip(locator={"offset": 64}), []
    yield "locator-disks", "a zip64 locator of several disks", Checkpoint(LITTLE).zip(
        locator={"disk": 1, "disks": 2}), []
    yield "cut-directory", "an end that was cut off", whole_archive[:-30], []
    yield "cut-half", "half a file", whole_archive[:len(whole_archive) // 2], []
    yield "only-end", "an end record and nothing else", whole_archive[-22:], []
    yield "only-magic", "the first four bytes of an archive", b"PK\3\4", []


def fixtures():
    for group in [headers, names, overlaps, outside, ends]:
        for label, attack, content, words in group():
            yield Hostile(f"zip/{label}.pt", INSPECT, attack, content, tuple(words))
