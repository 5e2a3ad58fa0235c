"""Models as lhotse has them: a feature extractor for cuts.

    import lhb.lhotse
    extractor = lhb.lhotse.Extractor(lhb.lhotse.ExtractorConfig(model="small.lhb"))     # was Fbank()
    cuts = cuts.resample(16000).compute_and_store_features(extractor, "features", num_jobs=2)

Importing this module registers the extractor as "lighthubert-engine", so that lhotse makes it again from a YAML file.
lhotse wants a frame for every 20 ms, rounded to the nearest; models give none or one fewer: the last one is repeated.
"""
# lhotse and PyTorch are optional: where they are missing, their names are Any.
# mypy: disable-error-code="import-not-found, import-untyped", disallow-subclassing-any=False
# mypy: disallow-untyped-decorators=False
# pyright: reportMissingImports=false
from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Optional, Union

import numpy
import torch
from lhotse.features.base import FeatureExtractor, register_extractor
from lhotse.utils import compute_num_frames_from_samples
from numpy.typing import NDArray

from . import errors
from ._library import SAMPLE_RATE
from .model import Layers
from .model import Model as Engine

Samples = Union["NDArray[Any]", torch.Tensor]


@dataclass
class ExtractorConfig:
    """What is extracted, in numbers and texts that YAML can hold.

    `model`, `arch`, `normalize`, `precision`, `max_error` and `threads` are those of lhb.load, the others those of
    Model.features. `layer` None is the last representation. Worker processes are best given one thread each.
    """

    model: str = ""
    arch: Optional[str] = None
    layer: Optional[int] = None
    layer_zero: str = "projection"
    last_state: str = "raw"
    project: bool = False
    normalize: Optional[bool] = None
    precision: str = "auto"
    max_error: float = 0.0
    threads: int = 0

    def to_dict(self) -> "dict[str, Any]":
        """The fields by name."""
        return asdict(self)

    @staticmethod
    def from_dict(data: "dict[str, Any]") -> ExtractorConfig:
        """The configuration with these fields."""
        return ExtractorConfig(**data)


@register_extractor
class Extractor(FeatureExtractor):
    """Hidden states of one layer as lhotse's features. Pickling it sends its configuration: workers open the file."""

    name = "lighthubert-engine"
    config_type = ExtractorConfig

    def __init__(self, config: Optional[ExtractorConfig] = None) -> None:
        """Opens the model. Raises what lhb.load does, and lhb.ArgumentError without config.model."""
        chosen = config or ExtractorConfig()
        super().__init__(chosen)
        if not chosen.model:
            raise errors.ArgumentError("config.model is empty, expected the path of a .lhb file or a checkpoint")
        self._chosen = chosen
        self.engine = Engine(
            chosen.model, chosen.arch, normalize=chosen.normalize, precision=chosen.precision,
            max_error=chosen.max_error, threads=chosen.threads)
        self._hop = 1
        for convolution in self.engine.description["shape"]["convolutions"]:
            self._hop *= convolution["stride"]

    @property
    def frame_shift(self) -> float:
        """Seconds from one frame to the next: 0.02, and 0.04 of models with 25 frames a second."""
        return self._hop / self.engine.sample_rate

    @property
    def sampling_rate(self) -> int:
        """16000."""
        return self.engine.sample_rate

    def feature_dim(self, sampling_rate: int) -> int:
        """The width E of the features; `sampling_rate` has to be 16000."""
        _check_rate(sampling_rate)
        width = self.engine.projection_width if self._chosen.project else self.engine.width
        return width or 0

    def extract(self, samples: Samples, sampling_rate: int) -> "NDArray[numpy.float32]":
        """Features (T, E) of one utterance: (N,) or (1, N) samples at 16 kHz in [-1, 1].

        T is N / 320 rounded to the nearest, as lhotse counts.

        Raises lhb.SampleRateError; lhb.ArgumentError for several channels; lhb.DataError when there are too few samples
        for a frame (25 ms) or one is not finite.
        """
        _check_rate(sampling_rate)
        features: "NDArray[numpy.float32]" = self._features([samples])[0]
        return features

    def extract_batch(
        self, samples: Any, sampling_rate: int, lengths: "Optional[Union[NDArray[Any], torch.Tensor]]" = None
    ) -> Any:
        """Features of utterances, each as it would be alone: a list, or (B, T, E) when all have one T.

        samples  a list of what `extract` takes, or (B, N); NumPy arrays give NumPy arrays, tensors give tensors.
        lengths  (B,) valid samples of rows of a padded (B, N); the rest is not looked at.
        """
        _check_rate(sampling_rate)
        # One utterance alone is a batch of itself, as in lhotse.
        is_single = not isinstance(samples, (list, tuple)) and samples.ndim == 1
        utterances: "list[Any]" = [samples] if is_single else list(samples)
        if lengths is not None:
            utterances = [row[..., :int(length)] for row, length in zip(utterances, lengths)]
        features: "list[Any]" = self._features(utterances)
        if any(isinstance(utterance, torch.Tensor) for utterance in utterances):
            features = [torch.from_numpy(one) for one in features]
        if is_single:
            return features[0]
        if len(features) == 1 and lengths is None:
            return features if isinstance(samples, list) else features[0]
        if any(one.shape != features[0].shape for one in features):
            return features
        return torch.stack(features) if isinstance(features[0], torch.Tensor) else numpy.stack(features)

    def _features(self, utterances: "list[Any]") -> "list[NDArray[numpy.float32]]":
        chosen = self._chosen
        layers: Layers = "last" if chosen.layer is None else chosen.layer
        states = self.engine.features(
            utterances, layers=layers, layer_zero=chosen.layer_zero, last_state=chosen.last_state,
            project=chosen.project)
        return [self._counted(one, utterance.shape[-1]) for one, utterance in zip(states, utterances)]

    def _counted(self, states: "NDArray[numpy.float32]", sample_count: int) -> "NDArray[numpy.float32]":
        expected = compute_num_frames_from_samples(sample_count, self.frame_shift, self.engine.sample_rate)
        missing = expected - len(states)
        return states[:expected] if missing <= 0 else numpy.pad(states, ((0, missing), (0, 0)), mode="edge")

    def __reduce__(self) -> Any:
        return type(self), (self._chosen,)


def _check_rate(rate: int) -> None:
    if rate != SAMPLE_RATE:
        raise errors.SampleRateError(
            f"samples are at {rate} Hz, models take {SAMPLE_RATE}; resample first, cuts.resample({SAMPLE_RATE})")
