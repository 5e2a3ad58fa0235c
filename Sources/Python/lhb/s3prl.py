"""Models as s3prl has them: an upstream, by name.

    import lhb.s3prl
    lhb.s3prl.register()
    upstream = s3prl.nn.S3PRLUpstream("lighthubert_engine_local", path_or_url="small.lhb")
    all_hs, all_hs_len = upstream(wavs, wavs_len)              # lists of (B, ceil(N / 320), E) and of (B,)

Hidden states are those of s3prl's own upstreams: the encoder's input, then the layers' outputs, the last of them
through the encoder's final norm. As there, LightHuBERT and DistilHuBERT have the projected features as state 0, and
LightHuBERT always normalises the waveform. DistilHuBERT's three predictions are not among them.
"""
# PyTorch is optional: where it is missing, its names are Any. s3prl is imported when it is asked for.
# mypy: disable-error-code="import-not-found"
# pyright: reportMissingImports=false
from __future__ import annotations

import importlib
from typing import Any, Optional, Sequence

import torch

from . import _torch, errors, files
from .model import Model as Engine

# Families whose experts in s3prl have the projected features as state 0.
_PROJECTION_FIRST = ("lighthubert", "distilhubert")


class UpstreamExpert(_torch.EncoderModule):
    """An expert of s3prl's: a list of waveforms to padded hidden states. `engine` is the lhb.Model that computes."""

    def __init__(
        self, ckpt: files.Path, arch: Optional[str] = None, *, layer_zero: Optional[str] = None,
        normalize: Optional[bool] = None, **options: Any,
    ) -> None:
        """Opens a model.

        ckpt, arch, options  what lhb.load takes.
        layer_zero           what state 0 is, "projection" or "encoder-input"; None for what s3prl has for the family.
        normalize            whether waveforms are normalised; None for what s3prl does with the family.
        """
        super().__init__(Engine(ckpt, arch, normalize=normalize, **options))
        description = self.engine.description
        family = description["family"]
        self._layer_zero = layer_zero or ("projection" if family in _PROJECTION_FIRST else "encoder-input")
        self._normalize = True if family == "lighthubert" and normalize is None else None
        self._rate = 1
        for convolution in description["shape"]["convolutions"]:
            self._rate *= convolution["stride"]

    def get_downsample_rates(self, key: str) -> int:
        """Samples from one frame to the next, of any key: 320, and 640 of models with 25 frames a second."""
        return self._rate

    def forward(self, wavs: Sequence[torch.Tensor]) -> "dict[str, Any]":
        """Hidden states of utterances, each as it would be alone, on the device and in the type of the first.

        wavs  (N_b,) samples each, at 16 kHz in [-1, 1]. Those too short for a frame are filled up with zeros to one.

        Returns `hidden_states`, the list of L + 1 of (B, T, E); `last_hidden_state`; `hidden_state_0` and so on. As
        s3prl.nn counts, an utterance has N_b / 320 frames, rounded up, which are one or two more than there are: these
        are the last one again. What follows, up to the T of the longest, is zeros.

        Raises lhb.ArgumentError; lhb.DataError when samples are not finite.
        """
        if len(wavs) == 0:
            raise errors.ArgumentError("wavs is empty, expected a list of one waveform (N,) or more")
        utterances = [self._filled(wav, index) for index, wav in enumerate(wavs)]
        counts = [self.engine.frames(len(utterance)) for utterance in utterances]
        lengths = [max(count, -(-len(wav) // self._rate)) for count, wav in zip(counts, wavs)]
        states = _torch.hidden_states(
            self.engine, utterances, max(lengths), wavs[0], "all", layer_zero=self._layer_zero, last_state="normed",
            normalize=self._normalize)
        for index, (count, length) in enumerate(zip(counts, lengths)):
            for state in states:
                state[index, count:length] = state[index, count - 1]
        return {
            "hidden_states": states, "last_hidden_state": states[-1],
            **{f"hidden_state_{index}": state for index, state in enumerate(states)}}

    def _filled(self, wav: torch.Tensor, index: int) -> torch.Tensor:
        samples = _torch.waveform(wav, f"waveform {index}")
        if samples.ndim != 1:
            raise errors.ArgumentError(f"waveform {index} has the shape {tuple(samples.shape)}, expected (N,)")
        missing = self.engine.minimum_samples - len(samples)
        return samples if missing <= 0 else torch.nn.functional.pad(samples, (0, missing))


def register(name: str = "lighthubert_engine_local") -> None:
    """Makes UpstreamExpert an upstream of s3prl's by this name, whose checkpoint is a path.

    `extra_conf` of S3PRLUpstream passes further arguments on. Doing it again changes nothing.

    Raises lhb.UnavailableError when s3prl cannot be imported.
    """
    try:
        hub = importlib.import_module("s3prl.hub")
    # Some versions use what other versions of torchaudio no longer have.
    except (ImportError, AttributeError, OSError) as problem:
        raise errors.UnavailableError(
            f"s3prl cannot be imported: {problem}; s3prl 0.4.18 needs torchaudio below 2.9") from None
    setattr(hub, name, _upstream)


def _upstream(ckpt: files.Path, refresh: bool = False, model_config: None = None, **options: Any) -> UpstreamExpert:
    """What s3prl calls: `refresh` is for downloads, of which there are none here."""
    if model_config is not None:
        raise errors.ArgumentError(f"model_config is {model_config!r}, expected None: a model's file says all of it")
    return UpstreamExpert(ckpt, **options)
