"""One golden case for checks that compute it by other ways: tiny-min on speech-b, see Fixtures/README.md.

Needs zstd and python3-numpy.
"""
import io
import shlex
import subprocess
import sys
from pathlib import Path

import numpy as np

REPOSITORY = Path(__file__).resolve().parents[3]
sys.path.insert(0, str(REPOSITORY / "Tests/Tools/fixtures"))
from byte_planes import from_byte_planes  # noqa: E402

MODEL = REPOSITORY / "Fixtures/versions/v1-tiny-min.lhb"
AUDIO = REPOSITORY / "Fixtures/golden/audio/speech-b.wav"
TOLERANCE = 1e-5


def expected(kind):
    """Golden values of a kind, "hidden_states" or "encoder_input"; see Fixtures/README.md for the packing."""
    packed = REPOSITORY / f"Fixtures/golden/expected/tiny-min-speech-b.{kind}.npy.planes.zst"
    planes = subprocess.run(["zstd", "-dc", packed], check=True, capture_output=True).stdout
    return np.load(io.BytesIO(from_byte_planes(planes)))


def samples():
    """The samples of AUDIO: 16 bits, mono, after a header of 44 bytes."""
    return np.frombuffer(AUDIO.read_bytes()[44:], "<i2").astype(np.float32) / np.float32(32768)


class Failure(Exception):
    pass


def compare(name, found, wanted):
    """Raises Failure unless all values are within the tolerance."""
    if found.shape != wanted.shape:
        raise Failure(f"{name}: shape {found.shape}, expected {wanted.shape}")
    excess = np.abs(found.astype(np.float64) - wanted) / (TOLERANCE * np.maximum(1, np.abs(wanted)))
    # Not a number must not pass.
    if not excess.max() <= 1:
        place = tuple(int(index) for index in np.unravel_index(excess.argmax(), excess.shape))
        raise Failure(f"{name}: differs by {excess.max():.3g} of what is allowed, at {place}")
    print(f"{name}: {found.shape}, at most {excess.max():.3f} of the allowed difference")


def run(arguments, environment=None, **more):
    """What a program writes to standard output; raises Failure with all that it wrote when it fails."""
    result = subprocess.run([str(a) for a in arguments], env=environment, capture_output=True, **more)
    if result.returncode != 0:
        command = shlex.join(str(a) for a in arguments)
        raise Failure(f"{command}: exit code {result.returncode}\n"
                      + (result.stdout + result.stderr).decode(errors="replace"))
    return result.stdout
