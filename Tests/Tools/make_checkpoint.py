#!/usr/bin/env python3
"""Writes a checkpoint of a supernet with random weights, under the published names and in the published container.

    make_checkpoint.py OUT.pt [options]

Without options its tensors have the sizes of the published supernets, and the file their 381 MB. Weights are scaled so
that activations stay near 1. Needs python3-numpy and python3-torch (apt). As a module: `write` does the same.
"""
import argparse

import numpy as np
import torch

LAYERS = 12
GROUPS = 16
HEAD_SIZE = 64


class WeightMaker:
    """Random tensors, collected under their names."""

    def __init__(self, seed, outliers):
        self.random = np.random.default_rng(seed)
        self.outliers = outliers
        self.tensors = {}

    def put(self, name, values):
        self.tensors[name] = torch.from_numpy(np.array(values, dtype=np.float32))

    def normal(self, *shape):
        return self.random.standard_normal(shape, dtype=np.float32)

    def bias(self, name, count):
        self.put(f"{name}.bias", self.normal(count) / 10)

    def linear(self, name, outputs, inputs, gain=1.0):
        self.put(f"{name}.weight", self.normal(outputs, inputs) * gain / np.sqrt(inputs))
        self.bias(name, outputs)

    def convolution(self, name, outputs, inputs, taps, bias, gain=1.0):
        self.put(f"{name}.weight", self.normal(outputs, inputs, taps) * gain / np.sqrt(inputs * taps))
        if bias:
            self.bias(name, outputs)

    def norm(self, name, count):
        gains = 1 + self.normal(count) / 5
        loud = self.random.choice(count, size=min(self.outliers, count), replace=False)
        gains[loud] *= 8
        self.put(f"{name}.weight", gains)
        self.bias(name, count)


def ffn_width(options):
    return options.ffn or 4 * options.embed


def model_config(options):
    channels = options.conv
    return {
        "_name": "hubert_pruner",
        "extractor_mode": options.extractor,
        "encoder_layers": LAYERS,
        "encoder_embed_dim": options.embed,
        "encoder_ffn_embed_dim": ffn_width(options),
        "encoder_attention_heads": options.embed // HEAD_SIZE,
        "activation_fn": options.activation,
        "layer_norm_first": options.norm_first,
        "conv_feature_layers": f"[({channels},10,5)] + [({channels},3,2)] * 4 + [({channels},2,2)] * 2",
        "conv_bias": options.conv_bias,
        "conv_pos": 128 if options.pos_depth == 1 else 95,
        "conv_pos_groups": GROUPS,
        "pos_conv_depth": options.pos_depth,
        "prune_encoder_pos_conv": not options.whole_pos_conv,
        "required_seq_len_multiple": 2,
        "dropout": 0.1,
        "mask_prob": 0.65,
        "label_rate": 50,
        "teacher_embed_dim": options.embed,
        "layer_pred_num": "0,0,0,0,0,0,0,0,0,0,0,1",
        "pruner_supernet": "config/supernet/base.yaml",
    }


