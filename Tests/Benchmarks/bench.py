#!/usr/bin/env python3
"""Measures the standard table with lhb-bench and writes it into Docs/measurements/engine.md.

    bench.py [BUILD_FOLDER, by default .build/release]
        [--library FILE, by default .build/package/lib/liblighthubert.so.0] [--work FOLDER] [--quick]

Three subnets with both kinds of feature extractor at three lengths on one and two threads; how time and memory grow up
to ten minutes; the other instruction sets; a cold start; Python beside lhb-bench. Takes ten minutes and 2 GB of disk.
With --quick lengths and runs are few and the tables only shown: that proves the way, not the speed.

Making the checkpoints needs python3-numpy and python3-torch (apt).
"""
import argparse
import json
import math
import statistics
import subprocess
import sys
import time
from pathlib import Path

import report
import subnets

PAGE = report.MEASUREMENTS / "engine.md"
THREADS = (1, 2)
GROWING = "small-default", "layer-norm"
MEGABYTE = 1e6


class Plan:
    """How much is measured."""

    def __init__(self, quick):
        self.lengths = (1, 2) if quick else (1, 5, 15)
        self.runs = 1 if quick else 3
        # Seconds of the longest runs, one of each.
        self.long = (4,) if quick else (60, 300, 600)
        self.isa_length = 1 if quick else 15
        self.starts = 2 if quick else 11
        self.python_length = 1 if quick else 15
        self.python_rounds = 1 if quick else 5


class Programs:
    """lhb-bench, lhb-features and the library, run on the subnets."""

    def __init__(self, build, library, work):
        self.build, self.library, self.work = build, library, work

    def bench(self, name, extractor, lengths, threads, runs, **variables):
        """lhb-bench's object."""
        path = subnets.Supernet(extractor).subnet(name, self.build, self.work)
        text = ",".join(f"{length:g}" for length in lengths)
        print(f"{name}, {extractor} extractor: {text} s on {threads} threads", *variables.values(), flush=True)
        command = [self.build / "lhb-bench", path, "--seconds", text, "--threads", threads, "--runs", runs, "--json"]
        command = subnets.pinned(threads, *command)
        return json.loads(subnets.run(*command, LHB_COMMIT=report.commit() or "", **variables))

    def start(self, name, extractor, threads, count):
        """Median seconds from starting lhb-features on a second of speech to its end."""
        path = subnets.Supernet(extractor).subnet(name, self.build, self.work)
        command = subnets.pinned(
            threads, self.build / "lhb-features", "--quiet", "--force", "--threads", threads, "--model", path,
            "--output", self.work / "features.npy", subnets.clip(1, self.work))
        times = []
        for _ in range(count):
            start = time.perf_counter()
            subprocess.run(command, check=True, env=subnets.environment())
            times.append(time.perf_counter() - start)
        return statistics.median(times)

    def python(self, name, extractor, seconds, threads, rounds, runs):
        """Seconds of lhb-bench and from Python in turn, [(lhb-bench, Python)], medians of `runs`."""
        path = subnets.Supernet(extractor).subnet(name, self.build, self.work)
        audio = subnets.clip(seconds, self.work)
        print(f"{name}, {extractor} extractor: {seconds:g} s on {threads} threads, from Python", flush=True)
        bench = [self.build / "lhb-bench", path, "--audio", audio, "--threads", threads, "--runs", runs, "--json"]
        python = [sys.executable, Path(__file__).with_name("time_python.py"), path, audio, threads, runs]
        pairs = []
        for _ in range(rounds):
            ours = json.loads(subnets.run(*subnets.pinned(threads, *bench)))["median_s"]
            theirs = subnets.run(*subnets.pinned(threads, *python), LIGHTHUBERT_LIBRARY=str(self.library))
            pairs.append((ours, float(theirs)))
        return pairs


def speed_table(results):
    """One row a subnet and length: `results` has lhb-bench's objects by (name, extractor, threads)."""
    rows = []
    for extractor in subnets.EXTRACTORS:
        for name in subnets.NAMES:
            one, two = (results[name, extractor, threads] for threads in THREADS)
            for single, double in zip(one["measurements"], two["measurements"]):
                rows.append([
                    name, extractor, f"{single['audio_s']:g}", f"{single['median_s']:.4f}",
                    f"{single['deviation_s'] / single['median_s']:.1%}", f"{1 / single['real_time_factor']:.1f}",
                    f"{single['gflops']:.1f}", f"{single['share_of_peak']:.0%}", f"{double['median_s']:.4f}",
                    f"{single['median_s'] / double['median_s']:.2f}",
                    f"{beyond_weights(one, single):.0f}"])
    return report.table(
        ["subnet", "extractor", "audio s", "1 thread", "spread", "speed", "GFLOP/s", "of peak", "2 threads", "speed-up",
         "memory"], rows)


def beyond_weights(result, measurement):
    return (measurement["peak_memory_bytes"] - result["weight_bytes"]) / MEGABYTE


def load_table(results):
    rows = []
    for extractor in subnets.EXTRACTORS:
        for name in subnets.NAMES:
            one, two = (results[name, extractor, threads] for threads in THREADS)
            rows.append([
                name, extractor, f"{one['weight_bytes'] / MEGABYTE:.0f}",
                f"{max(one['load_peak_memory_bytes'], two['load_peak_memory_bytes']) / MEGABYTE:.0f}",
                f"{1000 * one['load_s']:.0f}", f"{1000 * two['load_s']:.0f}"])
    return report.table(
        ["subnet", "extractor", "packed weights, MB", "at most while loading, MB", "1 thread: ms", "2 threads: ms"],
        rows)


