#!/usr/bin/env python3
"""Writes a subnet of a supernet's checkpoint as a float32 graph, for other runtimes to run.

    export_graph.py SUPERNET.pt ARCH.json OUT

OUT ends with .onnx, or with .torchscript for PyTorch.
Input `samples` (1, S), 16 kHz, as they are; output `features` (1, T, E), the last hidden state. Only what the published
models have: global attention, post-norm, GELU, a position convolution of one layer. Needs python3-numpy, python3-scipy
and python3-torch (apt). As a module: `write` does the same.
"""
import argparse
import sys
from pathlib import Path

import torch
import torch.nn.functional as F

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "Tools/reference"))
import reference  # noqa: E402


class Graph(torch.nn.Module):
    """The forward pass of reference.py in PyTorch's operations."""

    def __init__(self, weights, config, architecture):
        super().__init__()
        windows = architecture.get("slide_wsz") or []
        if (config["layer_norm_first"] or config["activation_fn"] != "gelu" or config["pos_conv_depth"] != 1
                or any(window != "global" for window in windows)):
            raise ValueError(
                "only post-norm models with GELU, global attention and one position convolution are exported")
        self.config, self.architecture = config, architecture
        subnet = reference.cut(weights, config, architecture)
        self.embed, self.groups = architecture["embed_dim"], config["conv_pos_groups"]
        subnet["position"] = reference.position_kernel(subnet, self.embed, self.groups)
        # While a graph is traced, shapes of tensors are tensors themselves.
        self.lengths = {name: len(values) for name, values in subnet.items()}
        for name, values in subnet.items():
            self.register_buffer(self.key(name), torch.tensor(values, dtype=torch.float32))

    @staticmethod
    def key(name):
        """PyTorch allows no dots in names of buffers."""
        return name.replace(".", "__")

    def weight(self, name):
        return getattr(self, self.key(name), None)

    def affine(self, name, x):
        return F.linear(x, self.weight(name + ".weight"), self.weight(name + ".bias"))

    def norm(self, name, x):
        width = self.lengths[name + ".weight"]
        return F.layer_norm(x, [width], self.weight(name + ".weight"), self.weight(name + ".bias"), reference.EPSILON)

    def extract(self, samples):
        """(1, S) -> (1, T, C)"""
        if self.config["normalize"]:
            centred = samples - samples.mean(-1, keepdim=True)
            samples = centred * torch.rsqrt((centred * centred).mean(-1, keepdim=True) + reference.EPSILON)
        x = samples[:, None]
        for index, (channels, _, stride) in enumerate(reference.conv_layers(self.config["conv_feature_layers"])):
            name = f"feature_extractor.conv_layers.{index}"
            x = F.conv1d(x, self.weight(name + ".0.weight"), self.weight(name + ".0.bias"), stride)
            if self.config["extractor_mode"] == "layer_norm":
                x = self.norm(name + ".2.1", x.transpose(1, 2)).transpose(1, 2)
            elif index == 0:
                gain, bias = self.weight(name + ".2.weight"), self.weight(name + ".2.bias")
                x = F.group_norm(x, channels, gain, bias, reference.EPSILON)
            x = F.gelu(x)
        return x.transpose(1, 2)

    def attend(self, name, heads, x):
        def split(projection):
            rows = self.affine(f"{name}.{projection}", x)
            return rows.reshape(1, -1, heads, reference.HEAD_SIZE).transpose(1, 2)

        scores = torch.matmul(split("q_proj"), split("k_proj").transpose(2, 3)) * reference.HEAD_SIZE**-0.5
        values = torch.matmul(torch.softmax(scores, -1), split("v_proj")).transpose(1, 2)
        return self.affine(name + ".out_proj", values.reshape(1, -1, heads * reference.HEAD_SIZE))

    def forward(self, samples):
        x = self.norm("layer_norm", self.extract(samples))
        if self.weight("post_extract_proj.weight") is not None:
            x = self.affine("post_extract_proj", x)
        taps = self.config["conv_pos"]
        kernel, bias = self.weight("position"), self.weight("encoder.pos_conv.0.bias")
        y = F.conv1d(x.transpose(1, 2), kernel, bias, padding=taps // 2, groups=self.groups)
        if taps % 2 == 0:
            y = y[:, :, :-1]
        x = self.norm("encoder.layer_norm", x + F.gelu(y).transpose(1, 2))
        kept = reference.kept_layers(self.architecture["layer_num"], self.config["encoder_layers"])
        for layer, heads in zip(kept, self.architecture["heads_num"]):
            name = f"encoder.layers.{layer}"
            x = self.norm(name + ".self_attn_layer_norm", x + self.attend(name + ".self_attn", heads, x))
            inner = F.gelu(self.affine(name + ".fc1", x))
            x = self.norm(name + ".final_layer_norm", x + self.affine(name + ".fc2", inner))
        return x


def write(checkpoint, architecture, path):
    """Exports a subnet; `architecture` is a path."""
    weights, config = reference.load_checkpoint(checkpoint)
    graph = Graph(weights, config, reference.load_architecture(architecture)).eval()
    samples = torch.randn(1, 16_000)
    with torch.no_grad():
        if str(path).endswith(".torchscript"):
            torch.jit.trace(graph, samples).save(str(path))
            return
        torch.onnx.export(
            graph, (samples,), str(path), input_names=["samples"], output_names=["features"],
            dynamic_axes={"samples": {1: "samples"}, "features": {1: "frames"}}, opset_version=15)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("checkpoint")
    parser.add_argument("architecture")
    parser.add_argument("out")
    arguments = parser.parse_args()
    write(arguments.checkpoint, arguments.architecture, arguments.out)


if __name__ == "__main__":
    main()
