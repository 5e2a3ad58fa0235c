"""Writes files: models of other programs as .lhb files, and these for other programs."""
import ctypes
import json
import os
from typing import Any, Optional, Union

from . import _library as lib
from .calls import ProgressFunction, reporting

Path = Union[str, "os.PathLike[str]"]
# A published name, JSON text, or what Model.architecture gives.
Architecture = Union[str, "dict[str, Any]"]


def extract(
    checkpoint: Path,
    output: Path,
    arch: "Optional[Architecture]" = None,
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
    arch               of a supernet: a published name such as "small-default", JSON text, or a dict as
                       Model.architecture gives it; None takes a model whole.
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
    options.normalize = lib.normalize(normalize)
    options.waveform_eps = waveform_eps
    name = None
    if arch is not None:
        name = lib.encoded("arch", json.dumps(arch) if isinstance(arch, dict) else arch)

    def call(pointer: ctypes.c_void_p) -> None:
        options.progress = pointer
        paths = lib.path("checkpoint", checkpoint), lib.path("output", output)
        lib.call("lh_extract", paths[0], name, paths[1], ctypes.byref(options))

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
        lib.call("lh_export", lib.path("model", model), number, lib.path("output", output), ctypes.byref(options))

    reporting(call, progress)
