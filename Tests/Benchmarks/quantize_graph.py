#!/usr/bin/env python3
"""Makes an int8 form of an ONNX graph as the makers of a runtime advise. Run with the Python of the peers' environment.

    quantize_graph.py SCHEME GRAPH.onnx OUT_FOLDER RECORDING.wav...

Schemes:
- dynamic: for ONNX Runtime; weights of matrix products per channel, activations as they come.
- calibrated: for OpenVINO; NNCF's post-training quantisation of a transformer, calibrated on the recordings, with
  convolutions left as they are.
- calibrated-all: the same with the convolutions.

Needs onnx and onnxruntime for the first, nncf and openvino for the others.
"""
import sys
from pathlib import Path

import numpy as np

import wav

CALIBRATION_CLIPS = 8


def dynamic(graph, folder, recordings):
    from onnxruntime.quantization import QuantType, quantize_dynamic

    quantize_dynamic(
        graph, folder / "graph.onnx", weight_type=QuantType.QInt8, op_types_to_quantize=["MatMul"], per_channel=True)


def clips(recordings):
    """Parts of the recordings one after the other, from 1.5 to 2.8 s long, half a second apart."""
    samples = np.tile(np.concatenate([wav.read(path) for path in recordings], axis=1), 2)
    return [samples[:, 8_000 * index : 24_000 + 11_000 * index] for index in range(CALIBRATION_CLIPS)]


def calibrated(graph, folder, recordings, left=("Convolution", "GroupConvolution")):
    import nncf
    import openvino

    model = nncf.quantize(
        openvino.Core().read_model(graph), nncf.Dataset(clips(recordings)), subset_size=CALIBRATION_CLIPS,
        model_type=nncf.ModelType.TRANSFORMER, ignored_scope=nncf.IgnoredScope(types=list(left)))
    openvino.save_model(model, folder / "graph.xml", compress_to_fp16=False)


def calibrated_all(graph, folder, recordings):
    calibrated(graph, folder, recordings, left=())


SCHEMES = {"dynamic": dynamic, "calibrated": calibrated, "calibrated-all": calibrated_all}


def main():
    scheme, graph, folder, *recordings = sys.argv[1:]
    SCHEMES[scheme](graph, Path(folder), recordings)


if __name__ == "__main__":
    main()
