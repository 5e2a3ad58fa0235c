#!/usr/bin/env python3
"""Measures bfloat16 and int8 beside other runtimes' and writes speed, accuracy, sizes and memory into
Docs/measurements/precision.md.

    bench_precision.py [BUILD_FOLDER, by default .build/release] [--python PYTHON, by default .peers/bin/python]
        [--work FOLDER] [--parts PART...] [--only TEXT] [--rounds N] [--seeds N] [--quick]

Speed: the same subnet, the same speech, the same number of processors. All take turns, as in bench_peers.py. OpenVINO
runs in bfloat16 and in int8 by NNCF's post-training quantisation, calibrated on the recordings that accuracy is
measured on, with convolutions in bfloat16; ONNX Runtime in int8, matrix products only. Accuracy: the last hidden state
of each against the float64 reference, on random supernets without and with outlier channels. Whether the targets of
precisions.py are met is told.

Takes 45 minutes and 10 GB of disk. Needs python3-numpy, python3-scipy and python3-torch (apt); PYTHON needs
onnxruntime, onnx, openvino and nncf.
"""
import argparse
import time
from pathlib import Path

import precision_accuracy
import precision_outliers
import precision_sizes
import precision_speed
import precisions
import report
import subnets

PAGE = report.MEASUREMENTS / "precision.md"
PARTS = ("speed", "outliers", "accuracy", "sizes")


def measure(part, arguments, cases):
    """[(place, text)]"""
    build, python, work = arguments.build.resolve(), arguments.python, arguments.work
    quick = arguments.quick
    if part == "speed":
        lengths, rounds = ((1,), 2) if quick else ((1, 5, 15), 5)
        return precision_speed.tables(
            precision_speed.measure(build, python, work, cases, lengths, arguments.rounds or rounds))
    if part == "outliers":
        length, rounds = (1, 2) if quick else (5, 5)
        return precision_outliers.tables(
            precision_outliers.measure(build, work, cases, length, arguments.rounds or rounds))
    if part == "accuracy":
        seeds = arguments.seeds or (1 if quick else 2)
        return precision_accuracy.tables(precision_accuracy.measure(build, python, work, cases, seeds))
    return precision_sizes.tables(precision_sizes.measure(build, work, cases))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("build", nargs="?", type=Path, default=subnets.REPOSITORY / ".build/release")
    parser.add_argument("--python", type=Path, default=subnets.REPOSITORY / ".peers/bin/python")
    parser.add_argument(
        "--work", type=Path, default=subnets.REPOSITORY / ".build/bench", help="what is made goes there")
    parser.add_argument("--parts", nargs="+", choices=PARTS, default=PARTS, help="what is measured; all when missing")
    parser.add_argument("--only", default="", metavar="TEXT", help="only subnets whose name and extractor contain this")
    parser.add_argument("--rounds", type=int, help="of speed; 5 when missing")
    parser.add_argument("--seeds", type=int, help="random models of each kind for accuracy; 2 when missing")
    parser.add_argument(
        "--quick", action="store_true", help="one short length, two rounds, one seed; shows the tables only")
    arguments = parser.parse_args()
    arguments.work.mkdir(parents=True, exist_ok=True)
    start = time.monotonic()
    cases = [(name, extractor) for extractor in subnets.EXTRACTORS for name in precisions.NAMES
             if arguments.only in f"{name} {extractor}"]
    if not cases:
        raise SystemExit(f"no subnet's name and extractor contain {arguments.only!r}")
    caption = report.caption(report.processor())
    for part in arguments.parts:
        places = [(place, f"{caption}\n\n{text}") for place, text in measure(part, arguments, cases)]
        # A part of a table must not take the place of the whole.
        report.publish(PAGE, places, arguments.quick or arguments.only != "")
        print(f"{part} done after {time.monotonic() - start:.0f} s", flush=True)


if __name__ == "__main__":
    main()