def stage_table(results):
    rows, stages = [], []
    for extractor in subnets.EXTRACTORS:
        for name in subnets.NAMES:
            for measurement in results[name, extractor, 1]["measurements"]:
                shares = measurement["stage_shares"]
                stages = list(shares)
                rows.append([
                    name, extractor, f"{measurement['audio_s']:g}", *(f"{share:.1%}" for share in shares.values())])
    return report.table(["subnet", "extractor", "audio s", *(stage.replace("_", " ") for stage in stages)], rows)


def exponent(points):
    """Of the power of x that fits points (x, y) best: the slope of a line through their logarithms."""
    logarithms = [(math.log(x), math.log(y)) for x, y in points]
    return statistics.linear_regression(*zip(*logarithms)).slope


def growth_table(results):
    """`results` has lhb-bench's objects of rising lengths."""
    rows, times, memory = [], [], []
    for result in results:
        for one in result["measurements"]:
            times.append((one["audio_s"], one["median_s"]))
            memory.append((one["audio_s"], beyond_weights(result, one)))
            rows.append([f"{one['audio_s']:g}", f"{one['median_s']:.3f}", f"{1000 * one['real_time_factor']:.1f}",
                         f"{one['peak_memory_bytes'] / MEGABYTE:.0f}", f"{beyond_weights(result, one):.0f}"])
    text = report.table(["audio s", "s", "ms a second of audio", "peak memory, MB", "MB beyond weights"], rows)
    return (f"{text}\n\nFitted to all lengths, time grows with the power {exponent(times):.2f} of the length, and "
            f"memory beyond the weights\nwith the power {exponent(memory):.2f}; between the last two lengths, "
            f"{exponent(times[-2:]):.2f} and {exponent(memory[-2:]):.2f}.")


def instruction_set_table(results):
    """`results` has pairs of a subnet's name and lhb-bench's object."""
    rows = [[name, result["instruction_set"], f"{result['median_s']:.3f}", f"{result['gflops']:.1f}",
             f"{result['peak_gflops_per_core']:.1f}", f"{result['share_of_peak']:.0%}"] for name, result in results]
    return report.table(["subnet", "instruction set", "s", "GFLOP/s", "its own peak, GFLOP/s", "of that"], rows)


def start_table(starts, results):
    rows = []
    for (name, threads), seconds in starts.items():
        # The first length is that second.
        compute = results[name, "layer-norm", threads]["measurements"][0]["median_s"]
        rows.append([name, threads, *(f"{1000 * value:.0f}" for value in (seconds, compute, seconds - compute))])
    return report.table(["subnet", "threads", "whole process, ms", "of that computing, ms", "all else, ms"], rows)


def python_table(pairs):
    """`pairs` has [(seconds of lhb-bench, of Python)] by (subnet, threads)."""
    rows = [[name, threads, *(f"{statistics.median(side):.4f}" for side in zip(*rounds)),
             f"{statistics.median(python / bench for bench, python in rounds):.3f}"]
            for (name, threads), rounds in pairs.items()]
    return report.table(["subnet", "threads", "lhb-bench, s", "Python, s", "Python / lhb-bench"], rows)


def measure(programs, plan):
    """[(place, text)]"""
    results = {}
    for extractor in subnets.EXTRACTORS:
        for name in subnets.NAMES:
            for threads in THREADS:
                results[name, extractor, threads] = programs.bench(name, extractor, plan.lengths, threads, plan.runs)
    long = programs.bench(*GROWING, plan.long, THREADS[-1], 1)
    others = []
    for name in ("small-default", "base-max"):
        for isa in (None, "avx2", "baseline"):
            variables = {"LHB_ISA": isa} if isa else {}
            others.append((name, programs.bench(name, "layer-norm", [plan.isa_length], 1, plan.runs, **variables)))
    starts = {}
    for name in ("small-default", "base-max"):
        for threads in THREADS:
            starts[name, threads] = programs.start(name, "layer-norm", threads, plan.starts)
    python = {}
    for name in ("small-default", "base-max"):
        for threads in THREADS:
            python[name, threads] = programs.python(
                name, "layer-norm", plan.python_length, threads, plan.python_rounds, plan.runs)
    cpu = long["cpu"]
    tables = [
        ("speed", speed_table(results)), ("loading", load_table(results)), ("stages", stage_table(results)),
        ("growth", growth_table([results[*GROWING, THREADS[-1]], long])),
        ("instruction sets", instruction_set_table(others)), ("cold start", start_table(starts, results)),
        ("python", python_table(python))]
    return [(place, f"{report.caption(cpu)}\n\n{text}") for place, text in tables]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("build", nargs="?", type=Path, default=subnets.REPOSITORY / ".build/release")
    parser.add_argument(
        "--library", type=Path, default=subnets.REPOSITORY / ".build/package/lib/liblighthubert.so.0")
    parser.add_argument(
        "--work", type=Path, default=subnets.REPOSITORY / ".build/bench", help="what is made goes there")
    parser.add_argument("--quick", action="store_true")
    arguments = parser.parse_args()
    arguments.work.mkdir(parents=True, exist_ok=True)
    start = time.monotonic()
    places = measure(
        Programs(arguments.build.resolve(), arguments.library.resolve(), arguments.work), Plan(arguments.quick))
    report.publish(PAGE, places, arguments.quick)
    print(f"took {time.monotonic() - start:.0f} s")


if __name__ == "__main__":
    main()
