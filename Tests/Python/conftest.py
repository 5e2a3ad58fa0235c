"""What the tests of the Python package share: the programs, a demo model, speech-like samples."""
import os
import subprocess
from pathlib import Path

import numpy
import pytest

ROOT = Path(__file__).resolve().parents[2]
BUILD = Path(os.environ.get("LHB_BUILD", ROOT / ".build" / "release")).resolve()
FIXTURES = ROOT / "Fixtures"


def run_program(name, *arguments):
    """The standard output of one of the programs."""
    result = subprocess.run([BUILD / name, *map(str, arguments)], capture_output=True, check=False)
    assert result.returncode == 0, result.stderr.decode()
    return result.stdout


@pytest.fixture(scope="session")
def demo_model_path(tmp_path_factory):
    """A tiny LightHuBERT subnet, 48 wide, 10 layers."""
    path = tmp_path_factory.mktemp("demo") / "demo.lhb"
    run_program(
        "lhb-extract", "--quiet", "--arch", FIXTURES / "demo/arch.json", FIXTURES / "demo/supernet.pt", path)
    return path


@pytest.fixture(scope="session")
def prenorm_model_path(tmp_path_factory):
    """A tiny HuBERT Large, with norms before attention and FFN."""
    path = tmp_path_factory.mktemp("family") / "hubert-large.lhb"
    run_program("lhb-extract", "--quiet", FIXTURES / "family/hubert-large", path)
    return path


@pytest.fixture(scope="session")
def samples():
    """Two seconds (32000,) of noise that swells and fades."""
    noise = numpy.random.default_rng(7).standard_normal(32000)
    return (0.1 * noise * numpy.sin(numpy.arange(32000) / 2500)).astype(numpy.float32)
