"""What comparisons with float64 at real size have in common: running the programs, and judging what they computed."""
import os
import subprocess
import wave
from pathlib import Path

import numpy as np

REPOSITORY = Path(__file__).resolve().parents[3]
SPEECH = REPOSITORY / "Fixtures/golden/audio/speech-a.wav"
TOLERANCE = 1e-5
# Values of LHB_ISA; None is the program's own choice.
INSTRUCTION_SETS = ("avx512-amx", "avx512", "avx512-plain", "avx2", "avx2-plain", "baseline", "scalar")
# Samples for the reference kernels: 14 frames, so that fast convolutions have whole groups and a rest.
SHORT = 4800
# For models that tell distances of up to 800 frames apart: 849 frames.
LONG = 272_000
# sysexits.h's, when the processor lacks an instruction set.
UNAVAILABLE = 69


def run(*command, **variables):
    """What a program wrote to standard error; None where the machine lacks what a variable asks for."""
    done = subprocess.run(
        [str(part) for part in command], capture_output=True, text=True, env=environment(**variables))
    if done.returncode == UNAVAILABLE and any(variables.values()):
        return None
    if done.returncode != 0:
        raise RuntimeError(f"{Path(command[0]).name}: exit code {done.returncode}: {done.stderr.strip()}")
    return done.stderr


def environment(**more):
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("LHB_", "OPENBLAS_"))}
    return {**kept, **{name: value for name, value in more.items() if value}}


class Features:
    """lhb-features with a model, as arrays."""

    def __init__(self, build, model, work):
        self.program, self.model, self.output = Path(build, "lhb-features"), model, work / "features.npy"

    def __call__(self, audio, *options, instruction_set=None):
        """(states, T, E), or (T, E) of the last one; None where the machine lacks the instruction set."""
        ran = run(self.program, "--quiet", "--model", self.model, *options, "--force", "--output", self.output, audio,
                  LHB_ISA=instruction_set)
        return None if ran is None else np.load(self.output)


def shortened(audio, work):
    """The path of the recording's beginning."""
    return with_samples(audio, SHORT, work / "short.wav")


def lengthened(audio, work):
    """The path of the recording again and again."""
    return with_samples(audio, LONG, work / "long.wav")


def with_samples(audio, count, path):
    with wave.open(str(audio)) as file:
        form, frames = file.getparams(), file.readframes(file.getnframes())
    size = count * form.sampwidth * form.nchannels
    with wave.open(str(path), "wb") as file:
        file.setparams(form)
        file.writeframes((frames * (size // len(frames) + 1))[:size])
    return path


def ratios(found, expected):
    """|difference| / bound of each value, where the bound is TOLERANCE * max(1, |expected|)."""
    if found.shape != expected.shape:
        raise RuntimeError(f"shape {found.shape}, expected {expected.shape}")
    ratio = np.abs(found - expected) / (TOLERANCE * np.maximum(1, np.abs(expected)))
    return np.where(np.isnan(ratio), np.inf, ratio)


def worst(found, expected):
    """(largest ratio, its index)."""
    ratio = ratios(found, expected)
    place = np.unravel_index(np.argmax(ratio), ratio.shape)
    return float(ratio[place]), tuple(int(index) for index in place)