def state_dict(options, config):
    make = WeightMaker(options.seed, options.outliers)
    embed, channels = options.embed, options.conv

    make.put("mask_emb", make.random.random(embed))
    inputs = 1
    for index, taps in enumerate([10, 3, 3, 3, 3, 2, 2]):
        name = f"feature_extractor.conv_layers.{index}"
        make.convolution(f"{name}.0", channels, inputs, taps, options.conv_bias, gain=np.sqrt(2))
        if options.extractor == "layer_norm":
            make.norm(f"{name}.2.1", channels)
        elif index == 0:
            make.norm(f"{name}.2", channels)
        inputs = channels
    if channels != embed:
        make.linear("post_extract_proj", embed, channels)

    taps, depth = config["conv_pos"], options.pos_depth
    if depth == 1:
        # The norm of each tap, unlike its direction, is a parameter of its own: vary it.
        direction = make.normal(embed, embed // GROUPS, taps)
        lengths = np.linalg.norm(direction, axis=(0, 1), keepdims=True) * 2 / np.sqrt(taps * embed)
        make.bias("encoder.pos_conv.0", embed)
        make.put("encoder.pos_conv.0.weight_g", lengths * (1 + make.random.random((1, 1, taps)) / 5))
        make.put("encoder.pos_conv.0.weight_v", direction)
    else:
        for index in range(depth):
            make.convolution(f"encoder.pos_conv.{index}.0", embed, embed // GROUPS, max(3, taps // depth), bias=True)

    for layer in range(LAYERS):
        name = f"encoder.layers.{layer}"
        # Larger queries and keys make attention pick frames rather than average over all of them.
        for projection, gain in [("k_proj", 1.4), ("v_proj", 1.0), ("q_proj", 1.4), ("out_proj", 1.0)]:
            make.linear(f"{name}.self_attn.{projection}", embed, embed, gain)
        make.norm(f"{name}.self_attn_layer_norm", embed)
        make.linear(f"{name}.fc1", ffn_width(options), embed)
        make.linear(f"{name}.fc2", embed, ffn_width(options))
        make.norm(f"{name}.final_layer_norm", embed)
    make.norm("encoder.layer_norm", embed)
    make.norm("layer_norm", channels)

    # Used in training only.
    make.put("layer_pred_heads.11.weight", make.normal(embed, embed) / np.sqrt(embed))
    make.put("label_embs_concat", make.random.random((options.classes, 256)))
    make.linear("final_proj", 256, embed)
    return make.tensors


def write(path, options):
    """Writes one checkpoint; `options` as from `parse_options`."""
    config = model_config(options)
    element = getattr(torch, options.dtype)
    tensors = {name: tensor.to(element) for name, tensor in state_dict(options, config).items()}
    task = {
        "_name": "hubert_pretraining",
        "normalize": not options.no_normalize,
        "sample_rate": 16000,
        "label_rate": 50.0,
    }
    checkpoint = {
        "args": None,
        "cfg": {"_name": None, "common": {"fp16": True, "seed": 1337}, "model": config, "task": task},
        "model": tensors,
        "criterion": None,
        "optimizer_history": [{"criterion_name": "PrunerCriterion", "num_updates": 400000}],
        "task_state": {},
        "extra_state": {"epoch": 112, "val_loss": 0.5},
        "last_optimizer_state": None,
    }
    torch.save(checkpoint, path, _use_new_zipfile_serialization=options.container == "zip")


def parse_options(arguments=None):
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out")
    parser.add_argument("--embed", type=int, default=768, help="width FE, a multiple of 64")
    parser.add_argument("--ffn", type=int, metavar="FF", help="width of the FFN, a multiple of FE; 4 FE when missing")
    parser.add_argument("--conv", type=int, default=512, help="channels of the feature extractor")
    parser.add_argument("--extractor", choices=["layer_norm", "default"], default="layer_norm")
    parser.add_argument("--activation", choices=["gelu", "relu"], default="gelu")
    parser.add_argument("--conv-bias", action="store_true")
    parser.add_argument("--norm-first", action="store_true")
    parser.add_argument("--pos-depth", type=int, default=1, help="layers of the position convolution")
    parser.add_argument("--whole-pos-conv", action="store_true", help="subnets cut only its outer ends")
    parser.add_argument("--dtype", choices=["float32", "float16", "bfloat16", "float64"], default="float32")
    parser.add_argument("--container", choices=["zip", "legacy"], default="zip")
    parser.add_argument("--no-normalize", action="store_true")
    parser.add_argument("--classes", type=int, default=504, help="labels of the training task, which subnets do without")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--outliers", type=int, default=0, metavar="N",
                        help="N channels of each norm have gains 8 times as large")
    return parser.parse_args(arguments)


def main():
    options = parse_options()
    write(options.out, options)


if __name__ == "__main__":
    main()
