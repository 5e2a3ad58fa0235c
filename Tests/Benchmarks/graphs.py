"""Subnets as graphs that other runtimes read. Everything is made once and kept in the work folder."""
import json
import sys
from pathlib import Path

import subnets


def architecture(name, supernet, build, work):
    """The path of a subnet's architecture."""
    path = work / f"{name}.json"
    inspected = json.loads(subnets.run(build / "lhb-inspect", "--json", supernet.subnet(name, build, work)))
    path.write_text(json.dumps(inspected["architecture"]))
    return path


def exported(name, supernet, build, work, form="onnx"):
    """The path of a subnet's float32 graph; `form` is onnx or torchscript."""
    path = work / f"{name}-{supernet.name}.{form}"
    if not path.exists():
        print(f"exporting {path.name}", flush=True)
        partial = work / f"partial-{path.name}"
        tool = Path(__file__).with_name("export_graph.py")
        subnets.run(
            sys.executable, tool, supernet.checkpoint(work), architecture(name, supernet, build, work), partial)
        partial.rename(path)
    return path


def quantized(graph, scheme, python, recordings):
    """The path of an ONNX graph's int8 form, made by a scheme of quantize_graph.py with the peers' Python."""
    path = graph.with_name(f"{graph.stem}-{scheme}")
    # A graph may be several files, so they have a folder, which takes its name when all are there.
    if not path.exists():
        print(f"quantising {graph.name}: {scheme}", flush=True)
        partial = path.with_suffix(".partial")
        partial.mkdir(exist_ok=True)
        subnets.run(python, Path(__file__).with_name("quantize_graph.py"), scheme, graph, partial, *recordings)
        partial.rename(path)
    return next(file for file in sorted(path.iterdir()) if file.suffix in (".onnx", ".xml"))
