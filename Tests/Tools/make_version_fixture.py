#!/usr/bin/env python3
"""Writes Fixtures/versions/v2-tiny-min-int8.lhb: the weights of v1-tiny-min.lhb in int8, made with NumPy.

    make_version_fixture.py Fixtures/versions

`OUTLIERS` and `BFLOAT16` stand for what extraction decides: outlier channels of some layers, and layers that stay in bfloat16.
Tests/SubnetFileTests/VersionTests.swift has the same. Needs python3-numpy.
"""
import re
import sys
from pathlib import Path

import numpy as np

import lhb_file

QUANTIZABLE = re.compile(
    r"feature_extractor\.conv_layers\.[1-9]\d*\.0\.weight|post_extract_proj\.weight"
    r"|encoder\.layers\.\d+\.(self_attn\.[qkv]_proj|self_attn\.out_proj|fc[12])\.weight")
OUTLIERS = [
    (r"feature_extractor\.conv_layers\.1\.", [3]),
    (r"post_extract_proj", [0, 31]),
    (r"encoder\.layers\.2\.self_attn\.[qkv]_proj", [5, 6, 63]),
]
BFLOAT16 = r"encoder\.layers\.(1\.fc2|3\.self_attn\.out_proj)"


def stored(name, weights):
    """What becomes of a tensor in an int8 file."""
    if QUANTIZABLE.fullmatch(name):
        if re.match(BFLOAT16, name):
            return lhb_file.rounded(name, weights, lhb_file.BFLOAT16)
        outliers = next((channels for pattern, channels in OUTLIERS if re.match(pattern, name)), [])
        return lhb_file.quantized(name, weights, outliers)
    half = lhb_file.rounded(name, weights, lhb_file.FLOAT16)
    error, power = (np.sum(np.square(x, dtype=np.float64)) for x in (half.floats() - weights, weights))
    if error == 0 or (weights.ndim > 1 and error <= power * 2.0**-22):
        return half
    return lhb_file.rounded(name, weights, lhb_file.FLOAT32)


def main():
    folder = Path(sys.argv[1])
    _, json_text, tensors = lhb_file.read(folder / "v1-tiny-min.lhb")
    assert '"weights":"auto"' in json_text
    data = lhb_file.write(
        json_text.replace('"weights":"auto"', '"weights":"int8"'),
        [stored(tensor.name, tensor.floats()) for tensor in tensors])
    (folder / "v2-tiny-min-int8.lhb").write_bytes(data)


if __name__ == "__main__":
    main()
