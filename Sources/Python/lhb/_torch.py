"""Waveforms and hidden states as PyTorch tensors: what the adapters to libraries built on it have in common."""
# PyTorch is optional: where it is missing, its names are Any.
# mypy: disable-error-code="import-not-found", disallow-subclassing-any=False
# pyright: reportMissingImports=false
from __future__ import annotations

from typing import Any, Optional, Sequence

import torch

from . import errors
from .model import Layers, Model


class EncoderModule(torch.nn.Module):
    """A model as a module without parameters, to be part of others.

    It runs on the processor, whatever `to` says; tensors on other devices are copied there and back. `train` changes
    nothing: there is no dropout. Nothing of it is in a state dict. It can be copied and pickled, as the model can.
    """

    _placement: torch.Tensor

    def __init__(self, model: Model) -> None:
        super().__init__()
        self.engine = model
        # Empty: it goes where `to` sends the module, so that `device` and `dtype` can tell.
        self.register_buffer("_placement", torch.empty(0), persistent=False)

    @property
    def device(self) -> torch.device:
        """Where `to` sent the module. Outputs are on the device of the input, not on this one."""
        return self._placement.device

    @property
    def dtype(self) -> torch.dtype:
        """What `to` made of the module. Outputs are of the type of the input, not of this one."""
        return self._placement.dtype

    def extra_repr(self) -> str:
        return repr(self.engine)


def waveform(samples: torch.Tensor, name: str) -> torch.Tensor:
    """Samples of any shape as the library takes them: on the processor, and integers or float32.

    Raises lhb.ArgumentError when a gradient through the model is wanted. Under torch.no_grad() none is.
    """
    if not isinstance(samples, torch.Tensor):
        raise errors.ArgumentError(f"{name} is {type(samples).__name__}, expected a torch.Tensor")
    if samples.requires_grad and torch.is_grad_enabled():
        raise errors.ArgumentError(
            f"{name} requires a gradient, which is not computed here; pass x.detach(), or run under torch.no_grad()")
    samples = samples.detach().cpu()
    return samples.float() if samples.is_floating_point() else samples


def rows(batch: torch.Tensor, lengths: Optional[torch.Tensor], name: str) -> "list[torch.Tensor]":
    """The utterances (N_b,) of a padded batch (B, N): the first `lengths` samples of each row, by default all."""
    samples = waveform(batch, name)
    if samples.ndim != 2 or samples.shape[0] == 0:
        raise errors.ArgumentError(f"{name} has the shape {tuple(samples.shape)}, expected (B, N): utterances, samples")
    if lengths is None:
        return list(samples)
    if tuple(lengths.shape) != (samples.shape[0],):
        raise errors.ArgumentError(
            f"lengths has the shape {tuple(lengths.shape)}, expected ({samples.shape[0]},): one of each utterance")
    counts = [int(count) for count in lengths.tolist()]
    for index, count in enumerate(counts):
        if not 0 <= count <= samples.shape[1]:
            raise errors.ArgumentError(
                f"the length of utterance {index} is {count}, expected 0 to {samples.shape[1]}, the samples of a row")
    return [row[:count] for row, count in zip(samples, counts)]


def hidden_states(
    model: Model, utterances: Sequence[torch.Tensor], frames: int, like: torch.Tensor, layers: Layers, **options: Any
) -> "list[torch.Tensor]":
    """Hidden states of utterances that run alone, each (B, frames, E) and zero beyond an utterance's own frames.

    layers   "last", which gives one state, "all" or a list.
    options  `layer_zero` and `last_state` of Model.features.
    like     the tensor whose device, and type if it is one of floats, they have.
    """
    results = [
        states.reshape(-1, *states.shape[-2:])
        for states in model.features([utterance.numpy() for utterance in utterances], layers=layers, **options)]
    count, own_frames, width = results[0].shape
    if len(results) == 1 and count == 1 and own_frames == frames:
        tensors = [torch.from_numpy(results[0])]
    else:
        # Memory of its own for each state: whoever keeps or saves one would keep or save all of them.
        shape = (len(results), frames, width)
        tensors = [torch.zeros(shape, dtype=torch.float32, device="cpu") for _ in range(count)]
        for index, result in enumerate(results):
            for tensor, state in zip(tensors, result):
                tensor[index, :len(state)] = torch.from_numpy(state)
    dtype = like.dtype if like.is_floating_point() else torch.float32
    return [tensor.to(like.device, dtype) for tensor in tensors]


def frame_counts(model: Model, sample_counts: torch.Tensor) -> torch.Tensor:
    """The frames of each number of samples, in a tensor like theirs; 0 when they are too few for one."""
    counts = [model.frames(max(0, int(count))) for count in sample_counts.reshape(-1).tolist()]
    return torch.tensor(counts, dtype=sample_counts.dtype, device=sample_counts.device).reshape(sample_counts.shape)
