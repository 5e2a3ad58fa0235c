#!/usr/bin/env python3
"""Measures lhb-bench beside ONNX Runtime and OpenVINO and writes the comparison into Docs/measurements/peers.md.

    bench_peers.py [BUILD_FOLDER, by default .build/release] [--python PYTHON, by default .peers/bin/python]
        [--work FOLDER] [--only TEXT] [--rounds N] [--quick]

The same subnet, the same speech, the same number of processors, float32. All take turns, round after round, so that a
machine whose speed drifts is unfair to none; what counts is the median over rounds of the ratio of our time to a peer's
in the same round. Within a round a time is the median of three runs after one that is not measured. Before anything is
measured the outputs are compared: a peer that computes something else proves nothing.

Exporting the graphs needs python3-numpy, python3-scipy and python3-torch (apt); PYTHON needs onnxruntime and openvino.
"""
import argparse
import contextlib
import time
from pathlib import Path

import numpy as np

import contestants
import graphs
import report
import subnets
import turns

PAGE = report.MEASUREMENTS / "peers.md"
PEERS = ("ONNX Runtime f32", "OpenVINO f32")
THREADS = (1, 2)
# Far above what float32 rounds off, far below what another model would differ by.
TOLERANCE = 1e-3


class Comparison:
    """One subnet beside its peers."""

    def __init__(self, name, extractor, build, work):
        self.name, self.extractor, self.build, self.work = name, extractor, build, work
        supernet = subnets.Supernet(extractor)
        self.subnet = supernet.subnet(name, build, work)
        self.graph = graphs.exported(name, supernet, build, work)

    def check(self, ours, peers, audio):
        """Holds the peers' outputs against ours."""
        output = self.work / "features.npy"
        ours.features(audio, output)
        expected = np.load(output)
        for peer in peers:
            peer.features(audio, output)
            difference = float(np.max(np.abs(np.load(output) - expected) / np.maximum(1, np.abs(expected))))
            if not difference <= TOLERANCE:
                raise SystemExit(f"{peer.name} differs by {difference:.2g} on {self.name}, {self.extractor} extractor")

    def rows(self, python, threads, lengths, rounds):
        """One dictionary a length."""
        ours = contestants.Ours(self.subnet, threads, self.build)
        with contextlib.ExitStack() as stack:
            peers = [stack.enter_context(contestants.Peer(kind, self.graph, threads, python)) for kind in PEERS]
            self.check(ours, peers, subnets.clip(lengths[0], self.work))
            for length in lengths:
                yield self.row(ours, peers, threads, length, rounds)

    def row(self, ours, peers, threads, length, rounds):
        measured = turns.take_turns(
            {"ours": ours, **{peer.name: peer for peer in peers}}, subnets.clip(length, self.work), rounds)
        return {
            "subnet": self.name, "extractor": self.extractor, "seconds": length, "threads": threads,
            "cpu": ours.result["cpu"], "memory": {name: values[-1].memory for name, values in measured.items()},
            "times": {name: turns.median_seconds(values) for name, values in measured.items()},
            "ratios": {peer.name: turns.ratio(measured["ours"], measured[peer.name]) for peer in peers},
        }


def best_ratio(row):
    """Our time over that of the faster peer."""
    return max(row["ratios"].values())


def time_table(rows):
    header = ["subnet", "extractor", "threads", "audio s", *rows[0]["times"], "ours / best"]
    return report.table(header, [
        [row["subnet"], row["extractor"], row["threads"], f"{row['seconds']:g}",
         *(f"{value:.4f}" for value in row["times"].values()), f"{best_ratio(row):.2f}"] for row in rows])


def worst_table(rows):
    cases = dict.fromkeys((row["subnet"], row["extractor"]) for row in rows)
    table = []
    for case in cases:
        worst = max((row for row in rows if (row["subnet"], row["extractor"]) == case), key=best_ratio)
        threads = f"{worst['threads']} thread{'' if worst['threads'] == 1 else 's'}"
        table.append([*case, f"{best_ratio(worst):.2f}", f"{worst['seconds']:g} s, {threads}"])
    return report.table(["subnet", "extractor", "worst ours / best peer", "at"], table)


def memory_table(rows):
    """Of the longest length on one thread."""
    longest = max(row["seconds"] for row in rows)
    chosen = [row for row in rows if row["seconds"] == longest and row["threads"] == 1]
    header = ["subnet", "extractor", "audio s", *(f"{name}, MB" for name in rows[0]["memory"])]
    return report.table(header, [
        [row["subnet"], row["extractor"], f"{row['seconds']:g}",
         *(f"{value / 1e6:.0f}" for value in row["memory"].values())] for row in chosen])


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("build", nargs="?", type=Path, default=subnets.REPOSITORY / ".build/release")
    parser.add_argument("--python", type=Path, default=subnets.REPOSITORY / ".peers/bin/python")
    parser.add_argument(
        "--work", type=Path, default=subnets.REPOSITORY / ".build/bench", help="what is made goes there")
    parser.add_argument("--only", default="", metavar="TEXT", help="only subnets whose name and extractor contain this")
    parser.add_argument("--rounds", type=int, help="5 when missing")
    parser.add_argument("--quick", action="store_true", help="one short length, two rounds; shows the tables only")
    arguments = parser.parse_args()
    arguments.work.mkdir(parents=True, exist_ok=True)
    start = time.monotonic()
    rows = []
    for extractor in subnets.EXTRACTORS:
        for name in subnets.NAMES:
            if arguments.only not in f"{name} {extractor}":
                continue
            comparison = Comparison(name, extractor, arguments.build.resolve(), arguments.work)
            for threads in THREADS:
                lengths = (1,) if arguments.quick else (1, 5, 15)
                rounds = arguments.rounds or (2 if arguments.quick else 5)
                for row in comparison.rows(arguments.python, threads, lengths, rounds):
                    rows.append(row)
                    print(f"{name}, {extractor} extractor, {threads} threads, {row['seconds']:g} s: "
                          f"{best_ratio(row):.2f} of the best peer's time", flush=True)
    if not rows:
        raise SystemExit(f"no subnet's name and extractor contain {arguments.only!r}")
    caption = report.caption(rows[0]["cpu"])
    places = [("peers: worst", worst_table(rows)), ("peers: times", time_table(rows)),
              ("peers: memory", memory_table(rows))]
    # A part of the table must not take the place of the whole.
    is_part = arguments.quick or arguments.only != ""
    report.publish(PAGE, [(name, f"{caption}\n\n{text}") for name, text in places], is_part)
    print(f"took {time.monotonic() - start:.0f} s")


if __name__ == "__main__":
    main()
