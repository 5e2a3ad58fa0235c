"""Puts .lhb files together by Docs/format.md, small ones, with any field replaced by a lie.

Tensors are constant and compressed: a zstd frame (RFC 8878) of run-length blocks is written by hand in a dozen bytes.
"""
import json
import math
import struct
from dataclasses import dataclass, field

from small_supernet import CHANNELS, GROUPS, TAPS, WIDTH, subnet_shapes
from xxh64 import xxh64

MAGIC = b"\x89LHB\r\n\x1a\n"
FLOAT32, FLOAT16, BFLOAT16, INT8 = range(1, 5)
RAW, ZSTD = range(2)
# 0x2C2C is 0.065 as float16, 0x3C3C3C3C is 0.011 as float32.
HALF_BYTE, SCALE_BYTE = 0x2C, 0x3C

ARCHITECTURE = {"atten_dim": [64], "embed_dim": 64, "ffn_embed": [64], "heads_num": [1], "layer_num": 1,
                "slide_wsz": ["global"]}
CONFIG = {
    "extractor_mode": "default", "conv_feature_layers": [[CHANNELS, 10, 5], [CHANNELS, 3, 2]], "conv_bias": False,
    "encoder_layers": 1, "encoder_embed_dim": WIDTH, "encoder_ffn_embed_dim": WIDTH, "encoder_attention_heads": 1,
    "activation_fn": "gelu", "layer_norm_first": False, "conv_pos": TAPS, "conv_pos_groups": GROUPS,
    "pos_conv_depth": 1, "prune_encoder_pos_conv": True, "required_seq_len_multiple": 2, "normalize": False,
}
PROVENANCE = {"source": "supernet.pt", "source_size": 1, "source_sha256": "00" * 32, "tool": "make_hostile_fixtures.py",
              "date": "2026-01-31T12:00:00Z", "weights": "auto"}


def frame(*runs, size=None):
    """A zstd frame of runs of one byte, (byte, count) each; `size` replaces the content size that it states."""
    total = sum(count for _, count in runs) if size is None else size
    if total < 256:
        header = b"\x20" + struct.pack("<B", total)
    elif total < 65536 + 256:
        header = b"\x60" + struct.pack("<H", total - 256)
    else:
        header = b"\xe0" + struct.pack("<Q", total)
    blocks = b""
    for place, (byte, count) in enumerate(runs):
        is_last = place == len(runs) - 1
        blocks += struct.pack("<I", count << 3 | 1 << 1 | is_last)[:3] + bytes([byte])
    return b"\x28\xb5\x2f\xfd" + header + blocks


@dataclass
class Tensor:
    name: str
    shape: tuple
    type: int
    encoding: int
    payload: bytes
    outliers: int = 0
    # Of the table: offset, size, checksum, axes, name_size.
    lies: dict = field(default_factory=dict)


def half(name, shape):
    size = 2 * math.prod(shape)
    packed = frame((HALF_BYTE, size))
    if len(packed) < size:
        return Tensor(name, shape, FLOAT16, ZSTD, packed)
    return Tensor(name, shape, FLOAT16, RAW, bytes([HALF_BYTE]) * size)


def quantized(name, shape):
    """An int8 tensor without outliers: all values 1."""
    taps = shape[2] if len(shape) > 2 else 1
    return Tensor(name, shape, INT8, ZSTD, frame((1, math.prod(shape)), (SCALE_BYTE, 4 * shape[0] * taps)))


def is_quantizable(name):
    parts = ["conv_layers.1.0", "post_extract_proj", "_proj.weight", "fc1.weight", "fc2.weight"]
    return name.endswith("weight") and "norm" not in name and any(part in name for part in parts)


class Subnet:
    """A file whose parts can be spoilt before it is written."""

    def __init__(self, is_int8=False):
        self.version = 2 if is_int8 else 1
        self.header = {"architecture": dict(ARCHITECTURE), "config": dict(CONFIG), "provenance": dict(PROVENANCE)}
        self.json = None
        self.tensors = [quantized(name, shape) if is_int8 and is_quantizable(name) else half(name, shape)
                        for name, shape in subnet_shapes().items()]
        # Of the preamble: magic, version, json_size, table_size, count, size; and checksum.
        self.lies = {}
        self.padding = b"\0"
        self.trailing = b""

    def __getitem__(self, name):
        return next(tensor for tensor in self.tensors if tensor.name.endswith(name))

    def write(self):
        text = json.dumps(self.header, separators=(",", ":")).encode() if self.json is None else self.json
        table_size = sum(32 + 8 * len(tensor.shape) + len(tensor.name) for tensor in self.tensors)
        end = 32 + len(text) + table_size + 8
        table, payloads = b"", b""
        for tensor in self.tensors:
            payloads += self.padding * (-(end + len(payloads)) % 64)
            fields = {"offset": end + len(payloads), "size": len(tensor.payload), "checksum": xxh64(tensor.payload),
                      "axes": len(tensor.shape), "name_size": len(tensor.name)} | tensor.lies
            table += struct.pack(
                "<3Q4BI", fields["offset"], fields["size"], fields["checksum"], tensor.type, tensor.encoding,
                fields["axes"], fields["name_size"], tensor.outliers)
            table += struct.pack(f"<{len(tensor.shape)}Q", *tensor.shape) + tensor.name.encode("latin-1")
            payloads += tensor.payload
        payloads += self.trailing
        fields = {"magic": MAGIC, "version": self.version, "json_size": len(text), "table_size": len(table),
                  "count": len(self.tensors), "size": end + len(payloads)} | self.lies
        head = struct.pack("<8s4IQ", *[fields[name] for name in ["magic", "version", "json_size", "table_size", "count",
                                                                 "size"]]) + text + table
        return head + struct.pack("<Q", fields.get("checksum", xxh64(head))) + payloads
