#!/usr/bin/env python3
"""Prints the median seconds of a model's features from Python, after one run that does not count.

    time_python.py MODEL.lhb AUDIO.wav THREADS RUNS

Uses Docs/examples/python/lighthubert.py with the library that the variable LIGHTHUBERT_LIBRARY names.
"""
import statistics
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "Docs/examples/python"))
sys.dont_write_bytecode = True
import lighthubert


def main():
    path, audio, threads, runs = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
    model = lighthubert.Model(path, threads=threads)
    samples = lighthubert.read_wav(audio)
    model.features(samples)
    times = []
    for _ in range(runs):
        start = time.perf_counter()
        model.features(samples)
        times.append(time.perf_counter() - start)
    print(statistics.median(times))


main()
