"""Fixtures of all tests of the Python package."""
import family_models
import numpy
import pytest


@pytest.fixture(scope="session")
def demo_model_path(tmp_path_factory):
    """A tiny LightHuBERT subnet: 10 layers, 48 wide, its waveform normalised."""
    path = tmp_path_factory.mktemp("demo") / "demo.lhb"
    demo = family_models.PROJECT / "Fixtures/demo"
    family_models.run("lhb-extract", "--quiet", "--arch", demo / "arch.json", demo / "supernet.pt", path)
    return path


@pytest.fixture(scope="session")
def prenorm_model_path():
    """A tiny HuBERT Large, with norms before attention and FFN."""
    return family_models.model_path("hubert-large")


@pytest.fixture(scope="session")
def samples():
    """Two seconds (32000,) of noise that swells and fades."""
    noise = numpy.random.default_rng(7).standard_normal(32000)
    return (0.1 * noise * numpy.sin(numpy.arange(32000) / 2500)).astype(numpy.float32)
