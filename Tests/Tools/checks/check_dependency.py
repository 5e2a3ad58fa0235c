#!/usr/bin/env python3
"""Builds a package that depends on a version of this one, as somebody else's does, and runs what it computes.

    check_dependency.py

The working tree becomes a repository with one commit, tagged as a release is, in a temporary folder; Git gives that
repository to whoever asks for the package's address. Tests/Consumer has targets of such names as `JSON`, a Swift
program and a C program. It is built

- with the package trait Programs off, for debugging and for release: Git may then reach nothing but that repository, so
  what the programs need cannot have been fetched;
- with a manifest of tools version 5.9, which knows no traits, for debugging: it gets the programs' dependencies too.

The hidden states that each computes may differ from the golden ones by 1e-5 * max(1, |value|). Takes some minutes.

Needs Swift, git, libzstd-dev, zstd, python3-numpy.
"""
import os
import shutil
import sys
import tempfile
from pathlib import Path

import numpy as np

from golden_case import MODEL, REPOSITORY, Failure, compare, expected, run, samples

ADDRESS = "https://github.com/OWNER/lighthubert"
HEADER = REPOSITORY / "Sources/CInterface/Header/include/lighthubert.h"


def version():
    """The version of the package, which its header states."""
    words = next(line.split() for line in HEADER.read_text().splitlines() if "LH_VERSION_STRING" in line)
    return words[2].strip('"')


def publish(repository):
    """Commits the working tree to a new repository, files that Git does not know yet included, and tags that."""
    run(["git", "init", "--quiet", repository])
    git = ["git", f"--git-dir={repository}/.git", f"--work-tree={REPOSITORY}"]
    run([*git, "add", "--all"])
    run([*git, "-c", "user.name=check", "-c", "user.email=check@localhost", "commit", "--quiet", "--message=Release"])
    run([*git, "tag", f"v{version()}"])


class Consumer:
    def __init__(self, work, name, others, changes={}):
        self.name = name
        self.folder = work / name
        self.others = others
        shutil.copytree(REPOSITORY / "Tests/Consumer", self.folder)
        manifest = self.folder / "Package.swift"
        text = manifest.read_text()
        for old, new in changes.items():
            assert old in text, old
            text = text.replace(old, new)
        manifest.write_text(text)
        # SwiftPM remembers for ever which commit a version of an address was, beside what it keeps of repositories.
        self.options = [
            "--package-path", self.folder, "--cache-path", work / f"{name}.cache", "--security-path", work / "security"]
        self.environment = {
            **os.environ,
            "GIT_CONFIG_COUNT": "1",
            "GIT_CONFIG_KEY_0": f"url.{work / 'lighthubert'}.insteadOf",
            "GIT_CONFIG_VALUE_0": ADDRESS,
        }
        if not others:
            # Neither by the network nor by what this machine's settings put in the place of an address.
            self.environment |= {
                "GIT_ALLOW_PROTOCOL": "file", "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}

    def resolve(self):
        run(["swift", "package", *self.options, "resolve"], self.environment)
        found = {path.name for path in (self.folder / ".build/checkouts").iterdir()}
        if found != {"lighthubert", *self.others}:
            raise Failure(f"{self.name} fetched {sorted(found)}")
        print(f"{self.name} fetched {', '.join(sorted(found))}", flush=True)

    def check(self, configuration):
        """Builds both programs and compares what they compute."""
        run(["swift", "build", *self.options, "-c", configuration], self.environment)
        wanted = expected("hidden_states")[-1]
        sound, output = self.folder / "samples.f32", self.folder / "features.f32"
        sound.write_bytes(samples().tobytes())
        for program in ("swift-features", "c-features"):
            shape = run([self.folder / ".build" / configuration / program, MODEL, sound, output]).decode().strip()
            if shape != str(list(wanted.shape)):
                raise Failure(f"{program} says that the shape is {shape}")
            found = np.fromfile(output, "<f4").reshape(wanted.shape)
            compare(f"{self.name}, {configuration}, {program}", found, wanted)


def main():
    if len(sys.argv) != 1:
        sys.exit(__doc__)
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        try:
            publish(work / "lighthubert")
            consumer = Consumer(work, "without-programs", others=[])
            consumer.resolve()
            consumer.check("debug")
            consumer.check("release")
            older = Consumer(
                work, "older-tools", others=["Yams", "swift-argument-parser"],
                changes={"// swift-tools-version: 6.2": "// swift-tools-version: 5.9", ", traits: []": ""})
            older.resolve()
            older.check("debug")
        except Failure as failure:
            sys.exit(f"FAILED: {failure}")


if __name__ == "__main__":
    main()
