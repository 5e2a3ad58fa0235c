"""Arrays for features, in the types and places that callers want them."""
from typing import Any, Optional

import numpy
from numpy.typing import DTypeLike, NDArray

from . import errors

_TYPES = (numpy.dtype(numpy.float32), numpy.dtype(numpy.float16))


def feature_type(dtype: DTypeLike) -> "numpy.dtype[Any]":
    """float32 or float16."""
    kind = numpy.dtype(dtype)
    if kind not in _TYPES:
        raise errors.ArgumentError(f"dtype is {kind}, expected float32 or float16")
    return kind


class Target:
    """Where the features of one utterance go: `values` is what the library writes, `result` what the caller gets."""

    def __init__(self, shape: "tuple[int, ...]", dtype: "numpy.dtype[Any]", out: "Optional[NDArray[Any]]") -> None:
        if out is not None:
            _check(out, shape, dtype)
        self._dtype = dtype
        self._out = out
        is_direct = (
            out is not None and out.dtype == numpy.float32 and out.dtype.isnative and out.flags.c_contiguous
            and out.flags.aligned)
        self.values: "NDArray[numpy.float32]" = (
            out if is_direct and out is not None else numpy.empty(shape, numpy.float32))

    def result(self) -> "NDArray[Any]":
        """The features, when they were computed."""
        if self._out is None:
            return self.values.astype(self._dtype, copy=False)
        if self._out is not self.values:
            self._out[...] = self.values
        return self._out


def _check(out: Any, shape: "tuple[int, ...]", dtype: "numpy.dtype[Any]") -> None:
    if not isinstance(out, numpy.ndarray):
        raise errors.ArgumentError(f"out is {type(out).__name__}, expected a NumPy array or memory map")
    if out.shape != shape:
        raise errors.ArgumentError(f"out has the shape {out.shape}, the features have {shape}")
    if out.dtype.newbyteorder("=") not in _TYPES or out.dtype != dtype:
        raise errors.ArgumentError(f"out is {out.dtype}, the features are {dtype}: dtype says float32 or float16")
    if not out.flags.writeable:
        raise errors.ArgumentError("out is read-only")
