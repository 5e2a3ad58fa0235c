#!/usr/bin/env python3
"""Another runtime with a graph loaded, measured on request. Run with the Python of the peers' environment, a process a
runtime, so that neither threads nor memory of one trouble another.

    peer.py RUNTIME GRAPH THREADS PRECISION

RUNTIME is onnxruntime, openvino or pytorch, PRECISION what OpenVINO may compute in where the graph says float32 (f32 or
bf16). The first line of output is {"name": ..., "products": text}: which kind of product is computed in what, where the
runtime tells. Then each line of input is a request, answered with a line:
{"audio": WAV, "runs": N} with {"times": [seconds], "peak_memory_bytes": ...}, after one run that is not measured;
{"audio": WAV, "output": NPY} with {}: writes the features (T, E).
"""
import collections
import json
import sys
import time

import numpy as np

import wav


def onnx_runtime(graph, threads, precision):
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads, options.inter_op_num_threads = threads, 1
    session = onnxruntime.InferenceSession(graph, options, providers=["CPUExecutionProvider"])
    return (f"ONNX Runtime {onnxruntime.__version__}", None,
            lambda samples: session.run(None, {"samples": samples})[0])


def openvino(graph, threads, precision):
    import openvino

    # Without the last of these it would compute in bfloat16 where the processor can.
    settings = {"PERFORMANCE_HINT": "LATENCY", "NUM_STREAMS": 1, "INFERENCE_NUM_THREADS": threads,
                "INFERENCE_PRECISION_HINT": precision}
    model = openvino.Core().compile_model(graph, "CPU", settings)
    request = model.create_infer_request()
    version = openvino.__version__.split("-")[0]
    return f"OpenVINO {version}", products(model), lambda samples: request.infer({0: samples})[0]


def pytorch(graph, threads, precision):
    import torch

    torch.set_num_threads(threads)
    torch.set_num_interop_threads(1)
    module = torch.jit.load(graph).eval()

    def infer(samples):
        with torch.inference_mode():
            return module(torch.from_numpy(samples)).numpy()

    return f"PyTorch {torch.__version__.split('+')[0]}", None, infer


def products(model):
    """What OpenVINO really computes products in, which a processor without the instructions changes."""
    counts = collections.Counter()
    for operation in model.get_runtime_model().get_ordered_ops():
        facts = {key: str(getattr(value, "value", value)) for key, value in operation.get_rt_info().items()}
        if facts.get("layerType") in ("Convolution", "FullyConnected"):
            counts[facts["layerType"], facts.get("runtimePrecision", "unknown")] += 1
    return ", ".join(f"{count} {kind} in {precision}" for (kind, precision), count in sorted(counts.items()))


RUNTIMES = {"onnxruntime": onnx_runtime, "openvino": openvino, "pytorch": pytorch}


def peak_memory():
    with open("/proc/self/status", encoding="ascii") as file:
        return next(1024 * int(line.split()[1]) for line in file if line.startswith("VmHWM:"))


def answer(request, infer):
    samples = wav.read(request["audio"])
    features = infer(samples)
    if "output" in request:
        np.save(request["output"], features[0])
        return {}
    times = []
    for _ in range(request["runs"]):
        start = time.perf_counter()
        infer(samples)
        times.append(time.perf_counter() - start)
    return {"times": times, "peak_memory_bytes": peak_memory()}


def main():
    runtime, graph, threads, precision = sys.argv[1:]
    name, computes, infer = RUNTIMES[runtime](graph, int(threads), precision)
    # Runtimes may write to standard output too; that would be no answer.
    answers, sys.stdout = sys.stdout, sys.stderr
    print(json.dumps({"name": name, "products": computes}), file=answers, flush=True)
    for line in sys.stdin:
        print(json.dumps(answer(json.loads(line), infer)), file=answers, flush=True)


if __name__ == "__main__":
    main()
