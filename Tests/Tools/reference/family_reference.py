"""What a model of the HuBERT family computes, in float64 numpy: the judge that the programs' numbers are compared with.

`Encoder` describes a model, `forward` runs its weights: numpy arrays under fairseq's names, of any floating-point type.
They are widened when they are used, so a large model needs no second copy. Nothing here is fast, and nothing is shared
with the Swift code. Parts that LightHuBERT has too are those of reference.py.

Needs python3-numpy and python3-scipy (apt).
"""
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np

from reference import convolve, convolve_same, gelu, standardise

EPSILON = 1e-5
PUBLISHED_CONVOLUTIONS = [(512, 10, 5)] + [(512, 3, 2)] * 4 + [(512, 2, 2)] * 2


@dataclass
class Encoder:
    """What is computed. What can be seen from the tensors that are there, such as biases, is not said here."""

    width: int = 768
    heads: list = field(default_factory=lambda: [12] * 12)  # of each layer; 0 for one without attention
    head_size: int = 64
    ffn: list = field(default_factory=lambda: [3072] * 12)  # width in each layer; 0 for one without
    convolutions: list = field(default_factory=lambda: list(PUBLISHED_CONVOLUTIONS))  # (channels, taps, stride)
    extractor_norm: str = "group"  # or "layer"
    normalizes: bool = False
    waveform_epsilon: float = EPSILON
    pre_norm: bool = False
    position_taps: int = 128
    position_groups: int = 16
    position_depth: int = 1  # data2vec-audio has several, with norms in between
    batch_norm: bool = False  # before the position convolution
    buckets: int = 0  # of WavLM's relative positions; 0 without
    max_distance: int = 0
    all_heads: int = 0  # columns of WavLM's table; 0 for as many as each layer has
    kept_heads: list | None = None  # which of those the heads of each layer are, where some were pruned


class Result(NamedTuple):
    """Outputs of one utterance, float64."""

    hidden_states: np.ndarray  # (L + 1, T, E); the first is the projected features
    encoder_input: np.ndarray  # (T, E)
    last: np.ndarray  # (T, E); the last hidden state, in pre-norm models normed once more
    projections: np.ndarray | None  # (L + 1, T, P); HuBERT's final projection of every hidden state


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def softmax(x):
    exponentials = np.exp(x - x.max(axis=-1, keepdims=True))
    return exponentials / exponentials.sum(axis=-1, keepdims=True)


def bucket(distance, buckets, max_distance):
    """WavLM's bucket of key - query. One half of the buckets is for keys that come later; of each half one half is for
    single distances, the rest for distances that grow by a constant factor."""
    half = buckets // 2
    exact = half // 2
    size = np.abs(distance)
    # The published code takes this logarithm in float32.
    ratio = np.maximum(size, exact).astype(np.float32) / np.float32(exact)
    steps = np.log(ratio) / np.float32(np.log(max_distance / exact)) * np.float32(half - exact)
    far = np.minimum(exact + steps.astype(int), half - 1)
    return np.where(distance > 0, half, 0) + np.where(size < exact, size, far)


