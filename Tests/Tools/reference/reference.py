#!/usr/bin/env python3
"""What a LightHuBERT subnet computes, in float64 numpy: the judge that the programs' numbers are compared with.

    reference.py SUPERNET.pt ARCH.json AUDIO.wav OUT_PREFIX

writes OUT_PREFIX.hidden_states.npy (L + 1, T, E), with the projected features first as in the published code,
OUT_PREFIX.encoder_input.npy (T, E), which other code counts as hidden state 0, and OUT_PREFIX.last.npy (T, E): float64
results rounded to float32. AUDIO is 16 kHz, mono, 16-bit. Needs python3-numpy, python3-scipy and, to read the
checkpoint, python3-torch (apt).

As a module: `load_checkpoint` gives weights and config, `cut` takes the subnet's weights out of the supernet's, and
`forward` runs them. Nothing here is fast, and nothing is shared with the Swift code.
"""
import argparse
import ast
import json
import wave
from typing import NamedTuple

import numpy as np
from scipy.special import erf

HEAD_SIZE = 64
EPSILON = 1e-5

# Of twelve layers, a subnet of depth 11 leaves out the first of these, one of depth 10 the first two, and so on.
DROP_ORDER = (11, 7, 3, 10, 6, 2)

PUBLISHED_DEFAULTS = {
    "extractor_mode": "layer_norm",
    "encoder_layers": 12,
    "encoder_embed_dim": 768,
    "encoder_ffn_embed_dim": 3072,
    "encoder_attention_heads": 12,
    "activation_fn": "gelu",
    "layer_norm_first": False,
    "conv_feature_layers": "[(512,10,5)] + [(512,3,2)] * 4 + [(512,2,2)] * 2",
    "conv_bias": False,
    "conv_pos": 128,
    "conv_pos_groups": 16,
    "pos_conv_depth": 1,
    "prune_encoder_pos_conv": True,
    "required_seq_len_multiple": 2,
}


class Result(NamedTuple):
    """Outputs of one utterance, float64."""

    hidden_states: np.ndarray  # (L + 1, T, E); the first is the projected features
    encoder_input: np.ndarray  # (T, E)
    last: np.ndarray  # (T, E)


# ---- Reading


def conv_layers(expression):
    """[(channels, kernel, stride)] from a text such as "[(512,10,5)] + [(512,3,2)] * 4", which is not evaluated."""

    def value(node):
        if isinstance(node, ast.Expression):
            return value(node.body)
        if isinstance(node, ast.Constant) and isinstance(node.value, int):
            return node.value
        if isinstance(node, ast.List):
            return [value(item) for item in node.elts]
        if isinstance(node, ast.Tuple):
            return tuple(value(item) for item in node.elts)
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
            return value(node.left) + value(node.right)
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mult):
            return value(node.left) * value(node.right)
        raise ValueError(f"conv_feature_layers: cannot read {expression!r}")

    return value(ast.parse(expression, mode="eval"))


def complete_config(model, task):
    """The config of a checkpoint (`cfg.model`, `cfg.task`) with the published defaults for what is missing."""
    config = dict(PUBLISHED_DEFAULTS)
    config.update({key: model[key] for key in PUBLISHED_DEFAULTS if key in model})
    config["normalize"] = task.get("normalize", config["extractor_mode"] == "layer_norm")
    return config


def load_checkpoint(path):
    """(weights by name as numpy arrays in their own dtype but bfloat16 as float32, config) of a supernet."""
    import torch

    checkpoint = torch.load(path, map_location="cpu", weights_only=False)
    weights = {}
    for name, tensor in checkpoint["model"].items():
        weights[name] = (tensor.float() if tensor.dtype == torch.bfloat16 else tensor).numpy()
    settings = checkpoint["cfg"]
    return weights, complete_config(settings["model"], settings.get("task", {}))


def load_architecture(path):
    with open(path, encoding="utf-8") as file:
        return json.load(file)


def load_wav(path):
    """Samples of a 16 kHz mono 16-bit wav file, in [-1, 1)."""
    with wave.open(str(path)) as file:
        form = (file.getframerate(), file.getnchannels(), file.getsampwidth())
        if form != (16000, 1, 2):
            raise ValueError(f"{path}: rate, channels and sample bytes are {form}, expected (16000, 1, 2)")
        return np.frombuffer(file.readframes(file.getnframes()), dtype="<i2") / 32768.0


# ---- Slicing


def kept_layers(depth, layers=12):
    """Indices of the supernet's layers that a subnet of `depth` layers keeps."""
    dropped = DROP_ORDER[: layers - depth]
    return [index for index in range(layers) if index not in dropped]


