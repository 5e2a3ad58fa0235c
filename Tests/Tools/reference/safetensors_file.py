"""Writes a file in the safetensors format: the length of a header, the header in JSON, and the values one after the
other."""
import json
import struct

import numpy as np

TYPES = {"float64": "F64", "float32": "F32", "float16": "F16", "int64": "I64"}


def write(path, tensors):
    """Writes one file of {name: array}."""
    header, offset = {"__metadata__": {"format": "pt"}}, 0
    for name, array in tensors.items():
        end = offset + array.nbytes
        header[name] = {"dtype": TYPES[str(array.dtype)], "shape": list(array.shape), "data_offsets": [offset, end]}
        offset = end
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    with open(path, "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text)
        for array in tensors.values():
            file.write(np.ascontiguousarray(array).reshape(-1).view(np.uint8).data)
