"""Turns what people hold audio in into what the library takes: float32, one channel, in [-1, 1]."""
from typing import Any

import numpy
from numpy.typing import NDArray

from . import errors
from ._library import SAMPLE_RATE

# What integers of a width are divided by, as sound files mean them.
_FULL_SCALE = {"int16": 2.0**15, "int32": 2.0**31}


def check_rate(rate: "float | None") -> None:
    """Refuses samples that are not at 16 kHz; None says that they are."""
    if rate is None or rate == SAMPLE_RATE:
        return
    if not isinstance(rate, (int, float, numpy.number)):
        raise errors.SampleRateError(f"rate is {rate!r}, expected {SAMPLE_RATE}")
    raise errors.SampleRateError(
        f"samples are at {rate:g} Hz, models take {SAMPLE_RATE}; resample them first, such as "
        f"librosa.resample(samples, orig_sr={rate:g}, target_sr={SAMPLE_RATE}), or read files with model.read(path)")


def is_batch(audio: Any) -> bool:
    """Whether this is a list of utterances, which may be empty, and not one utterance written as a list of numbers."""
    if not isinstance(audio, (list, tuple)):
        return False
    return not audio or not all(isinstance(one, (int, float, numpy.number)) for one in audio)


def mono(audio: Any, name: str = "samples") -> "NDArray[numpy.float32]":
    """One utterance (N,), C-contiguous; without a copy when it is that already, whoever holds it."""
    array = _array(audio, name)
    if array.ndim == 2 and 1 in array.shape:
        # A file of one channel, in either order.
        array = array.reshape(-1)
    if array.ndim != 1:
        raise errors.ArgumentError(f"{name} have the shape {array.shape}, expected (N,): {_advice(array.shape)}")
    return numpy.require(_floats(array, name), requirements=["C", "A"])


def _array(audio: Any, name: str) -> "NDArray[Any]":
    if isinstance(audio, numpy.ma.MaskedArray):
        raise errors.ArgumentError(f"{name} are masked; pass x.filled(0), or what is not masked")
    if isinstance(audio, numpy.ndarray):
        return audio
    if isinstance(audio, (str, bytes, bytearray)):
        raise errors.ArgumentError(
            f"{name} are {type(audio).__name__}, expected numbers; model.read(path) reads a sound file")
    if audio is None or isinstance(audio, (set, frozenset)) or hasattr(audio, "__next__"):
        raise errors.ArgumentError(f"{name} are {type(audio).__name__}, expected an array, or a list of them")
    if isinstance(audio, dict):
        raise errors.ArgumentError(
            f"{name} are a dict; an Audio feature of datasets has them as x[\"array\"], their rate as "
            "x[\"sampling_rate\"]")
    if getattr(audio, "requires_grad", False):
        raise errors.ArgumentError(f"{name} require a gradient, which is not computed here; pass x.detach()")
    has_dlpack = hasattr(audio, "__dlpack_device__")
    if has_dlpack and not _is_on_processor(audio):
        raise errors.ArgumentError(f"{name} are on another device than the processor; pass x.cpu()")
    try:
        if has_dlpack and hasattr(numpy, "from_dlpack"):
            return numpy.from_dlpack(audio)
        return numpy.asarray(audio)
    except (TypeError, ValueError, BufferError, RuntimeError, AttributeError) as problem:
        raise errors.ArgumentError(
            f"{name} are {type(audio).__name__}, which NumPy cannot take ({problem}); pass float32") from None


def _is_on_processor(audio: Any) -> bool:
    try:
        kind = audio.__dlpack_device__()[0]
    except (BufferError, RuntimeError, ValueError):  # A device that DLPack has no number for.
        return False
    return bool(kind == 1)


def _floats(array: "NDArray[Any]", name: str) -> "NDArray[numpy.float32]":
    if array.dtype.kind == "f":
        return array.astype(numpy.float32, copy=False)
    scale = _FULL_SCALE.get(array.dtype.newbyteorder("=").name)
    if scale is None:
        raise errors.ArgumentError(
            f"{name} are {array.dtype}, expected floats in [-1, 1], or int16 or int32 of full scale")
    if array.dtype.itemsize == 2:
        return array.astype(numpy.float32) / numpy.float32(scale)
    return (array.astype(numpy.float64) / scale).astype(numpy.float32)


def _advice(shape: "tuple[int, ...]") -> str:
    if len(shape) == 0:
        return "one utterance is an array of samples"
    if len(shape) == 2 and shape[0] < shape[1]:
        return (f"for {shape[0]} channels pass their mean, x.mean(0); for {shape[0]} utterances of one length pass "
                "list(x)")
    if len(shape) == 2:
        return f"for {shape[1]} channels pass their mean, x.mean(1)"
    return "pass one channel of one utterance, or a list of utterances"
