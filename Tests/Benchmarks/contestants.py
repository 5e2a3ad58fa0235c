"""Those who are measured beside one another: lhb-bench, a process a measurement; other runtimes, which stay loaded."""
import json
import statistics
import subprocess
from pathlib import Path
from typing import NamedTuple

import graphs
import report
import subnets

# Of each measurement, after one run that is not measured.
RUNS = 3


class Measurement(NamedTuple):
    """Of one length of audio."""

    seconds: float
    # The most that was resident, loading included.
    memory: int


class Ours:
    """lhb-bench and lhb-features with a subnet's file; `precision` is what products are computed in."""

    def __init__(self, path, threads, build, precision="f32"):
        self.path, self.threads, self.build, self.precision = path, threads, build, precision
        self.name = f"ours {precision}"
        # lhb-bench's last object.
        self.result = None

    def measure(self, audio):
        command = [self.build / "lhb-bench", self.path, "--precision", self.precision, "--threads", self.threads,
                   "--audio", audio, "--runs", RUNS, "--json"]
        text = subnets.run(*subnets.pinned(self.threads, *command), LHB_COMMIT=report.commit() or "")
        self.result = json.loads(text)
        memory = max(self.result["peak_memory_bytes"], self.result["load_peak_memory_bytes"])
        return Measurement(self.result["median_s"], memory)

    def features(self, audio, output):
        """Writes the last hidden state (T, E)."""
        subnets.run(
            self.build / "lhb-features", "--quiet", "--force", "--precision", self.precision, "--model", self.path,
            "--output", output, audio)


class Kind(NamedTuple):
    """A runtime, what it may compute in, and the scheme of quantize_graph.py if its graph is quantised."""

    runtime: str
    precision: str
    scheme: str | None = None


KINDS = {
    "ONNX Runtime f32": Kind("onnxruntime", "f32"),
    "OpenVINO f32": Kind("openvino", "f32"),
    "PyTorch f32": Kind("pytorch", "f32"),
    "OpenVINO bf16": Kind("openvino", "bf16"),
    # What is left in float then takes the faster of its formats.
    "OpenVINO int8": Kind("openvino", "bf16", "calibrated"),
    "OpenVINO int8, convolutions too": Kind("openvino", "bf16", "calibrated-all"),
    "ONNX Runtime int8": Kind("onnxruntime", "f32", "dynamic"),
}


class Peer:
    """A process of peer.py, which ends with the `with` statement.

    `kind` is a name of KINDS, `graph` a float32 graph in the form that its runtime reads.
    """

    def __init__(self, kind, graph, threads, python, recordings=()):
        runtime, precision, scheme = KINDS[kind]
        if scheme:
            graph = graphs.quantized(graph, scheme, python, recordings)
        command = subnets.pinned(
            threads, python, Path(__file__).with_name("peer.py"), runtime, graph, threads, precision)
        self.process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=subnets.environment())
        self.kind = kind
        answer = self._read()
        # With its version, and what it computes products in, if it tells.
        self.name, self.products = answer["name"], answer["products"]

    def measure(self, audio):
        answer = self._ask(audio=str(audio), runs=RUNS)
        return Measurement(statistics.median(answer["times"]), answer["peak_memory_bytes"])

    def features(self, audio, output):
        """Writes the last hidden state (T, E)."""
        self._ask(audio=str(audio), output=str(output))

    def __enter__(self):
        return self

    def __exit__(self, *fault):
        self.process.stdin.close()
        self.process.stdout.close()
        self.process.wait()

    def _ask(self, **request):
        print(json.dumps(request), file=self.process.stdin, flush=True)
        return self._read()

    def _read(self):
        line = self.process.stdout.readline()
        if not line:
            raise SystemExit(f"{self.kind} ended: {' '.join(self.process.args)}")
        return json.loads(line)
