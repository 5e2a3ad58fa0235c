"""Subnet files that break a rule of Docs/format.md, with right checksums wherever these are not what is wrong."""
import json
import math
import struct

from hostile_files import INSPECT, MODEL, Hostile
from lhb_bytes import (
    FLOAT16, HALF_BYTE, INT8, MAGIC, RAW, ZSTD, Subnet, Tensor, frame)

MATRIX = "fc1.weight"


def flipped(content, place, bit=1):
    return content[:place] + bytes([content[place] ^ bit]) + content[place + 1:]


def flips():
    """One bit in each region of a sound file."""
    sound = Subnet().write()
    _, _, json_size, table_size, _, _ = struct.unpack_from("<8s4IQ", sound)
    table_end = 32 + json_size + table_size
    for label, where, place, bit in [
        ("magic", "the magic", 0, 1), ("magic-newline", "the line feed of the magic", 7, 4),
        ("version", "the version", 8, 2), ("json-size", "the size of the JSON text", 12, 1),
        ("table-size", "the size of the table", 16, 1), ("count", "the number of tensors", 20, 1),
        ("size", "the size of the file", 24, 1), ("json", "the JSON text", 32 + json_size // 2, 1),
        ("table", "the table", 32 + json_size + table_size // 2, 1),
        ("checksum", "the header's checksum", table_end + 3, 0x80),
        ("padding", "the zeros before the first payload", table_end + 9, 1),
        ("payload", "the last payload", len(sound) - 1, 1),
        ("frame", "the first payload's frame header", (table_end + 8 + 63) // 64 * 64 + 4, 1),
    ]:
        yield f"flip-{label}", MODEL, f"a bit flipped in {where}", flipped(sound, place, bit), []
    yield "as-text", MODEL, "line feeds changed as in a transfer of text", sound.replace(b"\r\n", b"\n"), []
    yield "cut", MODEL, "the last byte missing", sound[:-1], []
    yield "cut-header", MODEL, "half of the header missing", sound[:16], []
    yield "trailing", MODEL, "a byte behind the end", sound + b"\0", []


def preambles():
    for label, attack, lies, words in [
        ("version-0", "version 0", {"version": 0}, ["version"]),
        ("version-3", "version 3", {"version": 3}, ["version"]),
        ("version-needless", "version 2 without need", {"version": 2}, ["version"]),
        ("version-huge", "version 2^32 - 1", {"version": 0xFFFFFFFF}, ["version"]),
        ("json-4gb", "a JSON text of 4 GB", {"json_size": 0xFFFFFFFF}, ["JSON"]),
        ("table-4gb", "a table of 4 GB", {"table_size": 0xFFFFFFFF}, ["table"]),
        ("json-1mb", "a JSON text of a megabyte in a small file", {"json_size": 1 << 20}, ["cut off"]),
        ("json-zero", "a JSON text of no bytes", {"json_size": 0}, ["header"]),
        ("count-huge", "2^32 - 1 tensors", {"count": 0xFFFFFFFF}, ["table"]),
        ("count-zero", "no tensors", {"count": 0}, ["table"]),
        ("size-huge", "a file of 2^64 - 1 bytes", {"size": (1 << 64) - 1}, ["cut off"]),
        ("size-small", "a file of 0 bytes", {"size": 0}, ["expected 0"]),
    ]:
        subnet = Subnet()
        subnet.tensors = subnet.tensors[:1]
        subnet.lies = lies
        yield label, INSPECT, attack, subnet.write(), words
    yield "only-magic", INSPECT, "eight bytes", MAGIC, []


def tables():
    """Entries of the tensor table."""
    def spoilt(change, is_int8=False):
        subnet = Subnet(is_int8)
        change(subnet)
        return subnet.write()

    def lie(field, value):
        return lambda subnet: subnet[MATRIX].lies.update({field: value})

    def first_offset(subnet):
        content = subnet.write()
        _, _, json_size, table_size, _, _ = struct.unpack_from("<8s4IQ", content)
        return (32 + json_size + table_size + 8 + 63) // 64 * 64

    def overlap(subnet):
        subnet[MATRIX].lies["offset"] = first_offset(subnet)

    def into_header(subnet):
        subnet.tensors[0].lies["offset"] = 0

    for label, attack, change, words in [
        ("overlap", "a payload that is another one's too", overlap, [MATRIX]),
        ("offset-header", "a payload in the header", into_header, ["conv_layers.0.0.weight"]),
        ("offset-huge", "a payload at 2^63", lie("offset", 1 << 63), [MATRIX]),
        ("offset-odd", "a payload that is not aligned", lie("offset", 4097), [MATRIX]),
        ("size-payload", "a payload of 2^63 bytes", lie("size", 1 << 63), [MATRIX]),
        ("size-zero", "a payload of no bytes", lie("size", 0), [MATRIX]),
        ("checksum-tensor", "another checksum of a payload", lie("checksum", 1), [MATRIX]),
        ("axes-zero", "a tensor without axes", lie("axes", 0), []),
        ("axes-255", "255 axes", lie("axes", 255), []),
        ("name-size", "a name that reaches over the next entry", lie("name_size", 255), []),
        ("type", "an unknown element type", lambda s: setattr(s[MATRIX], "type", 9), [MATRIX]),
        ("type-newer", "int8 in version 1", lambda s: setattr(s[MATRIX], "type", INT8), [MATRIX]),
        ("type-norm", "int8 where none may be", norm_as_int8, []),
        ("encoding", "an unknown encoding", lambda s: setattr(s[MATRIX], "encoding", 7), [MATRIX]),
        ("reserved", "outliers of a float tensor", lambda s: setattr(s[MATRIX], "outliers", 1), [MATRIX]),
        ("shape-huge", "an axis of 2^63", lambda s: setattr(s[MATRIX], "shape", (1 << 63, 64)), [MATRIX]),
        ("shape-overflow", "axes whose product is 2^64", lambda s: setattr(s[MATRIX], "shape", (1 << 32, 1 << 32)),
         [MATRIX]),
        ("shape-zero", "an axis of 0", lambda s: setattr(s[MATRIX], "shape", (0, 64)), [MATRIX]),
        ("shape-other", "the shape of another model", lambda s: setattr(s[MATRIX], "shape", (32, 128)), [MATRIX]),
        ("name-twice", "two tensors of one name", lambda s: setattr(s["fc2.weight"], "name", s[MATRIX].name), [MATRIX]),
        ("name-other", "a tensor that the subnet does not have", lambda s: setattr(
            s[MATRIX], "name", "encoder.layers.0.fc9.weight"), ["fc9"]),
        ("name-control", "an escape sequence as a name", lambda s: setattr(s[MATRIX], "name", "\x1b[2J\n"), []),
        ("name-empty", "no name", lambda s: setattr(s[MATRIX], "name", ""), []),
        ("order", "two tensors in each other's place", lambda s: s.tensors.reverse(), []),
        ("fewer", "a tensor too few", lambda s: s.tensors.pop(), []),
        ("more", "a tensor too many", lambda s: s.tensors.append(
            Tensor("more", (1,), FLOAT16, RAW, b"\0\0")), []),
        ("padding", "bytes hidden between payloads", lambda s: setattr(s, "padding", b"!"), []),
        ("trailing-inside", "bytes behind the last payload that the size counts", lambda s: setattr(
            s, "trailing", b"hidden"), []),
    ]:
        # lhb-inspect prints its table before it tells of a damaged payload.
        program = MODEL if label == "checksum-tensor" else INSPECT
        yield f"table-{label}", program, attack, spoilt(change, is_int8=label == "type-norm"), words


def norm_as_int8(subnet):
    tensor = subnet["post_extract_proj.weight"]
    bias = subnet["layer_norm.weight"]
    bias.type, bias.encoding, bias.payload = tensor.type, tensor.encoding, tensor.payload


def frames():
    """zstd frames that are not what they say."""
    size = 2 * 64 * 64
    for label, attack, payload in [
        ("bomb", "a frame that claims a gigabyte", frame((HALF_BYTE, size), size=1 << 30)),
        ("bomb-blocks", "1,500 runs of 128 KB in a tensor of 8 KB", frame(
            *[(HALF_BYTE, 1 << 17)] * 1500, size=size)),
        ("short", "a frame that gives less than it states", frame((HALF_BYTE, size - 2), size=size)),
        ("long", "a frame that gives more than it states", frame((HALF_BYTE, size + 2), size=size)),
        ("cut", "half a frame", frame((HALF_BYTE, size))[:6]),
        ("two", "two frames", frame((HALF_BYTE, size // 2)) * 2),
        ("skippable", "a skippable frame before the frame", struct.pack("<2I", 0x184D2A50, 4) + b"evil"
         + frame((HALF_BYTE, size))),
        ("trailing", "bytes behind a frame", frame((HALF_BYTE, size)) + b"hidden"),
        ("not", "bytes that are no frame", b"no frame at all"),
        ("dictionary", "a frame that needs a dictionary", dictionary_frame(size)),
        ("sizeless", "a frame that does not state its size", sizeless_frame(size)),
        ("window", "a frame with a window of two terabytes", b"\x28\xb5\x2f\xfd\x40\xff" + struct.pack("<H", size - 256)
         + frame((HALF_BYTE, size))[7:]),
        ("reserved-block", "a block of the reserved kind", frame((HALF_BYTE, size))[:7] + b"\7\0\0"),
    ]:
        subnet = Subnet()
        subnet[MATRIX].payload = payload
        yield f"zstd-{label}", MODEL, attack, subnet.write(), [MATRIX]
    # A size that the table says as well: the shape is not the subnet's.
    subnet = Subnet()
    tensor = subnet[MATRIX]
    tensor.shape, tensor.payload = (8192, 8192), frame(*[(HALF_BYTE, 1 << 17)] * 1024)
    yield "zstd-bomb-table", INSPECT, "a tensor of 128 MB in 4 KB", subnet.write(), [MATRIX]
    yield "zstd-bomb-model", MODEL, "a model of 100 million weights in 13 KB", bomb(), []


def dictionary_frame(size):
    content = frame((HALF_BYTE, size))
    return content[:4] + bytes([content[4] | 1]) + b"\7" + content[5:]


def sizeless_frame(size):
    return b"\x28\xb5\x2f\xfd\0\x58" + frame((HALF_BYTE, size))[7:]


def bomb():
    """A wide model whose weights are all the same: the table and the subnet agree on its tensors."""
    width = 4096
    subnet = Subnet()
    heads = width // 64
    subnet.header["architecture"] |= {
        "embed_dim": width, "heads_num": [heads], "ffn_embed": [width], "atten_dim": [width]}
    subnet.header["config"] |= {"encoder_embed_dim": width, "encoder_ffn_embed_dim": width,
                                "encoder_attention_heads": heads, "conv_pos_groups": width // 4}
    for tensor in subnet.tensors:
        if not tensor.name.startswith("feature") and not tensor.name.startswith("layer_norm"):
            tensor.shape = tuple(width if length == 64 else length for length in tensor.shape)
            total = 2 * math.prod(tensor.shape)
            runs = [(HALF_BYTE, min(1 << 17, total - start)) for start in range(0, total, 1 << 17)]
            tensor.encoding, tensor.payload = ZSTD, frame(*runs)
    return subnet.write()


def int8():
    """Values, scales and outliers of an int8 matrix [64, 8]."""
    name = "post_extract_proj.weight"
    values, scales = b"\1" * 512, struct.pack("<f", 0.5) * 64
    two_scales = scales * 2

    def matrix(payload, outliers=0):
        subnet = Subnet(is_int8=True)
        tensor = subnet[name]
        tensor.encoding, tensor.payload, tensor.outliers = RAW, payload, outliers
        return subnet.write()

    for label, attack, payload, outliers in [
        ("minus-128", "a value of -128", b"\x80" + values[1:] + scales, 0),
        ("nan", "a scale that is NaN", values + struct.pack("<f", math.nan) + scales[4:], 0),
        ("infinity", "an infinite scale", values + struct.pack("<f", math.inf) + scales[4:], 0),
        ("negative", "a negative scale", values + struct.pack("<f", -0.5) + scales[4:], 0),
        ("minus-zero", "a scale of -0", values + struct.pack("<f", -0.0) + scales[4:], 0),
        ("overflow", "a scale with which 127 is infinite", values + struct.pack("<f", 3e38) + scales[4:], 0),
        ("outliers-unsorted", "outliers that do not rise", values + two_scales + struct.pack("<2I", 5, 2), 2),
        ("outliers-twice", "an outlier twice", values + two_scales + struct.pack("<2I", 5, 5), 2),
        ("outliers-beyond", "an outlier behind the last channel", values + two_scales + struct.pack("<I", 8), 1),
        ("outliers-all", "nothing but outliers", values + two_scales + struct.pack("<8I", *range(8)), 8),
        ("outliers-huge", "2^32 - 1 outliers", values + two_scales, 0xFFFFFFFF),
        ("short", "scales that are missing", values, 0),
    ]:
        yield f"int8-{label}", MODEL, attack, matrix(payload, outliers), [name]


def headers():
    """JSON texts, which are read before the table, so that no table is needed."""
    def header(part, change):
        subnet = Subnet()
        subnet.tensors = []
        subnet.header[part] |= change
        return subnet.write()

    def text(content):
        subnet = Subnet()
        subnet.tensors = []
        subnet.json = content
        return subnet.write()

    sound = json.dumps(Subnet().header).encode()
    for label, attack, content, words in [
        ("deep", "2,000 arrays inside each other", b"[" * 2000, ["nested deeper"]),
        ("deep-object", "500 objects inside each other", b'{"a":' * 500 + b"1" + b"}" * 500, ["nested deeper"]),
        ("twice", "two architectures of one name", sound[:-1] + b',"architecture":{}}', ["second time"]),
        ("not-json", "a text that is not JSON", b"config: {}", ["header"]),
        ("not-utf8", "bytes that are not UTF-8", sound.replace(b"supernet.pt", b"\xff\xfe.pt"), ["header"]),
        ("nul", "a NUL in the text", sound[:-1] + b"\0}", ["header"]),
        ("empty", "an empty object", b"{}", ["header"]),
        ("list", "a list", b"[]", ["header"]),
        ("number", "a number of 1,000 digits", b'{"config":' + b"9" * 1000 + b"}", ["header"]),
        ("open", "a text without an end", sound[:-1], ["header"]),
        ("after", "something behind the object", sound + b"{}", ["header"]),
    ]:
        yield f"json-{label}", INSPECT, attack, text(content), words
    for label, attack, part, change, words in [
        ("width-2-63", "a width of 2^63", "config", {"encoder_embed_dim": 1 << 63}, ["encoder_embed_dim"]),
        ("width-float", "a width of 64.5", "config", {"encoder_embed_dim": 64.5}, ["encoder_embed_dim"]),
        ("width-negative", "a negative width", "architecture", {"embed_dim": -64}, ["embed_dim"]),
        ("layers", "2^31 layers", "config", {"encoder_layers": 1 << 31}, ["encoder_layers"]),
        ("heads", "no heads", "architecture", {"heads_num": [0]}, ["heads_num"]),
        ("list-long", "1,000 heads", "architecture", {"heads_num": [1] * 1000}, ["heads_num"]),
        ("conv-string", "convolutions as text", "config", {"conv_feature_layers": "[(8,10,5)]*99"},
         ["conv_feature_layers"]),
        ("conv-many", "200 convolutions", "config", {"conv_feature_layers": [[8, 2, 2]] * 200},
         ["conv_feature_layers"]),
        ("conv-zero", "a stride of 0", "config", {"conv_feature_layers": [[8, 10, 0], [8, 3, 2]]}, ["stride"]),
        ("unknown", "a field that is not known", "config", {"activation_code": "import os"}, ["activation_code"]),
        ("wider", "a subnet wider than its supernet", "architecture", {"embed_dim": 128, "heads_num": [2]},
         ["architecture"]),
        ("provenance", "a size that is text", "provenance", {"source_size": "1"}, ["provenance"]),
        ("config-list", "a number in the place of a list", "config", {"conv_feature_layers": 7},
         ["conv_feature_layers"]),
    ]:
        yield f"json-{label}", INSPECT, attack, header(part, change), words
    subnet = Subnet()
    subnet.tensors = []
    del subnet.header["config"]["conv_pos"]
    yield "json-missing", INSPECT, "a field that is missing", subnet.write(), ["conv_pos"]


def fixtures():
    for group in [flips, preambles, tables, frames, int8, headers]:
        for label, program, attack, content, words in group():
            yield Hostile(f"lhb/{label}.lhb", program, attack, content, tuple(words))
