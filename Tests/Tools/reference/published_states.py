#!/usr/bin/env python3
"""What transformers computes in float32 for a Hugging Face folder: hidden states with the projected features first and
the outputs of the layers, none normed once more.

    published_states.py FOLDER AUDIO.wav OUT.npy WAVEFORM_EPSILON

States are caught where they arise, so that it does not matter what a version of transformers calls its hidden states.
Needs torch, transformers and numpy.
"""
import json
import sys
import wave
from pathlib import Path

import numpy as np
import torch
import transformers

KINDS = {
    "hubert": transformers.HubertModel,
    "wav2vec2": transformers.Wav2Vec2Model,
    "wavlm": transformers.WavLMModel,
    "data2vec-audio": transformers.Data2VecAudioModel,
}


def main():
    folder, audio, output, epsilon = sys.argv[1:]
    config = json.loads(Path(folder, "config.json").read_text(encoding="utf-8"))
    model = KINDS[config["model_type"]].from_pretrained(folder).float().eval()
    with wave.open(audio) as file:
        samples = np.frombuffer(file.readframes(file.getnframes()), "<i2").astype(np.float32) / 32768
    if json.loads(Path(folder, "preprocessor_config.json").read_text(encoding="utf-8"))["do_normalize"]:
        # The feature extractor does it in float32, too.
        samples = (samples - samples.mean()) / np.sqrt(samples.var() + float(epsilon))
    states = []

    def catch(module, arguments, result):
        first = result[0] if isinstance(result, tuple) else result
        states.append(first.detach().reshape(-1, config["hidden_size"]).numpy())

    model.feature_projection.register_forward_hook(catch)
    for layer in model.encoder.layers:
        layer.register_forward_hook(catch)
    with torch.inference_mode():
        model(torch.from_numpy(np.ascontiguousarray(samples, np.float32))[None])
    np.save(output, np.stack(states))


if __name__ == "__main__":
    main()
