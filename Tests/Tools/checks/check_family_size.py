#!/usr/bin/env python3
"""Compares the programs with the float64 reference on random models of the HuBERT family of the published sizes.

    check_family_size.py [BUILD_FOLDER, by default .build/release] [--audio FILE.wav] [--only TEXT] [--work FOLDER]
        [--python PYTHON, by default .peers/bin/python] [--published] [--write]

For each model of family_models.py: writes the file that people have, turns it into a .lhb file with lhb-extract, runs
that with lhb-features on a few seconds of speech, and compares every hidden state, the encoder's input, and what else
the model gives, with family_reference.py. A difference may be 1e-5 * max(1, |value|) at most, with each instruction set
that the machine has; the reference kernels (scalar), which are slow, take the first 0.3 seconds. A line tells the
largest difference of each set in proportion to that bound and where it is, and the first one what every hidden state
has. WavLM tells distances of up to 800 frames apart, and gets 17 seconds once. bfloat16 and int8 are told as the last
hidden state's relative error (root mean square).

The states of pre-norm models grow from layer to layer, and float32's errors with them. Where one is above the bound,
the published code's own error in float32 is told beside ours, and ours may be as large: that is when --python has torch
and transformers (--published asks for it everywhere). Without them the bound is 1e-5 times the root mean square of the
last state. Attention of random weights may choose between frames by little, and magnify what float32 rounds off there:
so twice the bound is allowed to pruned models, which transformers has not, and is told.

The exit code is 1 when something is above these or a program fails. --write puts the table of all models into
Docs/models.md. Takes 15 minutes, 6 GB of memory and 3 GB of disk.

Needs python3-numpy and python3-scipy (apt).
"""
import argparse
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

from real_size import (
    INSTRUCTION_SETS, REPOSITORY, SPEECH, TOLERANCE, Features, lengthened, ratios, run, shortened, worst)

REFERENCE = REPOSITORY / "Tests/Tools/reference"
sys.path += [str(REFERENCE), str(REPOSITORY / "Tests/Benchmarks")]
import family_files  # noqa: E402
import family_reference  # noqa: E402
import reference  # noqa: E402
import report  # noqa: E402
from family_models import MODELS  # noqa: E402

ROUNDED = ("bf16", "int8")


class Case:
    """A model in its file and as a .lhb file, and what it must compute."""

    def __init__(self, model, build, work):
        self.model, self.work = model, work
        self.weights = model.weights()
        self.source = work / (model.name + model.suffix)
        self.lhb = work / "model.lhb"
        self.features = Features(build, self.lhb, work)
        self.expected = {}
        model.write(self.source, model.encoder, self.weights)
        self.summary = run(Path(build, "lhb-extract"), "--force", self.source, self.lhb).strip()

    def judge(self, audio):
        if audio not in self.expected:
            samples = reference.load_wav(audio)
            self.expected[audio] = family_reference.forward(self.model.encoder, self.weights, samples)
        return self.expected[audio]

    def outputs(self, audio, instruction_set):
        """{what: array}; nothing when the machine cannot."""
        def features(*choices):
            return self.features(audio, *choices, instruction_set=instruction_set)

        states = features("--layers", "all", "--layer-zero", "projection")
        if states is None:
            return None
        found = {"hidden_states": states,
                 "encoder_input": features("--layers", "0", "--layer-zero", "encoder-input").reshape(states[0].shape)}
        if self.model.encoder.pre_norm:
            found["last"] = features()
            chosen = features("--layers", str(len(states) - 1), "--last-state", "normed")
            if not np.array_equal(chosen.reshape(found["last"].shape), found["last"]):
                raise RuntimeError("--last-state normed gives something else than no choice of layers")
        if "final_proj.weight" in self.weights:
            found["projections"] = features("--layers", "all", "--layer-zero", "projection", "--projection")
        return found

    def remove(self):
        for path in [*self.source.glob("*"), self.source, self.lhb]:
            if path.is_dir():
                path.rmdir()
            else:
                path.unlink(missing_ok=True)


def compare(found, expected):
    """(ratio, text of the place) of the value that is furthest off."""
    largest, place = -1.0, ""
    for what, array in found.items():
        ratio, index = worst(array, getattr(expected, what))
        if ratio > largest:
            words = ["hidden state"] if what == "hidden_states" else [what.replace("_", " ")]
            largest, place = ratio, " ".join(words + [str(index[0])] if len(index) == 3 else words)
            place += f", frame {index[-2]}, channel {index[-1]}"
    return largest, place


def of_each_state(states, expected):
    """The largest ratio of each hidden state, and how large values are."""
    each = [float(ratios(*pair).max()) for pair in zip(states, expected)]
    return (f"of the bound in hidden states 0 to {len(each) - 1}: " + " ".join(f"{ratio:.2f}" for ratio in each)
            + f"; values up to {np.abs(expected).max():.0f}")


def limit(model, expected):
    """What is allowed in proportion to the bound when the published code's own error is not known."""
    if not model.hugging_face:
        return 2
    return float(np.sqrt(np.mean(expected.hidden_states[-1] ** 2))) if model.encoder.pre_norm else 1


def relative_error(found, expected):
    return float(np.sqrt(np.sum((found - expected) ** 2) / np.sum(expected ** 2)))


