#!/usr/bin/env python3
"""Exports a Hugging Face folder of the HuBERT family as a float32 ONNX graph, by transformers. Run with the Python of
the peers' environment.

    export_model.py FOLDER OUT.onnx

Its input `samples` is (1, S) at 16 kHz, not yet normalised; its output `features` (1, T, E), the last hidden state.
Needs torch, transformers and onnx.
"""
import json
import sys
from pathlib import Path

import torch
import transformers

KINDS = {
    "hubert": transformers.HubertModel,
    "wav2vec2": transformers.Wav2Vec2Model,
    "wavlm": transformers.WavLMModel,
    "data2vec-audio": transformers.Data2VecAudioModel,
}
# What transformers' feature extractor adds to the variance of the waveform.
EPSILON = 1e-7


class Graph(torch.nn.Module):
    """Samples to the last hidden state."""

    def __init__(self, model, normalizes):
        super().__init__()
        self.model, self.normalizes = model, normalizes

    def forward(self, samples):
        if self.normalizes:
            centred = samples - samples.mean(-1, keepdim=True)
            samples = centred / torch.sqrt((centred * centred).mean(-1, keepdim=True) + EPSILON)
        return self.model(samples).last_hidden_state


def loaded(folder):
    config = json.loads(Path(folder, "config.json").read_text(encoding="utf-8"))
    preprocessor = json.loads(Path(folder, "preprocessor_config.json").read_text(encoding="utf-8"))
    model = KINDS[config["model_type"]].from_pretrained(folder).float()
    for module in model.modules():
        # Runtimes need not compute the weight norm anew for each utterance.
        if torch.nn.utils.parametrize.is_parametrized(module, "weight"):
            torch.nn.utils.parametrize.remove_parametrizations(module, "weight")
    # Products and softmax, which runtimes recognise. WavLM's attention is PyTorch's own and cannot be chosen.
    if config["model_type"] != "wavlm":
        model.set_attn_implementation("eager")
    # The outermost module must be told too: exporting puts its mode back on all others.
    return Graph(model, preprocessor["do_normalize"]).eval()


def main():
    folder, path = sys.argv[1:]
    graph = loaded(folder)
    with torch.no_grad():
        torch.onnx.export(
            graph, (0.1 * torch.randn(1, 16_000),), path, input_names=["samples"], output_names=["features"],
            dynamic_axes={"samples": {1: "samples"}, "features": {1: "frames"}}, opset_version=17, dynamo=False)


if __name__ == "__main__":
    main()
