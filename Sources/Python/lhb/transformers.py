"""Models as transformers has them: code for HubertModel and AutoFeatureExtractor runs with two lines changed.

    import lhb.transformers
    extractor = lhb.transformers.FeatureExtractor.from_pretrained("small.lhb")     # was AutoFeatureExtractor
    model = lhb.transformers.Model.from_pretrained("small.lhb")                    # was HubertModel
    inputs = extractor([one, another], sampling_rate=16000, padding=True, return_tensors="pt")
    model(**inputs, output_hidden_states=True).hidden_states                       # L + 1 of (B, T, E)

The model normalises each utterance itself, as it was trained, so the extractor here does not. With an extractor that
does, such as a published one with do_normalize true, open the model with normalize=False.
"""
# transformers and PyTorch are optional: where they are missing, their names are Any.
# mypy: disable-error-code="import-not-found, import-untyped, no-untyped-call"
# pyright: reportMissingImports=false
from __future__ import annotations

import functools
import os
from typing import Any, Optional, Union

import torch
# From its parts: where it is missing, pyright would take the package itself for this module.
from transformers.modeling_outputs import BaseModelOutput
from transformers.models.hubert import HubertConfig, HubertModel
from transformers.models.wav2vec2 import Wav2Vec2FeatureExtractor

from . import _torch, errors, files
from .model import Model as Engine


class FeatureExtractor:
    """Stands for AutoFeatureExtractor, whose `from_pretrained` it has."""

    @staticmethod
    def from_pretrained(path: files.Path, **options: Any) -> Wav2Vec2FeatureExtractor:
        """A Wav2Vec2FeatureExtractor of transformers for a model: it pads and gives an attention mask, no more.

        path     the model's, of which nothing but the name is read.
        options  of Wav2Vec2FeatureExtractor, such as padding_side.

        Raises lhb.MissingFileError.
        """
        if not os.path.exists(path):
            raise errors.MissingFileError(f"{os.fspath(path)}: no such file or folder; models are not downloaded")
        return Wav2Vec2FeatureExtractor(**{"do_normalize": False, "return_attention_mask": True, **options})


class Model(_torch.EncoderModule):
    """A model that is called as HubertModel is. `engine` is the lhb.Model that computes, `config` a HubertConfig."""

    main_input_name = "input_values"
    base_model_prefix = "hubert"

    def __init__(self, engine: Engine, *, output_hidden_states: bool = False, return_dict: bool = True) -> None:
        super().__init__(engine)
        self.config = _config(engine, output_hidden_states, return_dict)
        self.eval()

    @classmethod
    def from_pretrained(
        cls, path: files.Path, arch: Optional[str] = None, *, output_hidden_states: bool = False,
        return_dict: bool = True, **options: Any,
    ) -> Model:
        """Opens a model, with the options of lhb.load. The other two are defaults of each call."""
        return cls(Engine(path, arch, **options), output_hidden_states=output_hidden_states, return_dict=return_dict)

    def forward(
        self,
        input_values: torch.Tensor,
        attention_mask: Optional[torch.Tensor] = None,
        mask_time_indices: None = None,
        output_attentions: Optional[bool] = None,
        output_hidden_states: Optional[bool] = None,
        return_dict: Optional[bool] = None,
    ) -> "Union[BaseModelOutput, tuple[Any, ...]]":
        """Hidden states of a batch, on the device and in the type of `input_values`.

        input_values          (B, N) samples at 16 kHz in [-1, 1].
        attention_mask        (B, N): ones, then zeros beyond the end of an utterance. Each utterance runs alone on its
                              own samples, and frames beyond its own are zeros. None: all samples are its own, and
                              padding is silence.
        output_hidden_states  whether to give all hidden states; None for what config says.
        return_dict           False for a plain tuple; None for what config says.

        Returns BaseModelOutput: last_hidden_state (B, T, E), where T is of N samples; hidden_states None, or L + 1 of
        (B, T, E): the encoder's input, then each layer's output. In models with norms before attention and FFN, the
        last of these is through the encoder's norm or not, as the installed transformers has it: it is before 5.16.
        From there on hidden states take a second run, which last_hidden_state needs.

        Raises lhb.ArgumentError; lhb.DataError when an utterance is too short for a frame or not finite.
        """
        if output_attentions or mask_time_indices is not None:
            name = "output_attentions" if output_attentions else "mask_time_indices"
            raise errors.ArgumentError(f"{name} is given, expected None: neither attentions nor masking are computed")
        if output_hidden_states is None:
            output_hidden_states = self.config.output_hidden_states
        lengths = None if attention_mask is None else _lengths(input_values, attention_mask)
        utterances = _torch.rows(input_values, lengths, "input_values")
        frames = self.engine.frames(input_values.shape[1])
        last, states = None, None
        if output_hidden_states:
            is_raw = self.config.do_stable_layer_norm and not _last_state_is_normed()
            states = _torch.hidden_states(
                self.engine, utterances, frames, input_values, "all", layer_zero="encoder-input",
                last_state="raw" if is_raw else "normed")
            last = None if is_raw else states[-1]
        if last is None:
            last = _torch.hidden_states(self.engine, utterances, frames, input_values, "last")[0]
        output = BaseModelOutput(last_hidden_state=last, hidden_states=None if states is None else tuple(states))
        if self.config.return_dict if return_dict is None else return_dict:
            return output
        plain: "tuple[Any, ...]" = output.to_tuple()
        return plain

    def _get_feat_extract_output_lengths(self, input_lengths: "Union[torch.Tensor, int]") -> torch.Tensor:
        """The frames of numbers of samples, a tensor as transformers gives it; 0 when they are too few for one."""
        return _torch.frame_counts(self.engine, torch.as_tensor(input_lengths))

    def _get_feature_vector_attention_mask(
        self, feature_vector_length: int, attention_mask: torch.Tensor
    ) -> torch.Tensor:
        """(B, feature_vector_length) of booleans: which frames are an utterance's own, to take means over them."""
        counts = self._get_feat_extract_output_lengths(attention_mask.sum(-1))
        return torch.arange(feature_vector_length, device=counts.device) < counts.unsqueeze(-1)


