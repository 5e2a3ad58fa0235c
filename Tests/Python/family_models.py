"""The small models of Fixtures/family, speech, and how values are compared."""
from __future__ import annotations

import atexit
import functools
import os
import shutil
import subprocess
import tempfile
import wave
from pathlib import Path
from typing import Any, Iterable, Iterator

import numpy
import pytest

PROJECT = Path(__file__).resolve().parents[2]
FAMILY = PROJECT / "Fixtures/family"
AUDIO = PROJECT / "Fixtures/golden/audio"
# Of any value, relative to max(1, |value|): two float32 programs, each within 1e-5 of float64.
TOLERANCE = 2e-5


def run(program: str, *arguments: "str | Path") -> None:
    """Runs a program of the build folder that LHB_BUILD names, by default .build/release."""
    path = Path(os.environ.get("LHB_BUILD", PROJECT / ".build/release")) / program
    if not path.exists():
        pytest.fail(f"{path} is missing: build it, or name the folder that has it in LHB_BUILD")
    done = subprocess.run([path, *arguments], capture_output=True, text=True)
    assert done.returncode == 0, f"{program} ended with {done.returncode}: {done.stderr}"


@functools.lru_cache(maxsize=None)
def _folder() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="lhb-tests-"))
    atexit.register(shutil.rmtree, folder)
    return folder


@functools.lru_cache(maxsize=None)
def model_path(name: str, *options: str) -> Path:
    """A model of Fixtures/family, such as "wavlm-base" or "dphubert.pth", as a .lhb file."""
    path = _folder() / f"{name}{''.join(options)}.lhb"
    run("lhb-extract", "--quiet", *options, FAMILY / name, path)
    return path


@functools.lru_cache(maxsize=None)
def exported_path(name: str) -> Path:
    """The same in a Hugging Face folder that lhb-export wrote."""
    path = _folder() / f"{name}-exported"
    run("lhb-export", "--quiet", "--to", "hf", model_path(name), path)
    return path


def speech(name: str = "speech-b") -> "numpy.ndarray[Any, numpy.dtype[numpy.float32]]":
    """Samples (N,) of a file in Fixtures/golden/audio; speech-a has 61,164, speech-b 45,683."""
    with wave.open(str(AUDIO / f"{name}.wav")) as file:
        samples = numpy.frombuffer(file.readframes(file.getnframes()), "<i2")
    return (samples / 32768).astype(numpy.float32)


def expected(name: str, what: str, audio: str = "speech-b") -> "numpy.ndarray[Any, numpy.dtype[numpy.float32]]":
    """An array of Fixtures/family/expected: `what` is such as "hidden_states", of `name` with its @1e-05."""
    array: "numpy.ndarray[Any, numpy.dtype[numpy.float32]]" = numpy.load(FAMILY / f"expected/{name}-{audio}.{what}.npy")
    return array


def difference(found: Any, expected: Any) -> float:
    """The largest difference of any value, relative to max(1, |value|)."""
    found, expected = (numpy.asarray(values, numpy.float64) for values in (found, expected))
    assert found.shape == expected.shape
    return float((numpy.abs(found - expected) / numpy.maximum(1, numpy.abs(expected))).max())


def assert_same_states(found: Iterable[Any], expected: Iterable[Any], tolerance: float = TOLERANCE) -> None:
    """Compares hidden states one by one, and names the worst."""
    pairs = list(_pairs(list(found), list(expected)))
    worst, index = max((difference(*pair), index) for index, pair in enumerate(pairs))
    assert worst <= tolerance, f"state {index} differs by {worst:.1e}, expected {tolerance:.0e} at most"


def _pairs(found: "list[Any]", expected: "list[Any]") -> "Iterator[tuple[Any, Any]]":
    assert len(found) == len(expected), f"{len(found)} states, expected {len(expected)}"
    return zip(found, expected)
