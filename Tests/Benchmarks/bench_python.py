#!/usr/bin/env python3
"""Measures the Python package beside transformers and beside lhb-bench, and writes Docs/measurements/python.md.

    bench_python.py [BUILD_FOLDER, by default .build/release] [--python PYTHON, by default .peers/bin/python]
        [--library LIBRARY, by default .build/package/lib/liblighthubert.so.0] [--work FOLDER] [--rounds N] [--quick]

HuBERT Base of random weights: through lhb, and through transformers' HubertModel with its feature extractor, each in a
process of its own, in turns. What a call from Python costs beyond lhb-bench; how long `import lhb` takes beyond NumPy.

Takes ten minutes and 4 GB of memory. PYTHON needs torch and transformers.
"""
import argparse
import json
import os
import statistics
from pathlib import Path

import models
import report
import subnets

PAGE = report.MEASUREMENTS / "python.md"
RUNS = 5


class Bench:
    """Everything that is run."""

    def __init__(self, arguments):
        self.build, self.python, self.library = arguments.build, arguments.python, arguments.library
        self.work = arguments.work
        self.work.mkdir(parents=True, exist_ok=True)
        self.environment = {
            "LIGHTHUBERT_LIBRARY": str(self.library), "PYTHONPATH": str(subnets.REPOSITORY / "Sources/Python")}
        self.model = models.Model("hubert-base", self.build, self.work, self.python)

    def run(self, kind, path, length, threads):
        command = [self.python, Path(__file__).with_name("run_python.py"), kind, path, subnets.clip(length, self.work),
                   threads, RUNS]
        return json.loads(subnets.run(*subnets.pinned(threads, *command), **self.environment).splitlines()[-1])

    def beside_transformers(self, length, threads, rounds):
        """(ours, theirs) of each round."""
        file, folder = self.model.file(), self.model.folder()
        pairs = []
        for _ in range(rounds):
            pair = [self.run("lhb", file, length, threads), self.run("transformers", folder, length, threads)]
            if pair[0]["shape"] != pair[1]["shape"] or abs(pair[0]["power"] / pair[1]["power"] - 1) > 1e-3:
                raise SystemExit(f"lhb gives {pair[0]}, transformers {pair[1]}: not the same features")
            pairs.append(pair)
        return pairs

    def bench(self, path, length):
        command = [self.build / "lhb-bench", path, "--threads", 1, "--audio", subnets.clip(length, self.work), "--runs",
                   RUNS, "--json"]
        return json.loads(subnets.run(*subnets.pinned(1, *command)))["median_s"]

    def overhead(self, length, rounds):
        """(lhb-bench, Python) seconds of each round, on one thread."""
        path = self.model.file()
        return [(self.bench(path, length), self.run("lhb", path, length, 1)["seconds"]) for _ in range(rounds)]

    def import_seconds(self, rounds):
        """Seconds of `import lhb` once NumPy is there."""
        text = "import time, numpy; start = time.perf_counter(); import lhb; print(time.perf_counter() - start)"
        return statistics.median(float(subnets.run(self.python, "-c", text, **self.environment)) for _ in range(rounds))


def transformers_table(results):
    def median(pairs, place, key):
        return statistics.median(pair[place][key] for pair in pairs)

    rows = []
    for (threads, length), pairs in results.items():
        time = statistics.median(ours["seconds"] / theirs["seconds"] for ours, theirs in pairs)
        memory = statistics.median(ours["memory"] / theirs["memory"] for ours, theirs in pairs)
        rows.append([
            threads, f"{length:g}", f"{median(pairs, 0, 'seconds'):.3f}", f"{median(pairs, 1, 'seconds'):.3f}",
            f"{time:.2f}", f"{median(pairs, 0, 'memory') / 1e6:.0f}", f"{median(pairs, 1, 'memory') / 1e6:.0f}",
            f"{memory:.2f}"])
    return report.table(
        ["threads", "audio s", "lhb s", "transformers s", "ratio", "lhb MB", "transformers MB", "ratio"], rows)


def overhead_table(results, seconds):
    rows = [[
        f"{length:g}", f"{1000 * statistics.median(bench for bench, _ in pairs):.1f}",
        f"{1000 * statistics.median(python for _, python in pairs):.1f}",
        f"{1000 * statistics.median(python - bench for bench, python in pairs):+.2f}",
        f"{100 * statistics.median(python / bench - 1 for bench, python in pairs):+.1f} %"]
        for length, pairs in results.items()]
    return (report.table(["audio s", "lhb-bench ms", "from Python ms", "difference ms", "share"], rows)
            + f"\n\n`import lhb` takes {1000 * seconds:.0f} ms beyond NumPy's.")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("build", nargs="?", type=Path, default=subnets.REPOSITORY / ".build/release")
    parser.add_argument("--python", type=Path, default=subnets.REPOSITORY / ".peers/bin/python")
    parser.add_argument(
        "--library", type=Path, default=subnets.REPOSITORY / ".build/package/lib/liblighthubert.so.0")
    parser.add_argument("--work", type=Path, default=subnets.REPOSITORY / ".build/bench")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--quick", action="store_true", help="one second and one round; writes nothing")
    arguments = parser.parse_args()
    os.environ.pop("OPENBLAS_CORETYPE", None)
    os.environ.pop("OPENBLAS_L2_SIZE", None)
    lengths, rounds = ((1,), 1) if arguments.quick else ((1, 5, 15), arguments.rounds)
    bench = Bench(arguments)
    results = {}
    for threads in (1, 2):
        for length in lengths:
            results[threads, length] = bench.beside_transformers(length, threads, rounds)
            print(f"{length} s, {threads} threads: done", flush=True)
    overhead = {length: bench.overhead(length, rounds) for length in lengths if length != 5}
    caption = report.caption(report.processor())
    report.publish(PAGE, [
        ("python: transformers", f"{caption}\n\n{transformers_table(results)}"),
        ("python: overhead", f"{caption}\n\n{overhead_table(overhead, bench.import_seconds(5))}")], arguments.quick)


main()
