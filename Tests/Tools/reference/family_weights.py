"""Random weights for a model of the HuBERT family, as large as in trained ones.

`random_weights(encoder, ...)` gives {fairseq's name: float32 array} with the weight norm in its two factors, as files
have it. Activations stay near 1, and the residual stream of a pre-norm model grows from layer to layer. A tensor
depends on its name, its shape and the seed only.
"""
import zlib

import numpy as np


class Maker:
    """Random tensors, collected under their names."""

    def __init__(self, seed):
        self.seed = seed
        self.tensors = {}

    def normal(self, name, *shape):
        random = np.random.default_rng([self.seed, zlib.crc32(name.encode())])
        return random.standard_normal(shape, dtype=np.float32)

    def put(self, name, values):
        self.tensors[name] = np.asarray(values, np.float32)

    def bias(self, name, count, size=0.1):
        self.put(f"{name}.bias", size * self.normal(f"{name}.bias", count))

    def weight(self, name, *shape, gain=1.0):
        """A weight whose outputs are as large as its inputs, times a gain."""
        scale = np.float32(gain / np.sqrt(np.prod(shape[1:])))
        self.put(f"{name}.weight", scale * self.normal(f"{name}.weight", *shape))

    def linear(self, name, outputs, inputs, gain=1.0):
        self.weight(name, outputs, inputs, gain=gain)
        self.bias(name, outputs)

    def norm(self, name, count):
        self.put(f"{name}.weight", 1 + 0.2 * self.normal(f"{name}.weight", count))
        self.bias(name, count)


def extractor(make, encoder, convolution_biases, scales_channels):
    inputs = 1
    for index, (channels, taps, _) in enumerate(encoder.convolutions):
        name = f"feature_extractor.conv_layers.{index}"
        make.weight(f"{name}.0", channels, inputs, taps, gain=np.sqrt(2))
        if convolution_biases is not None:
            make.bias(f"{name}.0", channels, convolution_biases)
        if encoder.extractor_norm == "layer":
            make.norm(f"{name}.2.1", channels)
        elif index == 0:
            make.norm(f"{name}.2", channels)
        inputs = channels
    if scales_channels:
        name = "feature_extractor.dummy_weight"
        make.put(name, 1 + 0.3 * make.normal(name, inputs))


def position(make, encoder):
    width, taps, inputs = encoder.width, encoder.position_taps, encoder.width // encoder.position_groups
    if encoder.position_depth > 1:
        for index in range(encoder.position_depth):
            make.weight(f"encoder.pos_conv.{index}.0", width, inputs, taps)
            make.bias(f"encoder.pos_conv.{index}.0", width)
        return
    name = "encoder.pos_conv.0"
    if encoder.batch_norm:
        make.norm(name, width)
        make.put(name + ".running_mean", 0.3 * make.normal(name + ".running_mean", width))
        make.put(name + ".running_var", np.exp(0.3 * make.normal(name + ".running_var", width)))
        make.weight("encoder.pos_conv.1", width, inputs, taps)
        make.bias("encoder.pos_conv.1", width)
        return
    direction = make.normal(name + ".weight_v", width, inputs, taps)
    lengths = np.linalg.norm(direction, axis=(0, 1), keepdims=True) * 2 / np.sqrt(taps * width)
    # The length of each tap is a parameter of its own: vary it.
    make.put(name + ".weight_g", lengths * (1 + 0.1 * np.abs(make.normal(name + ".weight_g", 1, 1, taps))))
    make.put(name + ".weight_v", direction)
    make.bias(name, width)


def attention(make, encoder, layer):
    name, width = f"encoder.layers.{layer}.self_attn", encoder.width
    inner = encoder.heads[layer] * encoder.head_size
    # Larger queries and keys make attention pick frames rather than average over all of them.
    for projection, gain in [("q_proj", 1.4), ("k_proj", 1.4), ("v_proj", 1.0)]:
        make.linear(f"{name}.{projection}", inner, width, gain)
    make.linear(f"{name}.out_proj", width, inner)
    if encoder.buckets:
        heads = encoder.all_heads or encoder.heads[layer]
        make.linear(f"{name}.grep_linear", 8, encoder.head_size)
        make.put(f"{name}.grep_a", 1 + 0.5 * make.normal(f"{name}.grep_a", 1, heads, 1, 1))
        if layer == 0:
            table = f"{name}.relative_attention_bias.weight"
            make.put(table, make.normal(table, encoder.buckets, heads))


def random_weights(
    encoder, seed=0, convolution_biases=None, scales_channels=False, normalizes_features=True, adapters=0,
    projection=0,
):
    """Tensors of a model. `convolution_biases`: how large, None for none; `adapters`: their width; `projection`: that
    of HuBERT's final projection; 0 for none."""
    make = Maker(seed)
    width, channels = encoder.width, encoder.convolutions[-1][0]
    extractor(make, encoder, convolution_biases, scales_channels)
    if normalizes_features:
        make.norm("layer_norm", channels)
    make.linear("post_extract_proj", width, channels)
    position(make, encoder)
    make.norm("encoder.layer_norm", width)
    for layer, ffn in enumerate(encoder.ffn):
        name = f"encoder.layers.{layer}"
        if encoder.heads[layer]:
            attention(make, encoder, layer)
        make.norm(f"{name}.self_attn_layer_norm", width)
        if ffn:
            make.linear(f"{name}.fc1", ffn, width)
            make.linear(f"{name}.fc2", width, ffn)
        make.norm(f"{name}.final_layer_norm", width)
        if adapters:
            make.norm(f"{name}.adapter_layer.norm", width)
            make.linear(f"{name}.adapter_layer.linear_1", adapters, width)
            make.linear(f"{name}.adapter_layer.linear_2", width, adapters)
    if projection:
        make.linear("final_proj", projection, width)
    return make.tensors
