"""Writes the archives of torch.save without PyTorch, tensor by tensor, so that a file may be larger than memory.

`write(path, content)`: `content` is a tree of dictionaries, lists, tuples, texts, numbers and None, in which numpy
arrays are tensors; a `Later` is one whose values are made when it is written. Needs python3-numpy.
"""
import sys
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Callable

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "fixtures"))
from pickle_bytes import call, name, value, whole  # noqa: E402

STORAGES = {"float64": "DoubleStorage", "float32": "FloatStorage", "float16": "HalfStorage", "int64": "LongStorage"}


@dataclass
class Later:
    """A tensor whose values are not there yet."""

    shape: tuple
    make: Callable  # its array
    dtype: str = "float32"

    @property
    def size(self):
        return int(np.prod(self.shape))


def write(path, content):
    """Writes one file."""
    tensors = []

    def instructions(item):
        if isinstance(item, (np.ndarray, Later)):
            tensors.append(item)
            strides = tuple(int(np.prod(item.shape[axis + 1:])) for axis in range(len(item.shape)))
            kind = name(f"torch.{STORAGES[str(item.dtype)]}")
            storage = value(("storage", kind, str(len(tensors) - 1), "cpu", int(item.size))) + b"Q"
            hooks = call("collections.OrderedDict")
            return call("torch._utils._rebuild_tensor_v2", storage, 0, tuple(item.shape), strides, False, hooks)
        if isinstance(item, dict):
            return {key: instructions(part) for key, part in item.items()}
        if isinstance(item, (list, tuple)):
            return type(item)(instructions(part) for part in item)
        return item

    pickle = whole(instructions(content))
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED, allowZip64=True) as archive:
        archive.writestr("archive/data.pkl", pickle)
        for index, tensor in enumerate(tensors):
            values = np.ascontiguousarray(tensor.make() if isinstance(tensor, Later) else tensor, tensor.dtype)
            with archive.open(f"archive/data/{index}", "w", force_zip64=values.nbytes >= 1 << 31) as file:
                file.write(values.reshape(-1).view(np.uint8).data)
        archive.writestr("archive/version", "3\n")