def _lengths(input_values: torch.Tensor, attention_mask: torch.Tensor) -> torch.Tensor:
    if attention_mask.shape != input_values.shape:
        raise errors.ArgumentError(
            f"attention_mask has the shape {tuple(attention_mask.shape)}, expected that of input_values, "
            f"{tuple(input_values.shape)}")
    mask = attention_mask.bool()
    lengths = mask.sum(-1)
    if not torch.equal(mask, torch.arange(mask.shape[-1], device=mask.device) < lengths.unsqueeze(-1)):
        raise errors.ArgumentError("attention_mask has ones after zeros, expected padding on the right alone")
    return lengths


def _config(engine: Engine, output_hidden_states: bool, return_dict: bool) -> HubertConfig:
    """The model's sizes by transformers' names. Where layers differ, those of the largest."""
    shape = engine.description["shape"]
    convolutions, layers, position = shape["convolutions"], shape["layers"], shape["position"]
    return HubertConfig(
        hidden_size=engine.width,
        num_hidden_layers=engine.layer_count,
        num_attention_heads=max(((layer["attention"] or {}).get("heads", 1) for layer in layers), default=1),
        intermediate_size=max((layer["ffn"] or 0 for layer in layers), default=0),
        hidden_act=shape["activation"],
        feat_extract_norm="layer" if convolutions[-1]["norm"] == "layer" else "group",
        feat_proj_layer_norm=shape["normalizes_features"],
        conv_dim=[convolution["channels"] for convolution in convolutions],
        conv_kernel=[convolution["kernel"] for convolution in convolutions],
        conv_stride=[convolution["stride"] for convolution in convolutions],
        conv_bias=convolutions[0]["bias"],
        num_conv_pos_embeddings=position["layers"][0][-1],
        num_conv_pos_embedding_groups=position["groups"],
        conv_pos_batch_norm=position["kind"] == "batch-normed",
        do_stable_layer_norm=shape["norms_first"],
        # Nothing is masked or left out here, also in training.
        apply_spec_augment=False,
        layerdrop=0.0,
        output_hidden_states=output_hidden_states,
        return_dict=return_dict,
    )


@functools.lru_cache(maxsize=None)
def _last_state_is_normed() -> bool:
    """Whether the last of hidden_states has passed the encoder's norm, in the transformers that is installed.

    It has in 4 and up to 5.15, and has not from 5.16 on. A model whose norm gives zeros tells, in a tenth of a second;
    a number of a release would have to be known for each kind of model.
    """
    config = HubertConfig(
        hidden_size=2, num_hidden_layers=1, num_attention_heads=1, intermediate_size=2, conv_dim=[2], conv_kernel=[2],
        conv_stride=[2], num_conv_pos_embeddings=2, num_conv_pos_embedding_groups=1, feat_extract_norm="layer",
        do_stable_layer_norm=True)
    # Its random weights are drawn from a generator that the caller may have seeded.
    with torch.random.fork_rng(devices=[]), torch.no_grad():
        model = HubertModel(config).eval()
        torch.nn.init.zeros_(model.encoder.layer_norm.weight)
        torch.nn.init.zeros_(model.encoder.layer_norm.bias)
        states = model(torch.ones(1, 8), output_hidden_states=True).hidden_states
    return not bool(states[-1].any())