class Pass:
    """A forward pass of an encoder with its weights."""

    def __init__(self, encoder, weights):
        self.encoder, self.weights = encoder, weights

    def has(self, name):
        return name in self.weights

    def get(self, name):
        """A tensor in float64; None when there is none."""
        return np.asarray(self.weights[name], np.float64) if name in self.weights else None

    def affine(self, name, x):
        return x @ self.get(name + ".weight").T + self.get(name + ".bias")

    def norm(self, name, x, axis=-1):
        return standardise(x, axis) * self.get(name + ".weight") + self.get(name + ".bias")

    def extract(self, samples):
        x = np.asarray(samples, np.float64)
        if self.encoder.normalizes:
            x = (x - x.mean()) / np.sqrt(x.var() + self.encoder.waveform_epsilon)
        x = x[:, None]
        for index, (_, _, stride) in enumerate(self.encoder.convolutions):
            name = f"feature_extractor.conv_layers.{index}"
            x = convolve(x, self.get(name + ".0.weight"), self.get(name + ".0.bias"), stride)
            if self.encoder.extractor_norm == "layer":
                x = self.norm(name + ".2.1", x)
            elif index == 0:
                x = self.norm(name + ".2", x, axis=0)
            x = gelu(x)
        if self.has("feature_extractor.dummy_weight"):
            x = x * self.get("feature_extractor.dummy_weight")
        return x

    def project(self, x):
        if self.has("layer_norm.weight"):
            x = self.norm("layer_norm", x)
        return self.affine("post_extract_proj", x) if self.has("post_extract_proj.weight") else x

    def position(self, x):
        encoder = self.encoder
        if encoder.position_depth > 1:
            for index in range(encoder.position_depth):
                name = f"encoder.pos_conv.{index}.0"
                weight, bias = self.get(name + ".weight"), self.get(name + ".bias")
                x = gelu(standardise(convolve_same(x, weight, bias, encoder.position_groups), -1))
            return x
        name = "encoder.pos_conv.0"
        if encoder.batch_norm:
            variance = self.get(name + ".running_var") + EPSILON
            x = (x - self.get(name + ".running_mean")) / np.sqrt(variance)
            x = x * self.get(name + ".weight") + self.get(name + ".bias")
            name = "encoder.pos_conv.1"
        weight = self.get(name + ".weight")
        if weight is None:
            direction = self.get(name + ".weight_v")
            weight = direction * (self.get(name + ".weight_g") / np.linalg.norm(direction, axis=(0, 1)))
        return gelu(convolve_same(x, weight, self.get(name + ".bias"), encoder.position_groups))

    def distances(self, frames):
        """WavLM's bias for each pair of frames before any gate, (heads, T, T); None without."""
        table = self.get("encoder.layers.0.self_attn.relative_attention_bias.weight")
        if table is None:
            return None
        place = np.arange(frames)
        rows = bucket(place[None, :] - place[:, None], self.encoder.buckets, self.encoder.max_distance)
        return table[rows].transpose(2, 0, 1)

    def gates(self, name, x, heads):
        """What a layer multiplies WavLM's bias by, (heads, T), from slices of what the layer reads."""
        slices = x.reshape(len(x), heads, -1).transpose(1, 0, 2)
        eight = self.affine(name + ".grep_linear", slices)
        first, second = sigmoid(eight[..., :4].sum(axis=-1)), sigmoid(eight[..., 4:].sum(axis=-1))
        return first * (second * self.get(name + ".grep_a").reshape(heads, 1) - 1) + 2

    def attend(self, layer, x, distances):
        name, heads = f"encoder.layers.{layer}.self_attn", self.encoder.heads[layer]
        size = self.encoder.head_size

        def by_head(projection):
            return self.affine(f"{name}.{projection}", x).reshape(len(x), heads, size).transpose(1, 0, 2)

        scores = by_head("q_proj") / np.sqrt(size) @ by_head("k_proj").transpose(0, 2, 1)
        if distances is not None:
            bias = self.gates(name, x, len(distances))[:, :, None] * distances
            kept = self.encoder.kept_heads
            scores = scores + (bias if kept is None else bias[kept[layer]])
        context = softmax(scores) @ by_head("v_proj")
        return self.affine(name + ".out_proj", context.transpose(1, 0, 2).reshape(len(x), heads * size))

    def layer(self, layer, x, distances):
        name, pre_norm = f"encoder.layers.{layer}", self.encoder.pre_norm

        def before(norm, y):
            return self.norm(f"{name}.{norm}", y) if pre_norm else y

        def after(norm, y):
            return y if pre_norm else self.norm(f"{name}.{norm}", y)

        if self.encoder.heads[layer]:
            x = x + self.attend(layer, before("self_attn_layer_norm", x), distances)
        x = after("self_attn_layer_norm", x)
        if self.encoder.ffn[layer]:
            inner = gelu(self.affine(name + ".fc1", before("final_layer_norm", x)))
            x = x + self.affine(name + ".fc2", inner)
        adapter = name + ".adapter_layer"
        if self.has(adapter + ".linear_1.weight"):
            inner = self.affine(adapter + ".linear_1", self.norm(adapter + ".norm", x))
            x = x + self.affine(adapter + ".linear_2", np.maximum(inner, 0))
        return after("final_layer_norm", x)

    def run(self, samples):
        x = self.project(self.extract(samples))
        hidden_states = [x]
        x = x + self.position(x)
        if not self.encoder.pre_norm:
            x = self.norm("encoder.layer_norm", x)
        encoder_input, distances = x, self.distances(len(x))
        for layer in range(len(self.encoder.heads)):
            x = self.layer(layer, x, distances)
            hidden_states.append(x)
        last = self.norm("encoder.layer_norm", x) if self.encoder.pre_norm else x
        states = np.stack(hidden_states)
        projections = self.affine("final_proj", states) if self.has("final_proj.weight") else None
        return Result(states, encoder_input, last, projections)


def forward(encoder, weights, samples):
    """Runs a model on 16 kHz samples."""
    return Pass(encoder, weights).run(samples)
