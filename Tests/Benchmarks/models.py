"""Models of the HuBERT family that are measured: random ones of the published size, as Hugging Face folders.

Everything is made once and kept in the work folder.
"""
import dataclasses
import sys
from pathlib import Path

import subnets

sys.path.append(str(subnets.REPOSITORY / "Tests/Tools/reference"))
import family_files  # noqa: E402
import family_models  # noqa: E402

# Of family_models.MODELS, and what people call them.
NAMES = {"hubert-base": "HuBERT Base", "wavlm-base-plus": "WavLM Base+", "hubert-large": "HuBERT Large"}


class Model:
    """One of them, in all the forms that contestants read."""

    def __init__(self, key, build, work, python):
        self.key, self.name = key, NAMES[key]
        self.build, self.work, self.python = build, work, python

    def folder(self):
        """The path of the Hugging Face folder."""
        return self._made(f"{self.key}-hf", self._write)

    def file(self, weights=None):
        """The path of the .lhb file; `weights` is how they are stored, as without loss where missing."""
        path = self.work / f"{self.key}{'-' + weights if weights else ''}.lhb"
        choice = ["--weights", weights] if weights else []
        subnets.run(self.build / "lhb-extract", "--quiet", "--force", *choice, self.folder(), path)
        return path

    def graph(self):
        """The path of the float32 graph."""
        return self._made(f"{self.key}.onnx", lambda path: subnets.run(
            self.python, Path(__file__).with_name("export_model.py"), self.folder(), path))

    def _write(self, path):
        model = next(model for model in family_models.MODELS if model.name == self.key)
        encoder = dataclasses.replace(model.encoder, waveform_epsilon=family_models.FEATURE_EXTRACTOR_EPSILON)
        family_files.hugging_face(path, model.hugging_face, encoder, model.weights())

    def _made(self, name, make):
        """The path of a file or folder that is made unless it is there; a partial one never has its name."""
        path = self.work / name
        if not path.exists():
            print(f"making {name}", flush=True)
            partial = self.work / f"partial-{name}"
            make(partial)
            partial.rename(path)
        return path
