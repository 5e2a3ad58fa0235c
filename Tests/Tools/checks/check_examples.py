#!/usr/bin/env python3
"""Builds the examples of Docs/examples against an installation, runs them and compares with the golden values.

    check_examples.py PREFIX     for example .build/stage/usr/local, where `make install` put it

C is built twice, with the archive (and run under valgrind too) and with the shared library, C++ with the shared one;
both see a PATH on which there is no Swift. The Swift package is built from the sources beside it, since Swift packages
are. Python loads the installed library. All compute features of Fixtures/golden/audio/speech-b.wav with
Fixtures/versions/v1-tiny-min.lhb, which may differ from the golden ones by 1e-5 * max(1, |value|). Prints a line an
example; the exit code is 1 when one fails.

Needs a C and a C++ compiler, pkg-config, valgrind, libsndfile1-dev, libzstd-dev, zstd, python3-numpy, and Swift for
the Swift one.
"""
import os
import shutil
import sys
import tempfile
from pathlib import Path

import numpy as np

from golden_case import AUDIO, MODEL, REPOSITORY, Failure, compare, expected, run, samples

EXAMPLES = REPOSITORY / "Docs/examples"


def without_swift(folder):
    """A PATH of links to the system's programs but for Swift's, and to nothing else."""
    folder.mkdir()
    for directory in ("/bin", "/usr/bin"):
        for program in os.scandir(directory):
            link = folder / program.name
            if not program.name.startswith(("swift", "sourcekit")) and not link.is_symlink():
                link.symlink_to(program.path)
    if shutil.which("swift", path=str(folder)):
        raise Failure("Swift is still on the PATH")
    return str(folder)


class Examples:
    def __init__(self, prefix, work):
        self.library = prefix / "lib"
        self.work = work
        self.environment = {
            "PATH": without_swift(work / "bin"),
            "HOME": str(work),
            "LD_LIBRARY_PATH": str(self.library),
            "PKG_CONFIG_PATH": str(self.library / "pkgconfig"),
        }
        self.last = expected("hidden_states")[-1]

    def flags(self, *arguments):
        return run(["pkg-config", *arguments], self.environment).decode().split()

    def check_needed(self, program):
        """The program must not want Swift's libraries when it starts."""
        needed = run(["readelf", "-d", program], self.environment).decode()
        if "libswift" in needed or "libFoundation" in needed:
            raise Failure(f"{program} needs Swift's libraries:\n{needed}")

    def c(self, name, libraries):
        program = self.work / name
        source = EXAMPLES / "c/features.c"
        options = ["-std=c99", "-O2", "-Wall", "-Wextra", "-Werror", "-pedantic"]
        run(["cc", *options, source, "-o", program, *self.flags("--cflags", "lighthubert", "sndfile"), *libraries],
            self.environment)
        self.check_needed(program)
        output = self.work / f"{name}.npy"
        run([program, MODEL, AUDIO, output], self.environment)
        compare(name, np.load(output), self.last)

    def c_with_archive(self):
        libraries = [flag for flag in self.flags("--static", "--libs", "lighthubert") if flag != "-llighthubert"]
        self.c("c-archive", [self.library / "liblighthubert.a", *libraries, *self.flags("--libs", "sndfile")])
        valgrind = [
            "valgrind", "--quiet", "--error-exitcode=99", "--leak-check=full", "--errors-for-leak-kinds=definite"]
        # Valgrind knows no AVX-512.
        run([*valgrind, self.work / "c-archive", MODEL, AUDIO, self.work / "valgrind.npy"],
            {**self.environment, "LHB_ISA": "avx2"})
        compare("c-archive under valgrind", np.load(self.work / "valgrind.npy"), self.last)

    def c_with_shared_library(self):
        self.c("c-shared", self.flags("--libs", "lighthubert", "sndfile"))

    def cpp(self):
        program = self.work / "cpp"
        options = ["-std=c++17", "-O2", "-Wall", "-Wextra", "-Werror", "-pedantic"]
        flags = self.flags("--cflags", "--libs", "lighthubert")
        run(["c++", *options, EXAMPLES / "cpp/features.cpp", "-o", program, *flags], self.environment)
        self.check_needed(program)
        self.compare_raw("c++", run([program, MODEL], self.environment, input=samples().tobytes()))

    def swift(self):
        scratch = REPOSITORY / ".build/examples/swift"
        folders = ["--package-path", EXAMPLES / "swift", "--scratch-path", scratch]
        run(["swift", "build", "--quiet", "-c", "release", *folders])
        output = run([scratch / "release/features", MODEL], input=samples().tobytes())
        self.compare_raw("swift", output)

    def compare_raw(self, name, data):
        compare(name, np.frombuffer(data, "<f4").reshape(-1, self.last.shape[1]), self.last)

    def python(self):
        os.environ["LIGHTHUBERT_LIBRARY"] = str(self.library / "liblighthubert.so.0")
        os.environ["PYTHONPATH"] = str(REPOSITORY / "Sources/Python")
        os.environ["PYTHONDONTWRITEBYTECODE"] = "1"
        sys.path.insert(0, os.environ["PYTHONPATH"])
        sys.dont_write_bytecode = True
        import lhb

        states = expected("hidden_states")
        model = lhb.load(MODEL)
        compare("python, last", model.features(samples()), states[-1])
        compare("python, all", model.features(samples().tolist(), layers="all"), states)
        compare("python, one", model.features(samples(), layers=1), states[1])
        compare("python, some", model.features(samples(), layers=[2, 1]), states[[2, 1]])
        compare("python, encoder input", model.features(samples(), layers=0, layer_zero="encoder-input"),
                expected("encoder_input"))
        if model.precision != "f32":
            raise Failure(f"python: precision {model.precision} although no error is allowed")
        fast = lhb.load(MODEL, max_error=1)
        difference = np.abs(fast.features(samples()) - states[-1]).max() / np.abs(states[-1]).max()
        if fast.precision == "f32" or not difference < 0.5:
            raise Failure(f"python, {fast.precision}: differs by {difference:.3g} of the largest value")
        print(f"python, {fast.precision}: differs by {difference:.3g} of the largest value")
        try:
            model.features(samples()[:10])
            raise Failure("python: ten samples gave features")
        except lhb.Error as error:
            print(f"python, too short: {error}")
        output = self.work / "python.npy"
        run([sys.executable, EXAMPLES / "python/features.py", MODEL, AUDIO, output])
        compare("python, program", np.load(output), states[-1])


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    status = 0
    with tempfile.TemporaryDirectory() as work:
        examples = Examples(Path(sys.argv[1]).resolve(), Path(work))
        for example in (
                examples.c_with_archive, examples.c_with_shared_library, examples.cpp, examples.swift,
                examples.python):
            try:
                example()
            except Failure as failure:
                print(f"{example.__name__}: FAILED: {failure}", file=sys.stderr)
                status = 1
    sys.exit(status)


if __name__ == "__main__":
    main()
