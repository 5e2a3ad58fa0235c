"""Random models of the HuBERT family of the published sizes, each in a file as people have it.

Models whose layers are all alike may have fewer of them than the published ones, which is said in their names.
"""
import dataclasses
from dataclasses import dataclass, field
from typing import Callable

import family_files
from family_reference import PUBLISHED_CONVOLUTIONS, Encoder
from family_weights import random_weights

# What Hugging Face's feature extractor adds to the variance of the waveform.
FEATURE_EXTRACTOR_EPSILON = 1e-7


@dataclass
class Model:
    name: str
    encoder: Encoder
    write: Callable  # writes (path, encoder, weights)
    suffix: str = ""  # of the file; none for a folder
    options: dict = field(default_factory=dict)  # of random_weights
    hugging_face: str = ""  # the model_type where Hugging Face has such models

    def weights(self, seed=0):
        return random_weights(self.encoder, seed, **self.options)


def alike(width, layers, heads, ffn, **more):
    """An encoder whose layers are all alike."""
    return Encoder(
        width=width, heads=[heads] * layers, head_size=width // heads, ffn=[ffn] * layers, **more)


def large(width, layers, heads, ffn, **more):
    """As HuBERT Large and its like: layer norms in the extractor, pre-norm layers, a normalised waveform."""
    return alike(width, layers, heads, ffn, extractor_norm="layer", pre_norm=True, normalizes=True, **more)


def folder(name, kind, encoder, **options):
    encoder = dataclasses.replace(encoder, waveform_epsilon=FEATURE_EXTRACTOR_EPSILON)

    def write(path, *model):
        family_files.hugging_face(path, kind, *model)

    return Model(name, encoder, write, options=options, hugging_face=kind)


def checkpoint(name, kind, encoder, **options):
    def write(path, *model):
        family_files.fairseq(path, kind, *model)

    return Model(name, encoder, write, ".pt", options, "hubert")


# DPHuBERT's channels, heads and units are what training left; these are as odd as those.
PRUNED_CONVOLUTIONS = [(304, 10, 5), (495, 3, 2), (491, 3, 2), (429, 3, 2), (339, 3, 2), (393, 2, 2), (317, 2, 2)]
PRUNED_HEADS = [[0, 3, 4, 7, 11], [1, 2, 5, 6, 8, 9], [], [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11], [6], [2, 3, 10],
                [0, 5, 7, 8, 9, 10, 11], [1], [3, 4, 5, 9], [], [0, 2, 4, 6, 8, 10], [7, 11]]
PRUNED_FFN = [879, 1041, 1503, 0, 737, 1266, 1101, 1023, 977, 661, 311, 0]


def pruned(**more):
    return Encoder(
        heads=[len(kept) for kept in PRUNED_HEADS], ffn=PRUNED_FFN, convolutions=PRUNED_CONVOLUTIONS, **more)


BASE = (768, 12, 12, 3072)
WAVLM = {"buckets": 320, "max_distance": 800}
MODELS = [
    checkpoint("hubert-base", "hubert", alike(*BASE), projection=256),
    Model("wavlm-base-plus", alike(*BASE, **WAVLM), family_files.wavlm, ".pt", hugging_face="wavlm"),
    folder("data2vec-audio-base", "data2vec-audio", alike(
        *BASE, extractor_norm="layer", normalizes=True, position_depth=5, position_taps=19)),
    folder("distilhubert", "hubert", alike(768, 2, 12, 3072), normalizes_features=False),
    Model("dphubert", pruned(), family_files.pruned, ".pth", {"scales_channels": True}),
    Model("dpwavlm", pruned(all_heads=12, kept_heads=PRUNED_HEADS, **WAVLM), family_files.pruned, ".pth",
          {"scales_channels": True}),
    checkpoint("mhubert-25hz-4-layers", "hubert", alike(
        768, 4, 12, 3072, batch_norm=True, convolutions=PUBLISHED_CONVOLUTIONS + [(512, 2, 2)])),
    folder("wav2vec2-large-4-layers", "wav2vec2", alike(1024, 4, 16, 4096)),
    folder("hubert-large", "hubert", large(1024, 24, 16, 4096), convolution_biases=0.0),
    folder("wavlm-large-8-layers", "wavlm", large(1024, 8, 16, 4096, **WAVLM)),
    folder("xls-r-1b-4-layers", "wav2vec2", large(1280, 4, 16, 5120), convolution_biases=0.1),
    folder("mms-1b-2-layers", "wav2vec2", large(1280, 2, 16, 5120), convolution_biases=0.1, adapters=16),
    folder("xls-r-2b-2-layers", "wav2vec2", large(1920, 2, 16, 7680), convolution_biases=0.1),
]
