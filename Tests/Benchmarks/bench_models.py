#!/usr/bin/env python3
"""Measures models of the HuBERT family beside ONNX Runtime and OpenVINO and writes Docs/measurements/models.md.

    bench_models.py [BUILD_FOLDER, by default .build/release] [--python PYTHON, by default .peers/bin/python]
        [--work FOLDER] [--only TEXT] [--rounds N] [--quick]

HuBERT Base, WavLM Base+ and HuBERT Large of random weights, as Hugging Face folders: lhb-extract turns one into a .lhb
file, transformers into a graph. All compute the last hidden state of the same speech on the same number of processors,
in float32 and in int8, and take turns as in bench_peers.py. ONNX Runtime's int8 has matrix products in int8, OpenVINO's
is NNCF's post-training quantisation without convolutions.

Before anything is measured the outputs are compared with ours in float32: one in float32 that differs ends the run; an
int8 graph that computes something else is left out, and the table says so.

Takes an hour, 10 GB of memory and 12 GB of disk. Needs python3-numpy and python3-scipy (apt); PYTHON needs torch,
transformers, onnx, onnxruntime, openvino and nncf.
"""
import argparse
import contextlib
import time
from pathlib import Path

import numpy as np

import contestants
import errors
import models
import precisions
import report
import subnets
import turns

PAGE = report.MEASUREMENTS / "models.md"
PEERS = {"f32": ("ONNX Runtime f32", "OpenVINO f32"), "int8": ("ONNX Runtime int8", "OpenVINO int8")}
THREADS = (1, 2)
# Far above what float32 rounds off, far below what another model would differ by.
TOLERANCE = 1e-3
# dB against ours in float32: what int8 must leave to be the same model.
LEAST_SNR = 10


class Case:
    """A model on some threads, with all who run it."""

    def __init__(self, model, threads, stack):
        self.model, self.threads = model, threads
        self.everyone = {
            f"ours {precision}": contestants.Ours(path, threads, model.build, precision)
            for precision, path in [("f32", model.file()), ("int8", model.file("int8"))]}
        graph = model.graph()
        for kind in [kind for kinds in PEERS.values() for kind in kinds]:
            self.everyone[kind] = stack.enter_context(
                contestants.Peer(kind, graph, threads, model.python, precisions.RECORDINGS))
        self.versions = {kind: getattr(one, "name", kind) for kind, one in self.everyone.items()}
        # Relative to ours in float32; None for what is left out.
        self.errors = {}

    def check(self, audio):
        """Compares all outputs, and leaves out those who compute something else in int8."""
        output, expected = self.model.work / "features.npy", None
        for kind, contestant in list(self.everyone.items()):
            contestant.features(audio, output)
            features = np.load(output)
            expected = features if expected is None else expected
            snr = errors.compare(features, expected).snr
            self.errors[kind] = 10 ** (-snr / 20)
            if kind.endswith("f32"):
                difference = float(np.max(np.abs(features - expected) / np.maximum(1, np.abs(expected))))
                if not difference <= TOLERANCE:
                    raise SystemExit(f"{kind} differs by {difference:.2g} on {self.model.name}")
            elif not snr >= LEAST_SNR:
                print(f"{kind} is left out on {self.model.name}: its SNR is {snr:.1f} dB", flush=True)
                del self.everyone[kind]

    def row(self, length, rounds):
        measured = turns.take_turns(self.everyone, subnets.clip(length, self.model.work), rounds)
        return Row(self, length, measured)


class Row:
    """One length of a case."""

    def __init__(self, case, length, measured):
        self.case, self.length, self.measured = case, length, measured

    @property
    def place(self):
        return f"{self.length:g} s, {self.case.threads} thread{'' if self.case.threads == 1 else 's'}"

    def seconds(self, kind):
        return f"{turns.median_seconds(self.measured[kind]):.3f}" if kind in self.measured else "-"

    def ratio(self, precision):
        """Our time over that of the fastest other in the same precision; None without one."""
        ratios = [turns.ratio(self.measured[f"ours {precision}"], self.measured[kind])
                  for kind in PEERS[precision] if kind in self.measured]
        return max(ratios, default=None)


