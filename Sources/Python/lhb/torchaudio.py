"""Models as torchaudio has them: code for its Wav2Vec2Model and for its bundles runs with one line changed.

    import lhb.torchaudio
    bundle = lhb.torchaudio.Bundle("small.lhb")                # was torchaudio.pipelines.HUBERT_BASE
    model = bundle.get_model()
    features, _ = model.extract_features(waveforms)            # L of (B, T, E): layers 1 to L

torchaudio itself is not needed. Its bundles of models with normalised waveforms normalise a batch as a whole; here each
utterance is normalised by itself, which for a batch of one is the same.
"""
# PyTorch is optional: where it is missing, its names are Any.
# mypy: disable-error-code="import-not-found"
# pyright: reportMissingImports=false
from __future__ import annotations

from typing import Any, Optional

import torch

from . import _torch, errors, files
from ._library import SAMPLE_RATE
from .model import Model as Engine


class Model(_torch.EncoderModule):
    """A model that is called as Wav2Vec2Model is. `engine` is the lhb.Model that computes."""

    def extract_features(
        self, waveforms: torch.Tensor, lengths: Optional[torch.Tensor] = None, num_layers: Optional[int] = None
    ) -> "tuple[list[torch.Tensor], Optional[torch.Tensor]]":
        """The outputs of the encoder's layers 1 to L, without the encoder's final norm.

        waveforms   (B, N) samples at 16 kHz in [-1, 1].
        lengths     (B,) valid samples of each: each utterance runs alone on these, and frames beyond its own are zeros.
                    None: all are valid.
        num_layers  1 to L: the list ends after that many. None for all. Later layers are not computed.

        Returns the list of (B, T, E), where T is of N samples, on the device and in the type of `waveforms`; and the
        valid frames (B,) of each, None without `lengths`.

        Raises lhb.ArgumentError; lhb.DataError when an utterance is too short for a frame or not finite.
        """
        count = self.engine.layer_count
        if num_layers is not None and not 0 < num_layers <= count:
            raise errors.ArgumentError(f"num_layers is {num_layers}, expected 1 to {count}")
        return self._run(waveforms, lengths, list(range(1, (num_layers or count) + 1)))

    def forward(
        self, waveforms: torch.Tensor, lengths: Optional[torch.Tensor] = None
    ) -> "tuple[torch.Tensor, Optional[torch.Tensor]]":
        """The last representation (B, T, E), through the encoder's final norm; else as `extract_features`."""
        states, counts = self._run(waveforms, lengths, "last")
        return states[0], counts

    def _run(
        self, waveforms: torch.Tensor, lengths: Optional[torch.Tensor], layers: Any
    ) -> "tuple[list[torch.Tensor], Optional[torch.Tensor]]":
        utterances = _torch.rows(waveforms, lengths, "waveforms")
        frames = self.engine.frames(waveforms.shape[1])
        states = _torch.hidden_states(self.engine, utterances, frames, waveforms, layers, last_state="raw")
        return states, None if lengths is None else _torch.frame_counts(self.engine, lengths)


class Bundle:
    """A model's file, and how to open it, as torchaudio.pipelines has them."""

    def __init__(self, path: files.Path, arch: Optional[str] = None, **options: Any) -> None:
        """Takes what lhb.load takes. Nothing is opened yet."""
        self._path = path
        self._arch = arch
        self._options = options

    @property
    def sample_rate(self) -> int:
        """Samples a second that models take: 16000."""
        return SAMPLE_RATE

    def get_model(self) -> Model:
        """Opens the model."""
        model = Model(Engine(self._path, self._arch, **self._options))
        model.eval()
        return model
