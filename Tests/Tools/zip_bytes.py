"""Puts zip archives together as PyTorch does, with any field of any header replaced by a lie."""
import struct
import zlib
from dataclasses import dataclass, field

ALIGNMENT = 64
# UTF-8 names; sizes and CRC stand behind the data.
FLAGS = 0x0808


@dataclass
class Record:
    """A record; the dictionaries replace fields of its three headers.

    Fields: name, flags, method, crc, stored, size, extra; of the directory also disk, comment, offset.
    """

    name: bytes
    content: bytes
    local: dict = field(default_factory=dict)
    central: dict = field(default_factory=dict)
    # None leaves the descriptor out.
    descriptor: dict = field(default_factory=dict)
    # Both headers.
    both: dict = field(default_factory=dict)
    # Bytes before the local header that belong to no record.
    gap: bytes = b""
    is_listed: bool = True
    is_written: bool = True

    def truth(self):
        size = len(self.content)
        return {"name": self.name, "flags": FLAGS, "method": 0, "crc": zlib.crc32(self.content), "stored": size,
                "size": size, "extra": b"", "disk": 0, "comment": b"", **self.both}


def local_header(record, place):
    fields = record.truth()
    has_descriptor = fields["flags"] & 8 != 0
    if has_descriptor:
        fields |= {"crc": 0, "stored": 0, "size": 0}
    padding = -(place + 30 + len(fields["name"]) + 4) % ALIGNMENT
    fields["extra"] = b"FB" + struct.pack("<H", padding) + b"Z" * padding
    fields |= record.local
    header = struct.pack(
        "<4s5H3I2H", b"PK\3\4", 0, fields["flags"], fields["method"], 0, 0, fields["crc"], fields["stored"],
        fields["size"], len(fields["name"]), len(fields["extra"]))
    header += fields["name"] + fields["extra"]
    return header, has_descriptor


def directory_entry(record, offset):
    fields = record.truth() | {"offset": offset} | record.central
    return struct.pack(
        "<4s6H3I5H2I", b"PK\1\2", 0, 0, fields["flags"], fields["method"], 0, 0, fields["crc"], fields["stored"],
        fields["size"], len(fields["name"]), len(fields["extra"]), len(fields["comment"]), fields["disk"], 0, 0,
        fields["offset"]) + fields["name"] + fields["extra"] + fields["comment"]


def archive(records, prefix=b"", before_directory=b"", end=None, end64=None, locator=None, comment=b""):
    """The bytes of an archive. `end`, `end64` and `locator` replace fields of the three end records.

    Offsets count from the beginning of the file, so that a prefix makes no difference to other readers.
    """
    data = bytearray(prefix)
    directory = bytearray()
    count = 0
    for record in records:
        data += record.gap
        offset = len(data)
        if record.is_written:
            header, has_descriptor = local_header(record, offset)
            data += header + record.content
            if has_descriptor and record.descriptor is not None:
                fields = record.truth() | record.descriptor
                data += struct.pack("<4s3I", b"PK\7\10", fields["crc"], fields["stored"], fields["size"])
        if record.is_listed:
            directory += directory_entry(record, offset)
            count += 1
    data += before_directory
    truth = {"count": count, "here": count, "size": len(directory), "offset": len(data), "disk": 0}
    place64 = len(data) + len(directory)
    fields = truth | (end64 or {})
    data += directory + struct.pack(
        "<4sQ2H2I4Q", b"PK\6\6", 44, 0x031E, 0x2D, fields["disk"], fields["disk"], fields["here"], fields["count"],
        fields["size"], fields["offset"])
    fields = {"disk": 0, "offset": place64, "disks": 1} | (locator or {})
    data += struct.pack("<4sIQI", b"PK\6\7", fields["disk"], fields["offset"], fields["disks"])
    fields = truth | (end or {})
    data += struct.pack(
        "<4s4H2IH", b"PK\5\6", fields["disk"], fields["disk"], fields["here"], fields["count"], fields["size"],
        fields["offset"], len(comment))
    return bytes(data + comment)
