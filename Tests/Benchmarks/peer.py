#!/usr/bin/env python3
"""Another runtime with an ONNX graph loaded, measured on request. Run by bench_peers.py with the Python of its virtual
environment, a process a runtime, so that neither threads nor memory of one trouble another.

    peer.py RUNTIME GRAPH.onnx THREADS

The first line of output is {"name": ...}. Then each line of input is a request and is answered with a line:
{"audio": WAV, "runs": N} with {"times": [seconds], "peak_memory_bytes": ...}, after one run that is not measured;
{"audio": WAV, "expected": NPY} with {"difference": largest difference / max(1, |expected|)}.
"""
import json
import sys
import time
import wave

import numpy as np


def onnx_runtime(graph, threads):
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads, options.inter_op_num_threads = threads, 1
    session = onnxruntime.InferenceSession(graph, options, providers=["CPUExecutionProvider"])
    return f"ONNX Runtime {onnxruntime.__version__}", lambda samples: session.run(None, {"samples": samples})[0]


def openvino(graph, threads):
    import openvino

    # Without the last of these it would compute in bfloat16 where the processor can.
    settings = {"PERFORMANCE_HINT": "LATENCY", "NUM_STREAMS": 1, "INFERENCE_NUM_THREADS": threads,
                "INFERENCE_PRECISION_HINT": "f32"}
    request = openvino.Core().compile_model(graph, "CPU", settings).create_infer_request()
    version = openvino.__version__.split("-")[0]
    return f"OpenVINO {version}", lambda samples: request.infer({0: samples})[0]


RUNTIMES = {"onnxruntime": onnx_runtime, "openvino": openvino}


def read(path):
    """(1, S) samples of a 16-bit file."""
    with wave.open(path) as file:
        return np.frombuffer(file.readframes(file.getnframes()), dtype="<i2").astype(np.float32)[None] / 32768


def peak_memory():
    with open("/proc/self/status", encoding="ascii") as file:
        return next(1024 * int(line.split()[1]) for line in file if line.startswith("VmHWM:"))


def answer(request, infer):
    samples = read(request["audio"])
    features = infer(samples)
    if "expected" in request:
        expected = np.load(request["expected"])
        return {"difference": float(np.max(np.abs(features[0] - expected) / np.maximum(1, np.abs(expected))))}
    times = []
    for _ in range(request["runs"]):
        start = time.perf_counter()
        infer(samples)
        times.append(time.perf_counter() - start)
    return {"times": times, "peak_memory_bytes": peak_memory()}


def main():
    runtime, graph, threads = sys.argv[1:]
    name, infer = RUNTIMES[runtime](graph, int(threads))
    # Runtimes may write to standard output too; that would be no answer.
    answers, sys.stdout = sys.stdout, sys.stderr
    print(json.dumps({"name": name}), file=answers, flush=True)
    for line in sys.stdin:
        print(json.dumps(answer(json.loads(line), infer)), file=answers, flush=True)


if __name__ == "__main__":
    main()
