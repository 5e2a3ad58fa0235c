"""Reads sound files through soundfile, and resamples them through soxr, where these are installed."""
import os
from typing import Any, Union

import numpy
from numpy.typing import NDArray

from . import errors
from ._library import SAMPLE_RATE


def read(path: "Union[str, os.PathLike[str]]") -> "NDArray[numpy.float32]":
    """The samples of a sound file as `Model.features` takes them: (N,) at 16 kHz.

    Channels are averaged, other rates resampled in soxr's highest quality, as lhb-features does. Needs soundfile, and
    soxr for other rates: pip install "lighthubert-engine[audio]".

    Raises lhb.MissingFileError, lhb.DataError, lhb.UnavailableError where a package is missing.
    """
    soundfile = _need("soundfile")
    try:
        samples, rate = soundfile.read(os.fspath(path), dtype="float32", always_2d=True)
    except soundfile.SoundFileError as problem:
        kind = errors.DataError if os.path.exists(path) else errors.MissingFileError
        raise kind(f"{os.fspath(path)}: cannot be read as sound: {problem}") from None
    mono: "NDArray[numpy.float32]" = numpy.ascontiguousarray(
        samples[:, 0] if samples.shape[1] == 1 else samples.mean(axis=1))
    if rate != SAMPLE_RATE:
        mono = _need("soxr").resample(mono, rate, SAMPLE_RATE, quality="VHQ").astype(numpy.float32, copy=False)
    return mono


def _need(name: str) -> Any:
    try:
        return __import__(name)
    except ImportError:
        raise errors.UnavailableError(
            f"reading this needs the package {name}: pip install \"lighthubert-engine[audio]\"") from None
