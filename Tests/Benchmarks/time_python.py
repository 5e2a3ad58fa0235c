#!/usr/bin/env python3
"""Prints the median seconds of a model's features from Python, after one run that does not count.

    time_python.py MODEL.lhb AUDIO.wav THREADS RUNS

Uses Sources/Python/lhb with the library that the variable LIGHTHUBERT_LIBRARY names.
"""
import statistics
import sys
import time
import wave
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "Sources/Python"))
sys.dont_write_bytecode = True
import numpy

import lhb


def main():
    path, audio, threads, runs = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
    model = lhb.load(path, threads=threads)
    with wave.open(audio) as file:
        samples = numpy.frombuffer(file.readframes(file.getnframes()), "<i2") / numpy.float32(32768)
    model.features(samples)
    times = []
    for _ in range(runs):
        start = time.perf_counter()
        model.features(samples)
        times.append(time.perf_counter() - start)
    print(statistics.median(times))


main()
