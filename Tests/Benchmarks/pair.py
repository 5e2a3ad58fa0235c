#!/usr/bin/env python3
"""Measures two builds of this package against each other with lhb-bench: has a change cost speed?

    pair.py BASE_BUILD_FOLDER [BUILD_FOLDER, by default .build/release] [--rounds N] [--runs N] [--only TEXT]
        [--work FOLDER] [--quick]

Two subnets with the layer-norm extractor at three lengths, on one and two threads, in float32, bfloat16 and int8. The
builds take turns in every round. A ratio is the new build's time by the old one's: the median over rounds with the
middle half of them, and that of the fastest runs, which is steadier where other programs run beside. Prints a table;
the exit code is 1 when both ratios of a cell are above 1.01.

Making the checkpoint needs python3-numpy and python3-torch (apt).
"""
import argparse
import json
import statistics
import sys
from pathlib import Path

import report
import subnets

NAMES = ("small-default", "base-max")
PRECISIONS = ("f32", "bf16", "int8")
LENGTHS = (1, 5, 15)
THREADS = (1, 2)
LARGEST = 1.01


class Times:
    """The times of both builds in one cell: of each round the median, and the fastest of all."""

    def __init__(self):
        self.rounds = []

    def add(self, base, new):
        self.rounds.append((base, new))

    def ratios(self):
        return [new["median_s"] / base["median_s"] for base, new in self.rounds]

    def fastest(self, side):
        return min(pair[side]["min_s"] for pair in self.rounds)

    @property
    def median(self):
        return statistics.median(self.ratios())

    @property
    def of_fastest(self):
        return self.fastest(1) / self.fastest(0)

    @property
    def is_slower(self):
        return min(self.median, self.of_fastest) > LARGEST

    def row(self):
        ratios = sorted(self.ratios())
        quarter = len(ratios) // 4
        return [f"{self.fastest(0):.4f}", f"{self.fastest(1):.4f}", f"{self.median:.3f}",
                f"{ratios[quarter]:.3f} to {ratios[-1 - quarter]:.3f}", f"{self.of_fastest:.3f}",
                "slower" if self.is_slower else ""]


def measure(build, path, precision, threads, lengths, runs):
    """lhb-bench's measurements, one a length."""
    text = ",".join(f"{length:g}" for length in lengths)
    command = [build / "lhb-bench", path, "--seconds", text, "--threads", threads, "--runs", runs, "--precision",
               precision, "--json"]
    return json.loads(subnets.run(*subnets.pinned(threads, *command)))["measurements"]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("base", type=Path)
    parser.add_argument("build", nargs="?", type=Path, default=subnets.REPOSITORY / ".build/release")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--only", default="", metavar="TEXT", help='only cells such as "base-max int8 2"')
    parser.add_argument("--work", type=Path, default=subnets.REPOSITORY / ".build/bench", help="what is made")
    parser.add_argument("--quick", action="store_true")
    arguments = parser.parse_args()
    arguments.work.mkdir(parents=True, exist_ok=True)
    builds = [arguments.base.resolve(), arguments.build.resolve()]
    lengths = LENGTHS[:1] if arguments.quick else LENGTHS
    rounds = 1 if arguments.quick else arguments.rounds

    cells = []
    for name in NAMES:
        for precision in PRECISIONS:
            for threads in THREADS:
                if arguments.only not in f"{name} {precision} {threads}":
                    continue
                # Both run the same file.
                weights = "int8" if precision == "int8" else None
                path = subnets.Supernet("layer-norm").subnet(name, builds[1], arguments.work, weights)
                times = [Times() for _ in lengths]
                for index in range(rounds):
                    print(f"{name}, {precision}, {threads} threads: round {index + 1}", file=sys.stderr, flush=True)
                    # Who begins changes too.
                    order = builds if index % 2 == 0 else builds[::-1]
                    measured = {build: measure(build, path, precision, threads, lengths, arguments.runs)
                                for build in order}
                    for one, base, new in zip(times, measured[builds[0]], measured[builds[1]], strict=True):
                        one.add(base, new)
                cells += [([name, precision, threads, length], one) for length, one in zip(lengths, times)]

    print(report.table(
        ["subnet", "format", "threads", "audio s", "base s", "new s", "ratio", "middle half", "of fastest", ""],
        [key + one.row() for key, one in cells]))
    largest = max(max(one.median, one.of_fastest) for _, one in cells)
    print(f"\nLargest ratio {largest:.3f}, {sum(one.is_slower for _, one in cells)} of {len(cells)} cells slower.")
    sys.exit(any(one.is_slower for _, one in cells))


if __name__ == "__main__":
    main()
