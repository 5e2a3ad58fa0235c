#!/usr/bin/env python3
"""Compares the programs with the float64 reference on checkpoints of the published size.

    check_real_size.py [BUILD_FOLDER, by default .build/release] [--audio FILE.wav] [--random N] [--only TEXT]
        [--work FOLDER]

For base-max, small-default, small-min and N (20) random architectures of both search spaces, and for both kinds of
feature extractor: makes a random checkpoint of 381 MB, cuts the subnet with lhb-extract, runs it with lhb-features on a
few seconds of speech, and compares every hidden state and the encoder's input with reference.py. A difference may be
1e-5 * max(1, |value|) at most. The three named ones run with each instruction set that the machine has; with the
reference kernels (scalar), which are slow, on the first 0.3 seconds. One line a case and set tells the largest
difference in proportion to that bound, and where it is; the exit code is 1 when one is above the bound or a program
fails. Takes a few minutes and 2 GB of disk.

Needs python3-numpy, python3-scipy and python3-torch (apt).
"""
import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
import wave
from pathlib import Path

import numpy as np

REPOSITORY = Path(__file__).resolve().parents[3]
sys.path[:0] = [str(REPOSITORY / "Tests/Tools/fixtures"), str(REPOSITORY / "Tests/Tools/reference")]
import make_checkpoint  # noqa: E402
import reference  # noqa: E402

TOLERANCE = 1e-5
# Values of LHB_ISA; None is the program's own choice.
INSTRUCTION_SETS = ("avx512", "avx512-plain", "avx2", "avx2-plain", "baseline", "scalar")
# Samples for the reference kernels: 14 frames, so that fast convolutions have whole groups and a rest.
SHORT = 4800
# sysexits.h's, when the processor lacks an instruction set.
UNAVAILABLE = 69

SPACES = {
    "base": {"embed_dim": [512, 640, 768], "heads_num": [8, 10, 12], "ffn_ratio": [3.5, 4.0], "layer_num": [12]},
    "small": {
        "embed_dim": [256, 384, 512],
        "heads_num": [4, 6, 8],
        "ffn_ratio": [3.0, 3.5, 4.0],
        "layer_num": [10, 11, 12],
    },
}


def architecture(embed, heads, ratios):
    return {
        "atten_dim": [64 * count for count in heads],
        "embed_dim": embed,
        "ffn_embed": [int(ratio * embed) for ratio in ratios],
        "heads_num": heads,
        "layer_num": len(heads),
        "slide_wsz": ["global"] * len(heads),
    }


def uniform(embed, heads, ratio, layers):
    return architecture(embed, [heads] * layers, [ratio] * layers)


def random_architecture(random, space):
    choices = SPACES[space]
    pick = lambda name: random.choice(choices[name]).item()
    layers = pick("layer_num")
    heads = [pick("heads_num") for _ in range(layers)]
    ratios = [pick("ffn_ratio") for _ in range(layers)]
    return architecture(pick("embed_dim"), heads, ratios)


def architectures(random_count):
    """[(name, architecture, instruction sets)]"""
    sets = (None, *INSTRUCTION_SETS)
    cases = [
        ("base-max", uniform(768, 12, 4.0, 12), sets),
        ("small-default", uniform(384, 6, 4.0, 12), sets),
        ("small-min", uniform(256, 4, 3.0, 10), sets),
    ]
    random = np.random.default_rng(20220330)
    for index in range(random_count):
        space = ["base", "small"][index % 2]
        cases.append((f"{space}-random-{index:02}", random_architecture(random, space), (None,)))
    return cases


class Programs:
    def __init__(self, build, work):
        self.extract = str(Path(build, "lhb-extract"))
        self.features = str(Path(build, "lhb-features"))
        self.work = work
        self.subnet = work / "subnet.lhb"

    def cut(self, checkpoint, architecture_file):
        run(self.extract, "--force", "--arch", architecture_file, checkpoint, self.subnet)

    def states(self, audio, instruction_set):
        """Hidden states with the projected features first, and the encoder's input; nothing when the machine cannot."""
        published = self.features_of(audio, "projection", instruction_set)
        other = self.features_of(audio, "encoder-input", instruction_set)
        if published is None or other is None:
            return None
        if not np.array_equal(published[1:], other[1:]):
            raise RuntimeError("--layer-zero changes more than hidden state 0")
        return published, other[0]

    def features_of(self, audio, layer_zero, instruction_set):
        out = self.work / "features.npy"
        ran = run(self.features, "--model", self.subnet, "--layers", "all", "--layer-zero", layer_zero, "--force",
                  "--output", out, audio, LHB_ISA=instruction_set)
        return np.load(out) if ran else None


