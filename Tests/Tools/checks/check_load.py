#!/usr/bin/env python3
"""Runs the library and lhb-features for long, and in many processes at once: nothing grows, and results stay the same.

    check_load.py PACKAGE_FOLDER [MODEL.lhb]     the folder has bin and lib, for example .build/package

- 200 utterances of 20 lengths one after another in one process, through liblighthubert.so
- the same by 200 runs of lhb-features
- the model opened and closed 200 times, and 1,000 contexts made and ended, a run every now and then
- 8 processes at once that read the same model file, 50 utterances each

Each result must be, byte by byte, what lhb-features gave for the same samples alone before. After a warm-up, in which
each length comes once, resident memory may grow by 2 MB, and neither the number of open files nor that of threads may
change. Prints a table; the exit code is 1 when something is not so. Without MODEL.lhb it is
Fixtures/versions/v1-tiny-min.lhb.
"""
import array
import ctypes
import multiprocessing
import os
import random
import subprocess
import sys
import tempfile
import time
import wave
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[3]
LENGTHS = 20
RUNS = 200
PROCESSES = 8
OPENINGS = 200
CONTEXTS = 1000
ALLOWED_GROWTH = 2 << 20


class Failure(Exception):
    pass


class Library:
    """The few functions of liblighthubert.so that are needed here."""

    def __init__(self, path):
        self.functions = ctypes.CDLL(str(path))

    def call(self, name, *arguments):
        # struct lh_error: a code and a message.
        error = ctypes.create_string_buffer(4 + 1020)
        if getattr(self.functions, name)(*arguments, error) != 0:
            raise Failure(f"{name}: {error.raw[4:].split(bytes(1))[0].decode()}")

    def open(self, path):
        model = ctypes.c_void_p()
        self.call("lh_model_open", os.fsencode(path), None, ctypes.byref(model))
        return model

    def close(self, model):
        if self.functions.lh_model_close(model) != 0:
            raise Failure("lh_model_close")

    def context(self, model):
        context = ctypes.c_void_p()
        self.call("lh_context_create", model, None, ctypes.byref(context))
        return context

    def destroy(self, context):
        if self.functions.lh_context_destroy(context) != 0:
            raise Failure("lh_context_destroy")

    def run(self, model, context, samples):
        """The bytes of the last hidden state of `samples`, bytes of float32."""
        count = ctypes.c_size_t()
        length = ctypes.c_size_t(len(samples) // 4)
        self.call("lh_model_output_count", model, length, None, ctypes.byref(count))
        output = ctypes.create_string_buffer(count.value * 4)
        self.call("lh_run", context, ctypes.create_string_buffer(samples, len(samples)), length, None, output, count)
        return output.raw


class Usage:
    """What this process has of the system."""

    def __init__(self):
        status = dict(line.split(":", 1) for line in Path("/proc/self/status").read_text().splitlines())
        self.resident = int(status["VmRSS"].split()[0]) << 10
        self.peak = int(status["VmHWM"].split()[0]) << 10
        self.threads = int(status["Threads"])
        self.files = len(os.listdir("/proc/self/fd"))
        rollup = dict(line.split(":", 1) for line in Path("/proc/self/smaps_rollup").read_text().splitlines()[1:])
        self.share = int(rollup["Pss"].split()[0]) << 10


def grown(before, after):
    """What became more, in words; nothing when all is well."""
    faults = []
    if after.resident > before.resident + ALLOWED_GROWTH:
        faults.append(f"resident memory grew from {before.resident:,} to {after.resident:,} bytes")
    if after.files != before.files:
        faults.append(f"{before.files} open files became {after.files}")
    if after.threads != before.threads:
        faults.append(f"{before.threads} threads became {after.threads}")
    return faults


class Part:
    """One part's figures, which cross processes."""

    def __init__(self, runs):
        self.runs = runs
        self.faults = []
        self.before = None
        self.after = None

    def compare(self, found, wanted, what):
        if found != wanted:
            self.faults.append(f"{what}: another result than alone")

    def end(self):
        self.after = Usage()
        self.faults += grown(self.before, self.after)
        return self


def meet(barrier):
    """Makes `utterances` of this process wait until all processes are ready."""
    utterances.barrier = barrier


def utterances(library, model_path, recordings, runs):
    """Runs one after another with one context."""
    utterances.barrier.wait()
    library = Library(library)
    part = Part(runs)
    model = library.open(model_path)
    context = library.context(model)
    for number in range(runs):
        samples, wanted = recordings[number % len(recordings)]
        part.compare(library.run(model, context, samples), wanted, f"utterance {number}")
        if number == len(recordings) - 1:
            part.before = Usage()
    part.end()
    library.destroy(context)
    library.close(model)
    return part


def openings(library, model_path, recordings):
    """Opens the model again and again."""
    library = Library(library)
    part = Part(OPENINGS)
    for number in range(OPENINGS):
        model = library.open(model_path)
        context = library.context(model)
        samples, wanted = recordings[number % len(recordings)]
        part.compare(library.run(model, context, samples), wanted, f"opening {number}")
        # Either may go first.
        for end in (library.destroy, library.close)[::1 if number % 2 else -1]:
            end(context if end == library.destroy else model)
        if number == len(recordings) - 1:
            part.before = Usage()
    return part.end()


def contexts(library, model_path, recordings):
    """Makes contexts of one model again and again."""
    library = Library(library)
    part = Part(CONTEXTS)
    model = library.open(model_path)
    for number in range(CONTEXTS):
        context = library.context(model)
        if number % 5 == 0:
            samples, wanted = recordings[number // 5 % len(recordings)]
            part.compare(library.run(model, context, samples), wanted, f"context {number}")
        library.destroy(context)
        if number == 5 * len(recordings) - 1:
            part.before = Usage()
    library.close(model)
    return part.end()


def program_runs(features, model_path, sounds, recordings):
    """lhb-features again and again; each process is new, so its peak must be what it was for the same sound."""
    part = Part(RUNS)
    peaks = {}
    part.before = Usage()
    for number in range(RUNS):
        place = number % len(sounds)
        output = sounds[place].with_suffix(".again")
        process = subprocess.Popen([features, "--quiet", "--model", model_path, "--output", output, sounds[place]])
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode != 0:
            part.faults.append(f"run {number}: exit code {process.returncode}")
            continue
        part.compare(payload(output), recordings[place][1], f"run {number}")
        output.unlink()
        peak = usage.ru_maxrss << 10
        if peak > peaks.setdefault(place, peak) + ALLOWED_GROWTH:
            part.faults.append(f"run {number}: peak of {peak:,} bytes, {peaks[place]:,} the first time")
    part.end()
    part.after.peak = max(peaks.values())
    return part


def payload(path):
    """The elements of a .npy file."""
    data = path.read_bytes()
    return data[10 + int.from_bytes(data[8:10], "little"):]


def speech(count, start):
    """16-bit samples of the golden speech, over and over."""
    with wave.open(str(REPOSITORY / "Fixtures/golden/audio/speech-a.wav")) as file:
        samples = array.array("h", file.readframes(file.getnframes()))
    return array.array("h", (samples[(start + index) % len(samples)] for index in range(count)))


def record(features, model_path, folder):
    """Sounds of some lengths, and for each its samples as float32 and the features that it gives alone, as bytes."""
    numbers = random.Random(1)
    sounds, recordings = [], []
    # From the shortest that there is to 10 s; the longest is not the last.
    lengths = [400, 160_000, *(numbers.randrange(400, 160_000) for _ in range(LENGTHS - 2))]
    for place, length in enumerate(lengths):
        samples = speech(length, numbers.randrange(50_000))
        sound = folder / f"{place}.wav"
        with wave.open(str(sound), "wb") as file:
            file.setparams((1, 2, 16_000, length, "NONE", ""))
            file.writeframes(samples.tobytes())
        output = folder / f"{place}.npy"
        subprocess.run([features, "--quiet", "--model", model_path, "--output", output, sound], check=True)
        sounds.append(sound)
        recordings.append((array.array("f", (sample / 32768 for sample in samples)).tobytes(), payload(output)))
    return sounds, recordings


def table(name, part, seconds):
    def megabytes(count):
        return f"{count / 1e6:.1f}"

    before, after = part.before, part.after
    result = "identical, no growth" if not part.faults else f"{len(part.faults)} faults"
    print(f"{name:28} {part.runs:5} {megabytes(before.resident):>7} {megabytes(after.resident):>7}"
          f" {megabytes(after.share):>7} {megabytes(after.peak):>7} {before.files:>5} {after.files:>5}"
          f" {before.threads:>7} {after.threads:>7} {seconds:7.1f}  {result}", flush=True)


def main():
    if len(sys.argv) not in (2, 3):
        sys.exit(__doc__.split("\n\n")[1].strip())
    package = Path(sys.argv[1]).resolve()
    model_path = Path(sys.argv[2] if len(sys.argv) > 2 else REPOSITORY / "Fixtures/versions/v1-tiny-min.lhb").resolve()
    features = package / "bin/lhb-features"
    library = package / "lib/liblighthubert.so"
    # New processes, so that each begins with nothing.
    processes = multiprocessing.get_context("spawn")
    faults = []
    with tempfile.TemporaryDirectory() as folder:
        sounds, recordings = record(features, model_path, Path(folder))
        print(f"{'':28} {'':5} {'RSS before, after':>15} {'PSS':>7} {'peak':>7} {'files':>11} {'threads':>15} {'s':>7}"
              "  (MB; before: after warm-up)")

        def measure(name, function, arguments, count=1):
            start = time.monotonic()
            with processes.Pool(count, meet, (processes.Barrier(count),)) as pool:
                parts = pool.starmap(function, [arguments] * count, chunksize=1)
            for part in parts:
                table(name, part, time.monotonic() - start)
                faults.extend(f"{name}: {fault}" for fault in part.faults)

        measure("one process", utterances, (library, model_path, recordings, RUNS))
        measure("lhb-features", program_runs, (features, model_path, sounds, recordings))
        measure("model opened, closed", openings, (library, model_path, recordings))
        measure("contexts made, ended", contexts, (library, model_path, recordings))
        measure(f"{PROCESSES} processes at once", utterances, (library, model_path, recordings, 50), PROCESSES)
    for fault in faults:
        print(fault, file=sys.stderr)
    sys.exit(1 if faults else 0)


if __name__ == "__main__":
    main()
