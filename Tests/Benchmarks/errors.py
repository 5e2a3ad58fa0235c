"""How far features are from what they should be; both arrays (T, E)."""
from typing import NamedTuple

import numpy as np


class Errors(NamedTuple):
    snr: float  # dB, over all frames and channels
    cosine: float  # of the worst frame
    largest: float  # absolute


def compare(found, expected):
    if found.shape != expected.shape:
        raise SystemExit(f"features of shape {found.shape}, expected {expected.shape}")
    found, expected = found.astype(np.float64), expected.astype(np.float64)
    noise = found - expected
    power = float(np.sum(noise * noise))
    snr = 10 * np.log10(float(np.sum(expected * expected)) / power) if power > 0 else np.inf
    norms = np.linalg.norm(found, axis=1) * np.linalg.norm(expected, axis=1)
    cosines = np.sum(found * expected, axis=1) / norms
    return Errors(float(snr), float(np.min(cosines)), float(np.max(np.abs(noise))))


def worst(several):
    """Each figure's worst."""
    return Errors(min(one.snr for one in several), min(one.cosine for one in several),
                  max(one.largest for one in several))
