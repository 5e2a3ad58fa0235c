#!/usr/bin/env python3
"""Reads and writes .lhb files by Docs/format.md alone, with NumPy: the judge of the Swift reader and writer.

    lhb_file.py FILE.lhb

lists the tensors of a file that is not compressed: type, shape, outliers, root mean square. As a module: `read` gives a
file with its tensors, `write` gives its bytes, `quantized` makes an int8 tensor of a float32 one, and `Tensor.floats`
undoes it. Nothing is shared with the Swift code. Needs python3-numpy.
"""
import math
import struct
import sys
from dataclasses import dataclass, field

import numpy as np

from xxh64 import xxh64

MAGIC = b"\x89LHB\r\n\x1a\n"
FLOAT32, FLOAT16, BFLOAT16, INT8 = range(1, 5)
NAMES = {FLOAT32: "float32", FLOAT16: "float16", BFLOAT16: "bfloat16", INT8: "int8"}


@dataclass
class Tensor:
    """A tensor as it is stored."""

    name: str
    shape: tuple
    type: int
    payload: bytes
    outliers: list = field(default_factory=list)

    def floats(self):
        """The values that are stood for, float32."""
        if self.type == FLOAT32:
            return np.frombuffer(self.payload, "<f4").reshape(self.shape)
        if self.type == FLOAT16:
            return np.frombuffer(self.payload, "<f2").astype("<f4").reshape(self.shape)
        if self.type == BFLOAT16:
            return (np.frombuffer(self.payload, "<u2").astype("<u4") << 16).view("<f4").reshape(self.shape)
        values, scales = self.int8()
        return values.astype("<f4") * spread(scales, self.shape[1], self.outliers)

    def int8(self):
        """Values [out, in, tap] and scales [out, tap, group] of an int8 tensor; shape [out, in] has one tap."""
        shape = (self.shape + (1,))[:3]
        count = math.prod(shape)
        values = np.frombuffer(self.payload, "i1", count).reshape(self.shape)
        groups = 2 if self.outliers else 1
        scales = np.frombuffer(self.payload, "<f4", shape[0] * shape[2] * groups, -(-count // 4) * 4)
        return values, scales.reshape(shape[0], shape[2], groups)


def spread(scales, inputs, outliers):
    """A scale for each weight: [out, in, tap], or [out, in] for one tap."""
    group = np.isin(np.arange(inputs), outliers).astype(int)
    each = scales.transpose(0, 2, 1)[:, group]
    return each if each.shape[2] > 1 else each[:, :, 0]


def quantized(name, weights, outliers):
    """An int8 tensor."""
    taps = weights.reshape(weights.shape[0], weights.shape[1], -1)
    is_outlier = np.isin(np.arange(taps.shape[1]), outliers)
    groups = [~is_outlier, is_outlier] if outliers else [~is_outlier]
    scales = np.stack([np.abs(taps[:, group]).max(axis=1) / np.float32(127) for group in groups], axis=2)
    each = spread(scales, taps.shape[1], outliers).reshape(taps.shape)
    ratios = np.divide(taps, each, out=np.zeros_like(taps), where=each != 0)
    values = np.clip(np.rint(ratios), -127, 127).astype("i1").tobytes()
    payload = values + bytes(-len(values) % 4) + scales.astype("<f4").tobytes() + np.array(outliers, "<u4").tobytes()
    return Tensor(name, weights.shape, INT8, payload, list(outliers))


def rounded(name, weights, element_type):
    """A tensor in float32, float16 or bfloat16; ties go to even."""
    if element_type == BFLOAT16:
        bits = np.ascontiguousarray(weights, "<f4").view("<u4")
        stored = ((bits + 0x7FFF + (bits >> 16 & 1)) >> 16).astype("<u2")
    else:
        stored = weights.astype({FLOAT32: "<f4", FLOAT16: "<f2"}[element_type])
    return Tensor(name, weights.shape, element_type, stored.tobytes())


# ---- Files


def read(path):
    """(version, JSON text, tensors) of a file; every checksum is checked."""
    with open(path, "rb") as file:
        data = file.read()
    magic, version, json_size, table_size, count, size = struct.unpack_from("<8s4IQ", data)
    assert magic == MAGIC and version in (1, 2) and size == len(data)
    table_end = 32 + json_size + table_size
    assert struct.unpack_from("<Q", data, table_end) == (xxh64(data[:table_end]),)
    place = 32 + json_size
    tensors = []
    for _ in range(count):
        offset, size, checksum, element_type, encoding, axes, name_size, outlier_count = struct.unpack_from(
            "<3Q4BI", data, place)
        shape = struct.unpack_from(f"<{axes}Q", data, place + 32)
        name_start = place + 32 + 8 * axes
        name = data[name_start : name_start + name_size].decode("ascii")
        payload = data[offset : offset + size]
        assert encoding == 0, "compressed"
        assert xxh64(payload) == checksum, name
        outliers = []
        if outlier_count:
            outliers = np.frombuffer(payload, "<u4", outlier_count, size - 4 * outlier_count).tolist()
        tensors.append(Tensor(name, shape, element_type, payload, outliers))
        place = name_start + name_size
    assert place == table_end
    return version, data[32 : 32 + json_size].decode(), tensors


def write(json_text, tensors):
    """The bytes of a file."""
    json_bytes = json_text.encode()
    table_size = sum(32 + 8 * len(tensor.shape) + len(tensor.name) for tensor in tensors)
    end = 32 + len(json_bytes) + table_size + 8
    table = b""
    payloads = b""
    for tensor in tensors:
        payloads += bytes(-(end + len(payloads)) % 64)
        table += struct.pack(
            "<3Q4BI", end + len(payloads), len(tensor.payload), xxh64(tensor.payload), tensor.type, 0,
            len(tensor.shape), len(tensor.name), len(tensor.outliers))
        table += struct.pack(f"<{len(tensor.shape)}Q", *tensor.shape) + tensor.name.encode("ascii")
        payloads += tensor.payload
    version = 2 if any(tensor.type > FLOAT16 for tensor in tensors) else 1
    head = struct.pack(
        "<8s4IQ", MAGIC, version, len(json_bytes), len(table), len(tensors), end + len(payloads))
    head += json_bytes + table
    return head + struct.pack("<Q", xxh64(head)) + payloads


def main():
    version, json_text, tensors = read(sys.argv[1])
    print(f"version {version}, {len(tensors)} tensors\n{json_text}")
    for tensor in tensors:
        power = np.sqrt(np.mean(np.square(tensor.floats(), dtype=np.float64)))
        print(tensor.name, list(tensor.shape), NAMES[tensor.type], tensor.outliers or "", f"{power:.6g}")


if __name__ == "__main__":
    main()
