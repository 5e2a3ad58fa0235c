"""Writes files: models of other programs as .lhb files, and these for other programs."""
import ctypes
import os
from typing import Optional, Union

from . import _library as lib
from .calls import ProgressFunction, reporting

Path = Union[str, "os.PathLike[str]"]


def extract(
    checkpoint: Path,
    output: Path,
    arch: "Optional[str]" = None,
    *,
    weights: str = "auto",
    compression_level: int = 0,
    replace: bool = False,
    allow_nonfinite: bool = False,
    normalize: "Optional[bool]" = None,
    waveform_eps: float = 0,
    progress: "Optional[ProgressFunction]" = None,
) -> None:
    """Takes a model of the HuBERT family whole, or cuts a subnet out of a LightHuBERT supernet, into a .lhb file.

    Nothing in the checkpoint is executed. The output appears under its name only when it is whole.

    checkpoint         a file that torch.save wrote, a .safetensors file with its config.json beside it, or a folder.
    arch               of a supernet: a published name such as "small-default", or JSON text; None takes a model whole.
    weights            "auto" (float16 where that changes nothing, else float32), "f32", "f16", "bf16" or "int8".
    compression_level  of zstd, 1 to 19; 0 for none.
    replace            whether an output that exists is replaced.
    allow_nonfinite    whether weights that are NaN or infinite are allowed.
    normalize          of a model taken whole: whether its waveform is normalised; None for what its files say.
    waveform_eps       of a model taken whole: what is added to the variance then; 0 for what goes with its files.
    progress           told the done fraction, 0 to 1; cancels by returning False.
    """
    options = lib.ExtractOptions(ctypes.sizeof(lib.ExtractOptions))
    options.weights = lib.choice("weights", weights, lib.WEIGHTS)
    options.compression_level = compression_level
    options.replace = replace
    options.allow_nonfinite = allow_nonfinite
    options.normalize = lib.NORMALIZE[normalize]
    options.waveform_eps = waveform_eps
    name = None if arch is None else arch.encode()

    def call(pointer: ctypes.c_void_p) -> None:
        options.progress = pointer
        lib.call("lh_extract", os.fsencode(checkpoint), name, os.fsencode(output), ctypes.byref(options))

    reporting(call, progress)


def export(
    model: Path,
    output: Path,
    form: str,
    *,
    weights: str = "auto",
    replace: bool = False,
    pad: bool = False,
    hidden_states: bool = False,
    projected_layer: int = 0,
    external_data: bool = False,
    progress: "Optional[ProgressFunction]" = None,
) -> None:
    """Writes the model in a .lhb file for other programs. The output appears under its name only when it is whole.

    form             "hf", a folder that transformers loads; "onnx", a graph for any length; "safetensors", one file,
                     which lhb.extract reads back.
    weights          of safetensors: "f32", which "auto" is, "f16" or "bf16".
    replace          whether an output that exists is replaced.
    pad              of "hf": whether layers with fewer heads or FFN units than others are filled up with zeros.
    hidden_states    of "onnx": whether all hidden states are outputs, and not the last alone.
    projected_layer  of "onnx": the layer, from 1, whose output passes through the final projection; 0 for the last.
    external_data    of "onnx": whether the weights lie in a second file, which they always do above 2 GB.
    progress         told the done fraction, 0 to 1; cancels by returning False.
    """
    options = lib.ExportOptions(ctypes.sizeof(lib.ExportOptions))
    options.weights = lib.choice("weights", weights, lib.WEIGHTS)
    options.replace = replace
    options.pad = pad
    options.hidden_states = hidden_states
    options.projected_layer = projected_layer
    options.external_data = external_data
    number = lib.choice("form", form, lib.FORMS) + 1

    def call(pointer: ctypes.c_void_p) -> None:
        options.progress = pointer
        lib.call("lh_export", os.fsencode(model), number, os.fsencode(output), ctypes.byref(options))

    reporting(call, progress)
