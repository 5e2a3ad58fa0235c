#!/usr/bin/env python3
"""Write the small checkpoints in Fixtures/checkpoints with PyTorch itself.

    make_checkpoint_fixtures.py FOLDER old      with PyTorch 1.13 (Debian's python3-torch) and omegaconf
    make_checkpoint_fixtures.py FOLDER new      with PyTorch 2.x

All numbers are multiples of 1/4 that every format holds exactly, so that the tests can say what they must read.
"""
import argparse
import collections
import enum
import pathlib
import sys

import numpy as np
import torch


class Opaque:
    """A class that no reader of the files knows."""

    def __init__(self):
        self.secret = 7


class Mode(enum.Enum):
    default = "default"


def state():
    """Views that share a storage, each format, and tensors that hold no weights."""
    base = torch.arange(24.0) / 4
    tensors = collections.OrderedDict()
    tensors["base"] = base.reshape(4, 6)
    tensors["transposed"] = base.reshape(4, 6).t()
    tensors["column"] = base.reshape(4, 6)[:, 2]
    tensors["tail"] = base[18:]
    tensors["expanded"] = base[5:6].expand(3)
    tensors["scalar"] = torch.tensor(2.5)
    tensors["empty"] = torch.zeros(0, 3)
    tensors["parameter"] = torch.nn.Parameter(base[:6].reshape(2, 3))
    tensors["float16"] = base.half()
    tensors["bfloat16"] = base.bfloat16()
    tensors["float64"] = base.double()
    tensors["int64"] = torch.arange(3)
    tensors["bool"] = torch.tensor([True, False])
    tensors["sparse"] = torch.eye(3).to_sparse()
    return tensors


def configuration():
    return {"model": {"encoder_layers": 12, "conv_bias": False, "extractor_mode": "default", "dropout": 0.1,
                      "layer_sizes": [1, 2, 3], "nothing": None},
            "task": {"normalize": True, "sample_rate": 16000}}


def odd():
    """Things that a configuration may hold besides plain data."""
    return {"opaque": Opaque(), "enum": Mode.default, "path": pathlib.PurePosixPath("/data/x"), "large": 1 << 70,
            "size": torch.Size([2, 3]), "dtype": torch.float16, "numpy": np.float64(1.5), "numpy32": np.int32(-3),
            "set": {1}, "tuple": (1, "two"), "complex": 1j, "bytes": b"ab", "tensor": torch.zeros(2),
            "defaultdict": collections.defaultdict(list, {"a": 1}), 5: "five", "array": np.zeros(2)}


def main():
    folder, flavour = pathlib.Path(sys.argv[1]), sys.argv[2]
    folder.mkdir(parents=True, exist_ok=True)
    if flavour == "old":
        cfg = configuration()
        cfg["odd"] = odd()
        saved = {"cfg": cfg, "model": state(), "extra_state": {"epoch": 1}}
        torch.save(saved, folder / "views.pt")
        torch.save(saved, folder / "views-legacy.pt", _use_new_zipfile_serialization=False)
        plain = {"cfg": configuration(), "model": {"weight": torch.arange(6.0).reshape(2, 3)}}
        # Protocol 0 cannot hold PyTorch's references to storages.
        for protocol in (1, 2, 3, 4, 5):
            for suffix, is_zip in (("", True), ("-legacy", False)):
                torch.save(plain, folder / f"protocol-{protocol}{suffix}.pt", pickle_protocol=protocol,
                           _use_new_zipfile_serialization=is_zip)
        arguments = argparse.Namespace(**configuration()["model"], normalize=True)
        torch.save({"args": arguments, "model": {"weight": torch.ones(2)}}, folder / "namespace.pt",
                   _use_new_zipfile_serialization=False)
        from omegaconf import OmegaConf
        torch.save({"cfg": OmegaConf.create(configuration()), "model": {"weight": torch.ones(2)}}, folder / "omegaconf.pt")
    else:
        tensors = state()
        tensors["uint16"] = torch.arange(3).to(torch.uint16)
        torch.save({"cfg": configuration(), "model": tensors}, folder / "views-2.pt")
        torch.save(tensors["base"].untyped_storage(), folder / "storage.pt")


if __name__ == "__main__":
    main()
