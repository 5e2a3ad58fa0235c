"""The container from before PyTorch 1.6: five pickles in a row, then the storages."""
import io
import struct
import tarfile

from hostile_files import INSPECT, Hostile
from pickle_bytes import call, integer, value, whole
from small_supernet import LITTLE, Checkpoint

MAGIC = 0x1950A86A20F9469CFC6C
VERSION = 1001
SYSTEM = {"protocol_version": VERSION, "little_endian": True, "type_sizes": {"short": 2, "int": 4, "long": 4}}


def legacy(magic=MAGIC, version=VERSION, system=SYSTEM, pickle=None, keys=None, counts=None, storages=None, more=b""):
    """The bytes of a file; what is not given is the little checkpoint's."""
    checkpoint = Checkpoint(LITTLE, is_legacy=True)
    keys = list(checkpoint.storages) if keys is None else keys
    data = b"".join(pickles(magic, version, system, pickle or checkpoint.pickle(), keys))
    for place, (_, count, content) in enumerate(checkpoint.storages.values() if storages is None else storages):
        data += struct.pack("<q", count if counts is None else counts[place]) + content
    return data + more


def pickles(magic, version, system, pickle, keys):
    return [whole(magic), whole(version), whole(system), pickle, whole(keys)]


def cuts():
    data = legacy()
    names = ["magic number", "protocol", "system information", "state dict", "list of storages"]
    end = 0
    parts = pickles(MAGIC, VERSION, SYSTEM, Checkpoint(LITTLE, is_legacy=True).pickle(), ["0"])
    for number, (name, part) in enumerate(zip(names, parts), 1):
        yield f"cut-{number}", f"a file that ends in the {name}", data[:end + len(part) // 2], ["truncated"]
        end += len(part)
        yield f"cut-{number}-after", f"a file that ends behind the {name}", data[:end], ["truncated"]
    yield "cut-count", "a file that ends in the number of elements", data[:end + 4], ["truncated"]
    yield "cut-storage", "a file that ends in a storage", data[:-1], ["truncated"]


def lies():
    elements = Checkpoint(LITTLE).storages["0"]
    yield "magic", "another magic number", legacy(magic=MAGIC + 1), ["torch.save"]
    yield "magic-code", "a call in the place of the magic number", legacy(magic=call("os.system", "id")), []
    yield "protocol", "protocol 1002", legacy(version=1002), ["protocol"]
    yield "protocol-huge", "a protocol of 2^200", legacy(version=1 << 200), ["protocol"]
    yield "system-code", "a call in the place of the system information", legacy(system=call("os.system", "id")), []
    yield "root-code", "a call in the place of everything", legacy(
        pickle=whole(call("os.system", "id")), keys=[], storages=[]), ["os.system"]
    yield "keys-code", "a call in the place of the list of storages", legacy(keys=call("os.system", "id")), ["storages"]
    yield "keys-stranger", "a storage that no tensor has", legacy(
        keys=["0", "stranger"], storages=[elements, elements]), ["storages"]
    yield "keys-missing", "a list of storages without the tensor's", legacy(keys=[], storages=[]), []
    yield "keys-twice", "a storage that is there twice", legacy(keys=["0", "0"], storages=[elements] * 2), ["twice"]
    yield "keys-number", "keys that are numbers", legacy(keys=[integer(0), None]), []
    yield "keys-deep", "a key in 1,000 lists", legacy(keys=b"](" * 1000 + b"e" * 1000), []
    yield "count-fewer", "fewer elements than the pickle says", legacy(counts=[5]), ["elements"]
    yield "count-huge", "2^63 - 1 elements", legacy(counts=[(1 << 63) - 1]), ["elements"]
    yield "count-negative", "-1 elements", legacy(counts=[-1]), ["elements"]
    huge = Checkpoint(LITTLE, is_legacy=True)
    huge.storages["0"][1] = (1 << 63) - 1
    huge.tensors["weight"] = huge.tensor((2, 3))
    yield "count-huge-twice", "2^63 - 1 elements, in the pickle too", legacy(
        pickle=huge.pickle(), counts=[(1 << 63) - 1]), ["truncated"]
    yield "trailing", "bytes behind the last storage", legacy(more=b"hidden"), []
    yield "trailing-pickle", "a pickle behind the last storage", legacy(more=whole(call("os.system", "id"))), []
    yield "view-metadata", "a view of a storage, beyond it", legacy(pickle=viewed(4, 100)), []
    yield "view-negative", "a view of a storage with a negative offset", legacy(pickle=viewed(-2, 2)), []
    yield "tar", "the tar container of 2016, which once left weights_only (CVE-2025-32434)", tar(), ["tar archive"]
    yield "tar-gzip", "a gzip file", b"\x1f\x8b\x08\0" + bytes(60), ["gzip"]


def viewed(offset, count):
    """The little pickle with a reference to a part of the storage."""
    checkpoint = Checkpoint(LITTLE, is_legacy=True)
    storage = checkpoint.storage()
    assert storage.endswith(b"NtQ")
    storage = storage[:-3] + value(("view", offset, count)) + b"tQ"
    checkpoint.tensors["weight"] = checkpoint.tensor((1, 2), storage=storage)
    return checkpoint.pickle()


def tar():
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w", format=tarfile.USTAR_FORMAT) as archive:
        for name in ["sys_info", "pickle", "tensors", "storages"]:
            content = whole(call("os.system", "id"))
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            archive.addfile(entry, io.BytesIO(content))
    return file.getvalue()


def fixtures():
    for group in [lies, cuts]:
        for label, attack, content, words in group():
            yield Hostile(f"legacy/{label}.pt", INSPECT, attack, content, tuple(words))
