"""The shared library, its structs (lighthubert.h) and how its functions are called."""
import ctypes
import operator
import os
from pathlib import Path
from typing import Any, Optional

from . import errors

Handle = ctypes.c_void_p
Size = ctypes.c_size_t
Progress = ctypes.CFUNCTYPE(ctypes.c_int32, ctypes.c_double, ctypes.c_void_p)

PRECISIONS = ("auto", "f32", "bf16", "int8", "int8-mixed")
FORMS = ("hf", "onnx", "safetensors")
WEIGHTS = ("auto", "f32", "f16", "bf16", "int8")
NORMALIZE = {None: 0, True: 1, False: 2}
SAMPLE_RATE = 16000


class ErrorRecord(ctypes.Structure):
    """lh_error"""

    _fields_ = [("code", ctypes.c_int32), ("message", ctypes.c_char * 1020)]


class ModelOptions(ctypes.Structure):
    """lh_model_options"""

    _fields_ = [
        ("struct_size", Size),
        ("instruction_set", ctypes.c_char_p),
        ("thread_count", ctypes.c_int32),
        ("reserved", ctypes.c_int32),
        ("precision", ctypes.c_int32),
        ("max_error", ctypes.c_float),
    ]


class RunOptions(ctypes.Structure):
    """lh_run_options"""

    _fields_ = [
        ("struct_size", Size),
        ("layers", ctypes.POINTER(ctypes.c_int32)),
        ("layer_count", Size),
        ("layer_selection", ctypes.c_int32),
        ("layer_zero", ctypes.c_int32),
        ("normalize", ctypes.c_int32),
        ("reserved", ctypes.c_int32),
        ("progress", ctypes.c_void_p),
        ("progress_data", ctypes.c_void_p),
        ("last_state", ctypes.c_int32),
        ("project", ctypes.c_int32),
    ]


class Utterance(ctypes.Structure):
    """lh_utterance"""

    _fields_ = [
        ("samples", ctypes.c_void_p),
        ("sample_count", Size),
        ("output", ctypes.c_void_p),
        ("capacity", Size),
    ]


class ExtractOptions(ctypes.Structure):
    """lh_extract_options"""

    _fields_ = [
        ("struct_size", Size),
        ("weights", ctypes.c_int32),
        ("compression_level", ctypes.c_int32),
        ("replace", ctypes.c_int32),
        ("allow_nonfinite", ctypes.c_int32),
        ("progress", ctypes.c_void_p),
        ("progress_data", ctypes.c_void_p),
        ("normalize", ctypes.c_int32),
        ("waveform_eps", ctypes.c_float),
    ]


class ExportOptions(ctypes.Structure):
    """lh_export_options"""

    _fields_ = [
        ("struct_size", Size),
        ("weights", ctypes.c_int32),
        ("replace", ctypes.c_int32),
        ("pad", ctypes.c_int32),
        ("hidden_states", ctypes.c_int32),
        ("projected_layer", ctypes.c_int32),
        ("external_data", ctypes.c_int32),
        ("progress", ctypes.c_void_p),
        ("progress_data", ctypes.c_void_p),
    ]


# The version of the header that the structs above are those of: a later library takes them, another major may not.
_NAME = "liblighthubert.so.0"


def _load() -> ctypes.CDLL:
    # The variable is for trying a library that was built elsewhere; the wheel has its own.
    path = os.environ.get("LIGHTHUBERT_LIBRARY") or str(Path(__file__).parent / _NAME)
    try:
        library = ctypes.CDLL(path)
        library.lh_version.restype = ctypes.c_char_p
        return library
    except (AttributeError, OSError) as problem:
        raise ImportError(
            f"{path}: {problem}; install a wheel of lighthubert-engine, or name a {_NAME} in LIGHTHUBERT_LIBRARY"
        ) from None


library = _load()
VERSION: str = library.lh_version().decode()


def call(name: str, *arguments: Any) -> None:
    """Calls a function that ends with an lh_error. Other Python threads run meanwhile."""
    record = ErrorRecord()
    if getattr(library, name)(*arguments, ctypes.byref(record)) != 0:
        raise errors.error(record.code, record.message.decode("utf-8", "replace"))


def number(name: str, *arguments: Any) -> int:
    """The whole number that a function gives."""
    value = ctypes.c_uint64()
    call(name, *arguments, ctypes.byref(value))
    return value.value


def text(name: str, handle: Handle) -> str:
    """The text that a function gives."""
    value = ctypes.c_char_p()
    call(name, handle, ctypes.byref(value))
    return (value.value or b"").decode()


def choice(name: str, value: str, names: "tuple[str, ...]") -> int:
    """The number of a name; `name` is the argument's."""
    try:
        return names.index(value)
    except ValueError:
        raise errors.ArgumentError(f"{name} is {value!r}, expected one of {', '.join(map(repr, names))}") from None


def whole(name: str, value: Any, least: int, most: int) -> int:
    """A whole number in a range; ctypes would cut off what does not fit."""
    try:
        number = operator.index(value)
    except TypeError:
        raise errors.ArgumentError(f"{name} is {value!r}, expected a whole number") from None
    if not least <= number <= most:
        raise errors.ArgumentError(f"{name} is {number}, expected {least} to {most}")
    return number


def normalize(value: "Optional[bool]") -> int:
    """LH_NORMALIZE_..."""
    if value is not None and value is not True and value is not False:
        raise errors.ArgumentError(f"normalize is {value!r}, expected True, False or None")
    return NORMALIZE[value]


def encoded(name: str, value: Any) -> bytes:
    """A text for the library, which ends at the first zero."""
    if not isinstance(value, str):
        raise errors.ArgumentError(f"{name} is {type(value).__name__}, expected text")
    if "\0" in value:
        raise errors.ArgumentError(f"{name} has a zero character in it")
    return value.encode()


def path(name: str, value: Any) -> bytes:
    """A path for the library."""
    try:
        bytes_of_path = os.fsencode(value)
    except TypeError:
        raise errors.ArgumentError(f"{name} is {type(value).__name__}, expected a path") from None
    if b"\0" in bytes_of_path:
        raise errors.ArgumentError(f"{name} has a zero character in it")
    return bytes_of_path
