"""Fixtures of all tests of the Python package."""
from pathlib import Path

import family_models
import pytest


@pytest.fixture(scope="session")
def demo_model_path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small LightHuBERT subnet: 10 layers, 48 wide, its waveform normalised."""
    path = tmp_path_factory.mktemp("demo") / "demo.lhb"
    demo = family_models.PROJECT / "Fixtures/demo"
    family_models.run("lhb-extract", "--quiet", "--arch", demo / "arch.json", demo / "supernet.pt", path)
    return path
