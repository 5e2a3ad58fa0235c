#!/usr/bin/env python3
"""Makes the documentation of the Swift library from its catalog and its doc comments, with the toolchain's docc.

    make_docs.py [BUILD_FOLDER, by default .build/release]

`import LightHuBERT` also gives types of other modules (the files Exports.swift). docc knows one module at a
time and the compiler leaves extensions of such types out, so the symbols of those modules are put into the library's
own graph here. A warning is an error. The result, BUILD_FOLDER/LightHuBERT.doccarchive, can be put on any web server.
"""
import json
import os
import platform
import re
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
LIBRARY = ROOT / "Sources" / "LightHuBERT"
# What the library exports as a whole, with what it exports in its turn.
WHOLE = {"LHRuntime": ROOT / "Sources" / "Runtime"}


def exported():
    """Module -> names of its types that the library exports again; None for all of them."""
    names = dict.fromkeys(WHOLE)
    for folder in (LIBRARY, *WHOLE.values()):
        exports = (folder / "Exports.swift").read_text()
        for module, name in re.findall(r"^@_exported public import \w+ (\w+)\.(\w+)$", exports, re.M):
            names.setdefault(module, set()).add(name)
    return names


def extract(module, build, folder):
    """The symbol graph of a module that was built."""
    maps = [f"-fmodule-map-file={build / (name + '.build') / 'module.modulemap'}"
            for name in ("LHSystemC", "LHVectors", "CLightHuBERT")]
    subprocess.run(
        ["swift", "symbolgraph-extract", "-module-name", module, "-target", f"{platform.machine()}-unknown-linux-gnu",
         "-I", build / "Modules", "-I", ROOT / "Sources" / "SystemLibraries" / "CZstd",
         *(flag for map in maps for flag in ("-Xcc", map)),
         "-minimum-access-level", "public", "-skip-synthesized-members", "-output-dir", folder], check=True)
    path = folder / f"{module}.symbols.json"
    graph = json.loads(path.read_text())
    path.unlink()
    return graph


def main():
    build = Path(sys.argv[1] if len(sys.argv) > 1 else ROOT / ".build" / "release").resolve()
    graphs = build / "symbol-graphs"
    shutil.rmtree(graphs, ignore_errors=True)
    graphs.mkdir()
    library = extract("LightHuBERT", build, graphs)
    for module, names in sorted(exported().items()):
        graph = extract(module, build, graphs)
        kept = [symbol for symbol in graph["symbols"] if names is None or symbol["pathComponents"][0] in names]
        identifiers = {symbol["identifier"]["precise"] for symbol in kept}
        library["symbols"] += kept
        library["relationships"] += [edge for edge in graph["relationships"] if edge["source"] in identifiers]
    (graphs / "LightHuBERT.symbols.json").write_text(json.dumps(library))
    archive = build / "LightHuBERT.doccarchive"
    shutil.rmtree(archive, ignore_errors=True)
    docc = Path(os.path.realpath(shutil.which("swift"))).parent / "docc"
    return subprocess.run(
        [docc, "convert", LIBRARY / "LightHuBERT.docc", "--additional-symbol-graph-dir", graphs,
         "--output-path", archive, "--fallback-display-name", "LightHuBERT",
         "--fallback-bundle-identifier", "lighthubert", "--warnings-as-errors"]).returncode


if __name__ == "__main__":
    sys.exit(main())
