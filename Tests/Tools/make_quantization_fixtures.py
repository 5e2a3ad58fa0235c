#!/usr/bin/env python3
"""Writes Fixtures/quantization: weights of a convolution, and their int8 values and scales by the definition.

    make_quantization_fixtures.py Fixtures/quantization

Needs python3-numpy. Values are written as float32, which holds them exactly.
"""
import sys
from pathlib import Path

import numpy as np

OUTLIERS = [3, 11]


def quantize(weights):
    """([out, in, tap] values, [out, tap, group] scales)"""
    outlier = np.isin(np.arange(weights.shape[1]), OUTLIERS)
    scales = np.stack(
        [np.abs(weights[:, channels]).max(axis=1) / np.float32(127) for channels in (~outlier, outlier)], axis=2)
    each = np.where(outlier[None, :, None], scales[:, None, :, 1], scales[:, None, :, 0])
    ratios = np.divide(weights, each, out=np.zeros_like(weights), where=each != 0)
    return np.clip(np.rint(ratios), -127, 127), scales


def main():
    random = np.random.default_rng(5)
    weights = random.standard_normal((8, 24, 3), dtype=np.float32)
    weights[2] = 0
    weights[3, :, 1] = 0
    weights[4, OUTLIERS] *= 100
    # Ratios that end in one half: a scale of 1 / 64.
    weights[5] = np.rint(weights[5] * 40) / 128
    weights[5, 0] = weights[5, OUTLIERS[0]] = 127 / 64
    values, scales = quantize(weights)
    folder = Path(sys.argv[1])
    folder.mkdir(exist_ok=True)
    for name, array in [("weights", weights), ("weights.values", values), ("weights.scales", scales)]:
        np.save(folder / f"{name}.npy", np.ascontiguousarray(array, dtype="<f4"))


if __name__ == "__main__":
    main()
