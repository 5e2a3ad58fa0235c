"""Puts the engine's shared library into the wheel: the one that lies there, else built from its sources, in Swift."""
import shutil
import subprocess
import sysconfig
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

LIBRARY = "liblighthubert.so.0"


class EngineHook(BuildHookInterface):
    """hatchling's hook, found by its base class."""

    def initialize(self, version: str, build_data: "dict[str, Any]") -> None:
        """Called before each build."""
        root = Path(self.root)
        library = root / "lhb" / LIBRARY
        if not library.is_file():
            build(root / "engine", library)
        # The library knows nothing of Python: one wheel serves all versions and implementations.
        build_data["pure_python"] = False
        build_data["tag"] = "py3-none-" + sysconfig.get_platform().replace("-", "_").replace(".", "_")


def build(engine: Path, library: Path) -> None:
    """Builds the engine, which takes minutes."""
    if shutil.which("swiftc") is None:
        raise SystemExit(
            "lighthubert-engine: building it from its sources needs Swift 6.3 or later (swift.org/install), which is "
            "not on the PATH; where there is a wheel for this system, nothing has to be built: "
            "pip install --only-binary :all: lighthubert-engine")
    if shutil.which("make") is None:
        raise SystemExit("lighthubert-engine: building it from its sources needs make, which is not on the PATH")
    result = subprocess.run(["make", "-C", str(engine), "libraries"], check=False)
    if result.returncode != 0:
        raise SystemExit(f"lighthubert-engine: `make -C {engine} libraries` ended with {result.returncode}, see above")
    shutil.copyfile(engine / ".build" / "package" / "lib" / LIBRARY, library)
