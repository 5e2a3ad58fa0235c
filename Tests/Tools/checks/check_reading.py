#!/usr/bin/env python3
"""Measures the memory in which lhb-extract reads a checkpoint of a training, which holds the optimiser's state too.

    check_reading.py [BUILD_FOLDER, by default .build/release] [--work FOLDER]

The checkpoint is a random HuBERT Base as fairseq writes it, with two more tensors for each of the model's: 1.1 GB, of
which a third is the model. lhb-extract may have at most the size of its output and 100 MB resident. The exit code is 1
when it has more. Takes half a minute and 2 GB of disk. Needs python3-numpy and python3-scipy (apt).
"""
import argparse
import subprocess
import sys
import tempfile
import time
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[3]
REFERENCE = REPOSITORY / "Tests/Tools/reference"
MORE = 100e6
# In a process of its own: what its parent has resident counts until a program takes the place of a fork.
WRITE = """
import sys
from pathlib import Path
import family_files
from family_models import MODELS
model = next(model for model in MODELS if model.name == "hubert-base")
family_files.fairseq(Path(sys.argv[1]), "hubert", model.encoder, model.weights(), with_optimizer=True)
"""
MEASURE = """
import resource, subprocess, sys
code = subprocess.run(sys.argv[1:]).returncode
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024)
sys.exit(code)
"""


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("build", nargs="?", type=Path, default=REPOSITORY / ".build/release")
    parser.add_argument("--work", type=Path, help="where files are put; else a temporary folder")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        work = arguments.work or Path(temporary)
        work.mkdir(parents=True, exist_ok=True)
        checkpoint, output = work / "training.pt", work / "training.lhb"
        subprocess.run([sys.executable, "-c", WRITE, checkpoint], check=True, cwd=REFERENCE)
        start = time.monotonic()
        done = subprocess.run(
            [sys.executable, "-c", MEASURE, arguments.build / "lhb-extract", "--quiet", "--force", checkpoint, output],
            check=True, stdout=subprocess.PIPE, text=True)
        seconds, peak = time.monotonic() - start, int(done.stdout)
        size, allowed = checkpoint.stat().st_size, output.stat().st_size + MORE
        print(f"{size / 1e6:.0f} MB read in {seconds:.1f} s to {output.stat().st_size / 1e6:.0f} MB, "
              f"at most {peak / 1e6:.0f} MB resident, {allowed / 1e6:.0f} MB allowed")
        checkpoint.unlink()
        output.unlink()
    sys.exit(1 if peak > allowed else 0)


if __name__ == "__main__":
    main()