def kept_ffn_units(ffn, embed, config):
    """Indices of the FFN units kept: of each block of encoder_embed_dim units the first `embed`, `ffn` in all."""
    full, block = config["encoder_ffn_embed_dim"], config["encoder_embed_dim"]
    if ffn == full:
        return np.arange(full)
    available = np.concatenate([np.arange(start, start + embed) for start in range(0, full, block)])
    if ffn > len(available):
        raise ValueError(f"ffn_embed {ffn} is more than embed_dim {embed} allows ({len(available)})")
    return available[:ffn]


def cut(supernet, config, architecture):
    """The tensors that a subnet uses, under the supernet's names.

    The weight-normed position convolution stays whole, since its norm is taken before the cut (see `position_kernel`).
    Any arrays of the supernet's shapes will do: with arrays of indices the result says which elements are used.
    """
    embed = architecture["embed_dim"]
    subnet = {name: array for name, array in supernet.items()
              if name.startswith(("feature_extractor.", "layer_norm."))}

    def take(name, *index):
        if name in supernet:
            subnet[name] = supernet[name][index]

    def take_affine(name, rows, columns=slice(None)):
        take(name + ".weight", rows, columns)
        take(name + ".bias", rows)

    def take_norm(name):
        take(name + ".weight", slice(embed))
        take(name + ".bias", slice(embed))

    take_affine("post_extract_proj", slice(embed))
    take_norm("encoder.layer_norm")

    depth, groups = config["pos_conv_depth"], config["conv_pos_groups"]
    if depth == 1:
        take("encoder.pos_conv.0.weight_g", Ellipsis)
        take("encoder.pos_conv.0.weight_v", Ellipsis)
        take("encoder.pos_conv.0.bias", slice(embed))
    else:
        whole = config["encoder_embed_dim"]
        inner = embed if config["prune_encoder_pos_conv"] else whole
        for index in range(depth):
            inputs = embed if index == 0 else inner
            outputs = embed if index == depth - 1 else inner
            take_affine(f"encoder.pos_conv.{index}.0", slice(outputs), slice(inputs // groups))

    for position, layer in enumerate(kept_layers(architecture["layer_num"], config["encoder_layers"])):
        name = f"encoder.layers.{layer}"
        width = HEAD_SIZE * architecture["heads_num"][position]
        units = kept_ffn_units(architecture["ffn_embed"][position], embed, config)
        for projection in ("q_proj", "k_proj", "v_proj"):
            take_affine(f"{name}.self_attn.{projection}", slice(width), slice(embed))
        take_affine(f"{name}.self_attn.out_proj", slice(embed), slice(width))
        take_norm(f"{name}.self_attn_layer_norm")
        take_affine(f"{name}.fc1", units, slice(embed))
        take_affine(f"{name}.fc2", slice(embed), units)
        take_norm(f"{name}.final_layer_norm")
    return subnet


# ---- Parts of the forward pass


def gelu(x):
    return x * (0.5 + 0.5 * erf(x * float(np.sqrt(0.5))))


def relu(x):
    return np.maximum(x, 0)


def standardise(x, axis):
    centred = x - x.mean(axis=axis, keepdims=True)
    return centred / np.sqrt((centred * centred).mean(axis=axis, keepdims=True) + EPSILON)


def convolve(x, weight, bias=None, stride=1, groups=1):
    """x (T, in), weight (out, in / groups, K) -> ((T - K) // stride + 1, out): one product for each of the K taps."""
    frames, channels = x.shape
    outputs, _, taps = weight.shape
    count = (frames - taps) // stride + 1
    by_group = np.ascontiguousarray(x.reshape(frames, groups, channels // groups).transpose(1, 0, 2))
    kernel = weight.reshape(groups, outputs // groups, channels // groups, taps)
    by_tap = np.ascontiguousarray(kernel.transpose(3, 0, 2, 1))
    y = np.zeros((groups, count, outputs // groups), np.result_type(x, weight))
    for tap in range(taps):
        y += by_group[:, tap : tap + (count - 1) * stride + 1 : stride] @ by_tap[tap]
    y = y.transpose(1, 0, 2).reshape(count, outputs)
    return y if bias is None else y + bias


def convolve_same(x, weight, bias, groups):
    """A convolution with kernel / 2 zeros on both sides, without the last output frame when the kernel is even."""
    half = weight.shape[-1] // 2
    return convolve(np.pad(x, ((half, half), (0, 0))), weight, bias, groups=groups)[: len(x)]


def position_kernel(subnet, embed, groups):
    """Weight norm over both channel axes of the whole kernel, for each tap; then the cut."""
    direction, length = subnet["encoder.pos_conv.0.weight_v"], subnet["encoder.pos_conv.0.weight_g"]
    kernel = direction * (length / np.linalg.norm(direction, axis=(0, 1)))
    return kernel[:embed, : embed // groups]


def attend(q, k, v, window, multiple):
    """q, k, v (heads, T, 64), q scaled -> (heads, T, 64).

    A sliding window of size w lets a frame see w / 2 frames either side. Rows of zeros stand before the first frame, as
    many as bring the length, once rounded up to `multiple`, to a multiple of w; those that a frame sees take part with
    score 0 and value 0. So all that they do is to add to the sum of the exponentials.
    """
    frames = q.shape[1]
    scores = q @ k.transpose(0, 2, 1)
    zeros_seen = np.zeros(frames)
    if window != "global":
        padding = -(-(-frames // multiple) * multiple) % window
        place = np.arange(frames)
        scores = np.where(np.abs(place[:, None] - place) <= window // 2, scores, -np.inf)
        zeros_seen = np.clip(padding - np.maximum(padding + place - window // 2, 0), 0, None)
    largest = scores.max(axis=-1)
    largest = np.where(zeros_seen > 0, np.maximum(largest, 0), largest)
    exponentials = np.exp(scores - largest[..., None])
    total = exponentials.sum(axis=-1) + zeros_seen * np.exp(-largest)
    return (exponentials @ v) / total[..., None]


# ---- The forward pass


def forward(subnet, config, architecture, samples):
    """Runs the weights that `cut` gave on 16 kHz samples."""
    subnet = {name: np.asarray(array, dtype=np.float64) for name, array in subnet.items()}
    embed, groups = architecture["embed_dim"], config["conv_pos_groups"]
    pre_norm = config["layer_norm_first"]
    activation = {"gelu": gelu, "relu": relu}[config["activation_fn"]]

    def affine(name, x):
        return x @ subnet[name + ".weight"].T + subnet[name + ".bias"]

    def layer_norm(name, x):
        return standardise(x, -1) * subnet[name + ".weight"] + subnet[name + ".bias"]

    x = np.asarray(samples, dtype=np.float64)
    if config["normalize"]:
        x = standardise(x, 0)
    x = x[:, None]
    for index, (_, _, stride) in enumerate(conv_layers(config["conv_feature_layers"])):
        name = f"feature_extractor.conv_layers.{index}"
        x = convolve(x, subnet[name + ".0.weight"], subnet.get(name + ".0.bias"), stride)
        if config["extractor_mode"] == "layer_norm":
            x = layer_norm(name + ".2.1", x)
        elif index == 0:
            x = standardise(x, 0) * subnet[name + ".2.weight"] + subnet[name + ".2.bias"]
        x = gelu(x)

    x = layer_norm("layer_norm", x)
    if "post_extract_proj.weight" in subnet:
        x = affine("post_extract_proj", x)
    hidden_states = [x]

    if config["pos_conv_depth"] == 1:
        kernel = position_kernel(subnet, embed, groups)
        x = x + gelu(convolve_same(x, kernel, subnet["encoder.pos_conv.0.bias"], groups))
    else:
        y = x
        for index in range(config["pos_conv_depth"]):
            name = f"encoder.pos_conv.{index}.0"
            y = convolve_same(y, subnet[name + ".weight"], subnet[name + ".bias"], groups)
            y = gelu(standardise(y, -1))
        x = x + y
    if not pre_norm:
        x = layer_norm("encoder.layer_norm", x)
    encoder_input = x

    windows = architecture.get("slide_wsz") or ["global"] * architecture["layer_num"]
    for position, layer in enumerate(kept_layers(architecture["layer_num"], config["encoder_layers"])):
        name = f"encoder.layers.{layer}"
        heads = architecture["heads_num"][position]

        def by_head(projection, y):
            return affine(f"{name}.self_attn.{projection}", y).reshape(len(y), heads, HEAD_SIZE).transpose(1, 0, 2)

        y = layer_norm(name + ".self_attn_layer_norm", x) if pre_norm else x
        context = attend(by_head("q_proj", y) / np.sqrt(HEAD_SIZE), by_head("k_proj", y), by_head("v_proj", y),
                         windows[position], config["required_seq_len_multiple"])
        x = x + affine(name + ".self_attn.out_proj", context.transpose(1, 0, 2).reshape(len(x), heads * HEAD_SIZE))
        if not pre_norm:
            x = layer_norm(name + ".self_attn_layer_norm", x)

        y = layer_norm(name + ".final_layer_norm", x) if pre_norm else x
        x = x + affine(name + ".fc2", activation(affine(name + ".fc1", y)))
        if not pre_norm:
            x = layer_norm(name + ".final_layer_norm", x)
        hidden_states.append(x)

    last = layer_norm("encoder.layer_norm", x) if pre_norm else x
    return Result(np.stack(hidden_states), encoder_input, last)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("supernet")
    parser.add_argument("architecture")
    parser.add_argument("audio")
    parser.add_argument("out_prefix")
    arguments = parser.parse_args()
    weights, config = load_checkpoint(arguments.supernet)
    architecture = load_architecture(arguments.architecture)
    result = forward(cut(weights, config, architecture), config, architecture, load_wav(arguments.audio))
    for name, array in result._asdict().items():
        np.save(f"{arguments.out_prefix}.{name}.npy", array.astype(np.float32))


if __name__ == "__main__":
    main()