def published_error(case, audio, python):
    """The largest ratio that the published code has in float32; None where it has no such model or is not there."""
    kind = case.model.hugging_face
    if not kind or not python.exists():
        return None
    folder, output = case.work / "published", case.work / "published.npy"
    family_files.hugging_face(folder, kind, case.model.encoder, case.weights)
    done = subprocess.run(
        [str(python), str(REFERENCE / "published_states.py"), str(folder), str(audio), str(output),
         repr(case.model.encoder.waveform_epsilon)], capture_output=True, text=True)
    for path in folder.glob("*"):
        path.unlink()
    if done.returncode != 0:
        print(f"       the published code did not run: {done.stderr.strip().splitlines()[-1:]}", flush=True)
        return None
    return worst(np.load(output), case.judge(audio).hidden_states)[0]


class Tally:
    def __init__(self):
        self.count, self.failures = 0, 0
        # By model's name and what was measured, the largest.
        self.figures = {}

    def note(self, name, what, figure):
        figures = self.figures.setdefault(name, {})
        figures[what] = max(figures.get(what, 0.0), figure)

    def add(self, is_good, name, what, text, start):
        self.count += 1
        self.failures += not is_good
        verdict = "ok" if is_good else "FAILED"
        print(f"{verdict:6} {name:24} {what:12} {text} ({time.monotonic() - start:.1f} s)", flush=True)


def table(tally):
    """Of all models, for Docs/models.md."""
    rows = []
    for name, figures in tally.figures.items():
        cells = [f"{TOLERANCE * figures[what]:.1e}" if what in figures else "-" for what in ("f32", "published")]
        rows.append([name, *cells, *(f"{figures[precision]:.1e}" for precision in ROUNDED)])
    return report.table(["model", "float32", "published code, float32", "bfloat16", "int8"], rows)


def name_of(instruction_set, audio):
    return (instruction_set or "auto") + (", long" if audio.name == "long.wav" else "")


def check(model, arguments, work, tally):
    start = time.monotonic()
    try:
        case = Case(model, arguments.build, work)
    except RuntimeError as error:
        tally.add(False, model.name, "extract", str(error), start)
        return
    print("       " + case.summary.splitlines()[0])
    published = None
    runs = [(instruction_set, arguments.audio) for instruction_set in (None, *INSTRUCTION_SETS)]
    runs[-1] = (runs[-1][0], shortened(arguments.audio, work))
    if model.encoder.buckets:
        runs.insert(1, (None, lengthened(arguments.audio, work)))
    for instruction_set, audio in runs:
        start = time.monotonic()
        try:
            found = case.outputs(audio, instruction_set)
            if found is None:
                continue
            ratio, place = compare(found, case.judge(audio))
            is_first = audio == arguments.audio and instruction_set is None
            if published is None and (ratio > 1 or arguments.published):
                published = published_error(case, audio, arguments.python)
            allowed = max(1, published or limit(model, case.judge(audio)))
            text = f"{ratio:6.3f} of the bound at {place}"
            if published is not None:
                text += f"; the published code in float32 has {published:.3f}"
            elif ratio > 1:
                text += f"; {allowed:.3f} is allowed"
            tally.add(ratio <= allowed, model.name, name_of(instruction_set, audio), text, start)
            tally.note(model.name, "f32", ratio)
            if published is not None:
                tally.note(model.name, "published", published)
            if is_first:
                print("       " + of_each_state(found["hidden_states"], case.judge(audio).hidden_states))
        except RuntimeError as error:
            tally.add(False, model.name, name_of(instruction_set, audio), str(error), start)
    for precision in ROUNDED:
        start = time.monotonic()
        try:
            last = case.features(arguments.audio, "--precision", precision)
            error = relative_error(last, case.judge(arguments.audio).last)
            tally.add(np.isfinite(error), model.name, precision, f"relative error {error:.1e}", start)
            tally.note(model.name, precision, error)
        except RuntimeError as error:
            tally.add(False, model.name, precision, str(error), start)
    case.remove()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("build", nargs="?", default=REPOSITORY / ".build/release")
    parser.add_argument("--audio", type=Path, default=SPEECH)
    parser.add_argument("--only", default="", metavar="TEXT", help="only models whose name contains this")
    parser.add_argument("--work", type=Path, help="where files are put; else a temporary folder")
    parser.add_argument("--python", type=Path, default=REPOSITORY / ".peers/bin/python")
    parser.add_argument("--published", action="store_true", help="run the published code on every model")
    parser.add_argument("--write", action="store_true", help="put the table into Docs/models.md")
    arguments = parser.parse_args()
    tally = Tally()
    with tempfile.TemporaryDirectory() as temporary:
        work = arguments.work or Path(temporary)
        work.mkdir(parents=True, exist_ok=True)
        for model in MODELS:
            if arguments.only in model.name:
                check(model, arguments, work, tally)
    print(f"{tally.count - tally.failures} of {tally.count} cases as exact as they must be, "
          f"{TOLERANCE} * max(1, |value|)")
    if arguments.write and not arguments.only and tally.failures == 0:
        report.fill(REPOSITORY / "Docs/models.md", "models at real size",
                    f"{report.caption(report.processor())}\n\n{table(tally)}")
    sys.exit(1 if tally.failures or tally.count == 0 else 0)


if __name__ == "__main__":
    main()
