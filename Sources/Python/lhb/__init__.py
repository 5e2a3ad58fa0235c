"""Features of speech from LightHuBERT subnets and models of the HuBERT family, on the CPU, as NumPy arrays.

    import lhb
    model = lhb.load("small.lhb")                       # or a checkpoint, with arch="small-default"
    model.features(samples, rate=16000)                 # (frames, width): the last representation
    model.features(samples, layers=[0, 6, 12])          # (3, frames, width)
    model.features([one, another])                      # a list, each as it would be alone
    lhb.load("small.lhb", max_error=0.03).precision     # such as "int8": the fastest within that error

`lhb.transformers`, `lhb.torchaudio`, `lhb.s3prl` and `lhb.lhotse` are models as those packages have them.
"""
from ._library import SAMPLE_RATE
from ._library import VERSION as __version__
from .errors import (ArgumentError, BusyError, CancelledError, DataError, Error, HandleError, MemoryLimitError,
                     MissingFileError, OutputError, ReadWriteError, SampleRateError, UnavailableError)
from .files import export, extract
from .model import Model, load
from .sound import read

__all__ = [
    "SAMPLE_RATE", "ArgumentError", "BusyError", "CancelledError", "DataError", "Error", "HandleError",
    "MemoryLimitError", "MissingFileError", "Model", "OutputError", "ReadWriteError", "SampleRateError",
    "UnavailableError", "__version__", "export", "extract", "load", "read"]
