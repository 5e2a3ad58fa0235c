"""Digests of what a subnet keeps of each supernet tensor, cut with numpy: Fixtures/slices/slices.json.

    /usr/bin/python3 Tests/Tools/make_slice_fixtures.py GOLDEN_FOLDER Fixtures/slices/slices.json

GOLDEN_FOLDER has the checkpoints as files that PyTorch can load (see Fixtures/README.md on unpacking). Needs
python3-torch, which reads the checkpoints and does nothing else, and python3-numpy. A digest is the CRC-32 of the
tensor's little-endian float32 bytes, row-major.
"""
import json
import sys
import zlib

import numpy as np
import torch

CASES = [
    ("tiny", ["max", "mixed", "min", "sliding"]),
    ("tiny-fp16", ["mixed"]),
    ("tiny-layernorm", ["mixed"]),
    ("tiny-deeppos", ["mixed", "min"]),
]

# 1: keep the layer
DEPTH_MAPS = {
    6: "110011001100", 7: "111011001100", 8: "111011101100", 9: "111011101110", 10: "111111101110",
    11: "111111111110", 12: "111111111111",
}


def subnet(supernet, cfg, arch):
    """Name -> array for every tensor of a subnet. Kept layers are counted from 0."""
    width = arch["embed_dim"]
    full_width, full_ffn = cfg["encoder_embed_dim"], cfg["encoder_ffn_embed_dim"]
    kept = {}
    for name, array in supernet.items():
        if name.startswith(("feature_extractor.", "layer_norm.")):
            kept[name] = array
        elif name.startswith(("post_extract_proj.", "encoder.layer_norm.")):
            kept[name] = array[:width]

    groups, depth = cfg["conv_pos_groups"], cfg["pos_conv_depth"]
    if depth == 1:
        gain = supernet["encoder.pos_conv.0.weight_g"].astype(np.float64)
        direction = supernet["encoder.pos_conv.0.weight_v"].astype(np.float64)
        kernel = gain * direction / np.sqrt(np.sum(direction * direction, axis=(0, 1), keepdims=True))
        kept["encoder.pos_conv.0.weight"] = kernel.astype(np.float32)[:width, :width // groups]
        kept["encoder.pos_conv.0.bias"] = supernet["encoder.pos_conv.0.bias"][:width]
    for i in range(depth if depth > 1 else 0):
        assert cfg["prune_encoder_pos_conv"]
        name = f"encoder.pos_conv.{i}.0."
        kept[name + "weight"] = supernet[name + "weight"][:width, :width // groups]
        kept[name + "bias"] = supernet[name + "bias"][:width]

    layers = [i for i, bit in enumerate(DEPTH_MAPS[arch["layer_num"]]) if bit == "1"]
    for new, old in enumerate(layers):
        source, target = f"encoder.layers.{old}.", f"encoder.layers.{new}."
        attention = 64 * arch["heads_num"][new]
        # Number the units block after block, as if every block were as narrow as the subnet; take the first ones.
        units = np.arange(full_ffn).reshape(full_ffn // full_width, full_width)[:, :width].ravel()
        units = units[:arch["ffn_embed"][new]]
        assert len(units) == arch["ffn_embed"][new]
        for part in ("q_proj", "k_proj", "v_proj"):
            kept[f"{target}self_attn.{part}.weight"] = supernet[f"{source}self_attn.{part}.weight"][:attention, :width]
            kept[f"{target}self_attn.{part}.bias"] = supernet[f"{source}self_attn.{part}.bias"][:attention]
        kept[target + "self_attn.out_proj.weight"] = supernet[source + "self_attn.out_proj.weight"][:width, :attention]
        kept[target + "self_attn.out_proj.bias"] = supernet[source + "self_attn.out_proj.bias"][:width]
        kept[target + "fc1.weight"] = supernet[source + "fc1.weight"][units][:, :width]
        kept[target + "fc1.bias"] = supernet[source + "fc1.bias"][units]
        kept[target + "fc2.weight"] = supernet[source + "fc2.weight"][:width][:, units]
        kept[target + "fc2.bias"] = supernet[source + "fc2.bias"][:width]
        for norm in ("self_attn_layer_norm", "final_layer_norm"):
            for part in ("weight", "bias"):
                kept[f"{target}{norm}.{part}"] = supernet[f"{source}{norm}.{part}"][:width]
    return kept


def main():
    golden, out = sys.argv[1:]
    cases = {}
    for checkpoint, architectures in CASES:
        data = torch.load(f"{golden}/{checkpoint}.pt", map_location="cpu")
        supernet = {name: tensor.numpy() for name, tensor in data["model"].items()}
        for architecture in architectures:
            with open(f"{golden}/arch-{architecture}.json") as file:
                kept = subnet(supernet, data["cfg"]["model"], json.load(file))
            cases[f"{checkpoint}-{architecture}"] = {
                name: [list(array.shape), zlib.crc32(np.ascontiguousarray(array, dtype="<f4").tobytes())]
                for name, array in sorted(kept.items())
            }
    with open(out, "w") as file:
        file.write("{\n")
        file.write(",\n".join(
            f' "{case}": {{\n' + ",\n".join(f'  "{name}": {json.dumps(digest)}' for name, digest in tensors.items()) + "\n }"
            for case, tensors in cases.items()))
        file.write("\n}\n")


if __name__ == "__main__":
    main()
