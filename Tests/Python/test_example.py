"""The example of Docs/examples computes what the package computes, and draws it."""
import os
import subprocess
import sys
from pathlib import Path

import numpy
import pytest
from family_models import AUDIO, PROJECT, speech

import lhb


def run(*arguments):
    program = PROJECT / "Docs/examples/python/features.py"
    # The package that is tested, wherever that is.
    environment = {**os.environ, "PYTHONPATH": str(Path(lhb.__file__).parents[1])}
    return subprocess.run(
        [sys.executable, program, *map(str, arguments)], capture_output=True, text=True, check=False, env=environment)


def test_features(demo_model_path, tmp_path):
    result = run(demo_model_path, AUDIO / "speech-b.wav", tmp_path / "features.npy")
    assert result.returncode == 0, result.stderr
    assert "frames of 48 values" in result.stdout
    numpy.testing.assert_array_equal(numpy.load(tmp_path / "features.npy"), lhb.load(demo_model_path)(speech()))


def test_picture(demo_model_path, tmp_path):
    pyplot = pytest.importorskip("matplotlib.pyplot")
    result = run(demo_model_path, AUDIO / "speech-b.wav", tmp_path / "features.npy", tmp_path / "picture.png")
    assert result.returncode == 0, result.stderr
    height, width, _ = pyplot.imread(tmp_path / "picture.png").shape
    assert (width, height) == (1200, 720)