def measure(build, python, work, keys, lengths, rounds):
    rows = []
    for key in keys:
        model = models.Model(key, build, work, python)
        for threads in THREADS:
            with contextlib.ExitStack() as stack:
                case = Case(model, threads, stack)
                case.check(precisions.RECORDINGS[0])
                for length in lengths:
                    row = case.row(length, rounds)
                    rows.append(row)
                    print(f"{model.name}, {row.place}: " + ", ".join(
                        f"{precision} {text(row.ratio(precision))} of the best other's time" for precision in PEERS),
                        flush=True)
    return rows


def text(ratio):
    return "-" if ratio is None else f"{ratio:.2f}"


def kinds(rows):
    return list(rows[0].case.errors)


def short(kind):
    """A contestant as the head of a narrow column."""
    return kind.replace("ONNX Runtime", "ORT").replace("OpenVINO", "OV")


def worst_table(rows):
    table = []
    for name in dict.fromkeys(row.case.model.name for row in rows):
        cells = [name]
        for precision in PEERS:
            own = [row for row in rows if row.case.model.name == name and row.ratio(precision) is not None]
            worst = max(own, key=lambda row: row.ratio(precision), default=None)
            cells += ["-", "-"] if worst is None else [text(worst.ratio(precision)), worst.place]
        table.append(cells)
    return report.table(["model", "float32: ours / best", "at", "int8: ours / best", "at"], table)


def time_table(rows):
    return report.table(
        ["model", "threads", "audio s", *map(short, kinds(rows)), *(f"{name} / best" for name in PEERS)],
        [[row.case.model.name, row.case.threads, f"{row.length:g}", *(row.seconds(kind) for kind in kinds(rows)),
          *(text(row.ratio(precision)) for precision in PEERS)] for row in rows])


def longest(rows):
    """Rows of the longest length on one thread."""
    length = max(row.length for row in rows)
    return [row for row in rows if row.length == length and row.case.threads == 1]


def memory_table(rows):
    def cell(row, kind):
        if kind not in row.measured:
            return "-"
        return f"{max(one.memory for one in row.measured[kind]) / 1e6:.0f}"

    return report.table(
        ["model", "audio s", *map(short, kinds(rows))],
        [[row.case.model.name, f"{row.length:g}", *(cell(row, kind) for kind in kinds(rows))] for row in longest(rows)])


def error_table(rows):
    return report.table(
        ["model", *map(short, kinds(rows)[1:])],
        [[row.case.model.name, *(f"{row.case.errors[kind]:.1e}" + ("" if kind in row.measured else ", left out")
                                 for kind in kinds(rows)[1:])] for row in longest(rows)])


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("build", nargs="?", type=Path, default=subnets.REPOSITORY / ".build/release")
    parser.add_argument("--python", type=Path, default=subnets.REPOSITORY / ".peers/bin/python")
    parser.add_argument(
        "--work", type=Path, default=subnets.REPOSITORY / ".build/bench", help="what is made goes there")
    parser.add_argument("--only", default="", metavar="TEXT", help="only models whose name contains this")
    parser.add_argument("--rounds", type=int, help="3 when missing")
    parser.add_argument("--quick", action="store_true", help="one short length, one round; shows the tables only")
    arguments = parser.parse_args()
    arguments.work.mkdir(parents=True, exist_ok=True)
    start = time.monotonic()
    keys = [key for key in models.NAMES if arguments.only in key]
    if not keys:
        raise SystemExit(f"no model's name contains {arguments.only!r}: {', '.join(models.NAMES)}")
    lengths, rounds = ((1,), 1) if arguments.quick else ((1, 5, 15), 3)
    rows = measure(arguments.build.resolve(), arguments.python, arguments.work.resolve(), keys, lengths,
                   arguments.rounds or rounds)
    versions = rows[0].case.versions
    others = ", ".join(dict.fromkeys(versions[kind] for several in PEERS.values() for kind in several))
    caption = report.caption(report.processor(), f"; {others}")
    tables = [("models: worst", worst_table(rows)), ("models: times", time_table(rows)),
              ("models: memory", memory_table(rows)), ("models: errors", error_table(rows))]
    # A part of the table must not take the place of the whole.
    is_part = arguments.quick or arguments.only != ""
    report.publish(PAGE, [(place, f"{caption}\n\n{content}") for place, content in tables], is_part)
    print(f"took {time.monotonic() - start:.0f} s")


if __name__ == "__main__":
    main()