def run(*command, **variables):
    """False where the machine lacks what a variable asks for."""
    done = subprocess.run(
        [str(part) for part in command], capture_output=True, text=True, env=environment(**variables))
    if done.returncode == UNAVAILABLE and any(variables.values()):
        return False
    if done.returncode != 0:
        raise RuntimeError(f"{Path(command[0]).name}: exit code {done.returncode}: {done.stderr.strip()}")
    return True


def environment(**more):
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("LHB_", "OPENBLAS_"))}
    return {**kept, **{name: value for name, value in more.items() if value}}


def shortened(audio, work):
    """The path of the recording's beginning."""
    path = work / "short.wav"
    with wave.open(str(audio)) as file:
        form, frames = file.getparams(), file.readframes(SHORT)
    with wave.open(str(path), "wb") as file:
        file.setparams(form)
        file.writeframes(frames)
    return path


def worst(found, expected):
    """(largest |difference| / bound, index) where the bound is TOLERANCE * max(1, |expected|)."""
    if found.shape != expected.shape:
        raise RuntimeError(f"shape {found.shape}, expected {expected.shape}")
    ratio = np.abs(found - expected) / (TOLERANCE * np.maximum(1, np.abs(expected)))
    ratio = np.where(np.isnan(ratio), np.inf, ratio)
    place = np.unravel_index(np.argmax(ratio), ratio.shape)
    return float(ratio[place]), tuple(int(index) for index in place)


def compare(states, encoder_input, expected):
    """(ratio, text of the place) of the value that is furthest off."""
    ratio, (layer, frame, channel) = worst(states, expected.hidden_states)
    place = f"hidden state {layer}, frame {frame}, channel {channel}"
    input_ratio, (frame, channel) = worst(encoder_input, expected.encoder_input)
    if input_ratio > ratio:
        return input_ratio, f"encoder input, frame {frame}, channel {channel}"
    return ratio, place


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("build", nargs="?", default=REPOSITORY / ".build/release")
    parser.add_argument("--audio", type=Path, default=REPOSITORY / "Fixtures/golden/audio/speech-a.wav")
    parser.add_argument("--random", type=int, default=20)
    parser.add_argument("--only", default="", metavar="TEXT", help="only cases whose name contains this")
    parser.add_argument("--work", type=Path, help="where checkpoints are put and kept; else a temporary folder")
    arguments = parser.parse_args()

    failures, largest, count = 0, 0.0, 0
    with tempfile.TemporaryDirectory() as temporary:
        work = arguments.work or Path(temporary)
        work.mkdir(parents=True, exist_ok=True)
        programs = Programs(arguments.build, work)
        short = shortened(arguments.audio, work)
        for extractor in ("layer_norm", "default"):
            cases = [(f"{extractor} {name}", *rest) for name, *rest in architectures(arguments.random)]
            cases = [case for case in cases if arguments.only in case[0]]
            if not cases:
                continue
            checkpoint = work / f"supernet-{extractor}.pt"
            if not checkpoint.exists():
                # So that both treatments of the waveform are met.
                extra = ["--no-normalize"] if extractor == "default" else []
                options = make_checkpoint.parse_options([str(checkpoint), "--extractor", extractor, *extra])
                make_checkpoint.write(checkpoint, options)
            weights, config = reference.load_checkpoint(checkpoint)
            for name, arch, instruction_sets in cases:
                architecture_file = work / "arch.json"
                architecture_file.write_text(json.dumps(arch))
                try:
                    programs.cut(checkpoint, architecture_file)
                except RuntimeError as error:
                    count, failures = count + 1, failures + 1
                    print(f"FAILED {name:28} {error}", flush=True)
                    continue
                cut = reference.cut(weights, config, arch)
                expected = {}
                for instruction_set in instruction_sets:
                    file = short if instruction_set == "scalar" else arguments.audio
                    start = time.monotonic()
                    try:
                        states = programs.states(file, instruction_set)
                        if states is None:
                            continue
                        if file not in expected:
                            expected[file] = reference.forward(cut, config, arch, reference.load_wav(file))
                        ratio, place = compare(*states, expected[file])
                        largest = max(largest, ratio)
                        verdict = "ok" if ratio <= 1 else "FAILED"
                        text = f"{ratio:6.3f} of the bound at {place}"
                    except RuntimeError as error:
                        verdict, text = "FAILED", str(error)
                    count += 1
                    failures += verdict != "ok"
                    print(f"{verdict:6} {name:28} {instruction_set or 'auto':12} {text} "
                          f"({time.monotonic() - start:.1f} s)", flush=True)
    print(f"{count - failures} of {count} cases within {TOLERANCE} * max(1, |value|); "
          f"largest difference {largest:.3f} of that")
    sys.exit(1 if failures or count == 0 else 0)


if __name__ == "__main__":
    main()
