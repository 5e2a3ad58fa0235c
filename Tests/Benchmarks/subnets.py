"""The subnets that are measured, cut with lhb-extract out of random checkpoints of the published size.

Everything is made once and kept in the work folder.
"""
import os
import subprocess
import sys
import wave
from pathlib import Path
from typing import NamedTuple

REPOSITORY = Path(__file__).resolve().parents[2]
SPEECH = REPOSITORY / "Fixtures/golden/audio/speech-a.wav"
NAMES = ("small-min", "small-default", "base-max")
# What people call them, and the options that make their checkpoints. Models with a group norm take the waveform as it
# is.
EXTRACTORS = {
    "layer-norm": ["--extractor", "layer_norm"],
    "group-norm": ["--extractor", "default", "--no-normalize"],
}
RATE = 16_000


def environment(**more):
    """Variables for the programs: none that would choose a model, an instruction set or a slower BLAS."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("LHB_", "OPENBLAS_"))}
    return {**kept, **more}


def pinned(threads, *command):
    """A command that may use as many of the usable processors as it has threads."""
    processors = sorted(os.sched_getaffinity(0))
    if len(processors) < threads:
        raise SystemExit(f"{threads} threads want {threads} processors, {len(processors)} may be used")
    return ["taskset", "--cpu-list", ",".join(map(str, processors[:threads])), *map(str, command)]


def run(*command, **variables):
    """What a program writes to its standard output."""
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True, env=environment(**variables))
    if done.returncode != 0:
        raise SystemExit(f"{' '.join(map(str, command))}\nended with {done.returncode}: {done.stderr.strip()}")
    return done.stdout


class Supernet(NamedTuple):
    """A random checkpoint of the published size."""

    extractor: str
    # Channels of each norm whose gains are 8 times as large.
    outliers: int = 0
    seed: int = 0

    @property
    def name(self):
        outliers = f"-{self.outliers}-outliers" if self.outliers else ""
        return self.extractor + outliers + (f"-seed-{self.seed}" if self.seed else "")

    def checkpoint(self, work):
        """The path of its file."""
        path = work / f"supernet-{self.name}.pt"
        if not path.exists():
            print(f"making {path.name}", flush=True)
            partial = path.with_suffix(".partial")
            tool = REPOSITORY / "Tests/Tools/fixtures/make_checkpoint.py"
            run(sys.executable, tool, partial, *EXTRACTORS[self.extractor],
                "--outliers", self.outliers, "--seed", self.seed)
            partial.rename(path)
        return path

    def subnet(self, name, build, work, weights=None):
        """The path of a subnet's .lhb file; `weights` is how they are stored, as without loss where missing."""
        path = work / f"{name}-{self.name}{'-' + weights if weights else ''}.lhb"
        # Without loss all programs write the same; what others write is what is measured.
        if weights or not path.exists():
            choice = ["--weights", weights] if weights else []
            run(build / "lhb-extract", "--quiet", "--force", "--arch", name, *choice, self.checkpoint(work), path)
        return path


def clip(seconds, work):
    """The path of so many seconds of speech, 16-bit; a short recording again and again."""
    path = work / f"speech-{seconds:g}.wav"
    with wave.open(str(SPEECH)) as file:
        form, frames = file.getparams(), file.readframes(file.getnframes())
    if (form.framerate, form.nchannels, form.sampwidth) != (RATE, 1, 2):
        raise SystemExit(f"{SPEECH} is not 16 kHz, mono, 16-bit")
    size = 2 * int(seconds * RATE)
    with wave.open(str(path), "wb") as file:
        file.setparams(form)
        file.writeframes((frames * (size // len(frames) + 1))[:size])
    return path
