#!/usr/bin/env python3
"""Measures one subnet beside ONNX Runtime, OpenVINO and PyTorch and writes the table that README.md shows.

    bench_summary.py [BUILD_FOLDER, by default .build/release] [--python PYTHON, by default .peers/bin/python]
        [--work FOLDER] [--rounds N] [--quick]

small-default with the layer-norm extractor on 15 s of speech and one thread: size of the file, time, memory, and how
far the last hidden state is from float64. All take turns, as in bench_peers.py, and the outputs are compared before.

Needs python3-numpy, python3-scipy and python3-torch (apt); PYTHON needs onnxruntime, openvino and torch.
"""
import argparse
import contextlib
import time
from pathlib import Path

import contestants
import errors
import graphs
import precision_accuracy
import report
import subnets
import turns

SUBNET = "small-default"
THREADS = 1
# By kind of contestant, what its file is.
FORMS = {"ONNX Runtime f32": "onnx", "OpenVINO f32": "onnx", "PyTorch f32": "torchscript"}
# dB against float64: far below what int8 leaves, far above what another model would.
LEAST_SNR = 20


def label(name):
    """What the table calls a contestant: with its version, whose it is."""
    return {"ours f32": "this engine, float32", "ours int8": "this engine, int8"}.get(name, name)


def measure(build, python, work, length, rounds):
    """[(name, bytes of its file, {name: time by ours f32}, Measurement's median, relative error)]"""
    supernet = subnets.Supernet("layer-norm")
    judge = precision_accuracy.Judge(supernet, build, work)
    expected = judge.expected(SUBNET)
    files = {"ours f32": supernet.subnet(SUBNET, build, work),
             "ours int8": supernet.subnet(SUBNET, build, work, "int8")}
    files |= {kind: graphs.exported(SUBNET, supernet, build, work, form) for kind, form in FORMS.items()}
    with contextlib.ExitStack() as stack:
        everyone = {}
        for name, path in files.items():
            if name in FORMS:
                everyone[name] = stack.enter_context(contestants.Peer(name, path, THREADS, python))
            else:
                everyone[name] = contestants.Ours(path, THREADS, build, name.removeprefix("ours "))
        worst = {}
        for name, contestant in everyone.items():
            found = precision_accuracy.found(contestant, work)
            worst[name] = errors.worst([errors.compare(*pair) for pair in zip(found, expected, strict=True)]).snr
            if not worst[name] >= LEAST_SNR:
                raise SystemExit(f"{name}: SNR against float64 is {worst[name]:.1f} dB, expected at least {LEAST_SNR}")
        measured = turns.take_turns(everyone, subnets.clip(length, work), rounds)
    return [(label(everyone[name].name), path.stat().st_size, turns.median_seconds(measured[name]),
             turns.ratio(measured[name], measured["ours f32"]), max(one.memory for one in measured[name]),
             10 ** (-worst[name] / 20)) for name, path in files.items()]


def table(rows, length):
    return report.table(
        ["", "file, MB", f"time for {length:g} s of audio", "beside float32", "memory, MB", "error"],
        [[name, f"{size / 1e6:.0f}", f"{seconds:.2f} s", f"{ratio:.2f}", f"{memory / 1e6:.0f}", f"{error:.1e}"]
         for name, size, seconds, ratio, memory, error in rows])


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("build", nargs="?", type=Path, default=subnets.REPOSITORY / ".build/release")
    parser.add_argument("--python", type=Path, default=subnets.REPOSITORY / ".peers/bin/python")
    parser.add_argument(
        "--work", type=Path, default=subnets.REPOSITORY / ".build/bench", help="what is made goes there")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--quick", action="store_true", help="a short length, two rounds; shows the table only")
    arguments = parser.parse_args()
    arguments.work.mkdir(parents=True, exist_ok=True)
    start = time.monotonic()
    length, rounds = (1, 2) if arguments.quick else (15, arguments.rounds)
    rows = measure(arguments.build.resolve(), arguments.python, arguments.work, length, rounds)
    text = f"{table(rows, length)}\n\n{report.caption(report.processor())}"
    for page in (report.MEASUREMENTS / "summary.md", report.REPOSITORY / "README.md"):
        report.publish(page, [("summary", text)], arguments.quick)
    print(f"took {time.monotonic() - start:.0f} s")


if __name__ == "__main__":
    main()
