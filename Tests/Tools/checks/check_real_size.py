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
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

from real_size import INSTRUCTION_SETS, REPOSITORY, SPEECH, TOLERANCE, Features, run, shortened, worst

sys.path[:0] = [str(REPOSITORY / "Tests/Tools/fixtures"), str(REPOSITORY / "Tests/Tools/reference")]
import make_checkpoint  # noqa: E402
import reference  # noqa: E402

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
        self.extract = Path(build, "lhb-extract")
        self.subnet = work / "subnet.lhb"
        self.features = Features(build, self.subnet, work)

    def cut(self, checkpoint, architecture_file):
        run(self.extract, "--force", "--arch", architecture_file, checkpoint, self.subnet)

    def states(self, audio, instruction_set):
        """Hidden states with the projected features first, and the encoder's input; nothing when the machine cannot."""
        published, other = (
            self.features(audio, "--layers", "all", "--layer-zero", choice, instruction_set=instruction_set)
            for choice in ("projection", "encoder-input"))
        if published is None or other is None:
            return None
        if not np.array_equal(published[1:], other[1:]):
            raise RuntimeError("--layer-zero changes more than hidden state 0")
        return published, other[0]


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
    parser.add_argument("--audio", type=Path, default=SPEECH)
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
