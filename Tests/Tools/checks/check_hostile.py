#!/usr/bin/env python3
"""Opens every file of Fixtures/hostile, and larger ones, and checks that each is refused at once with one line.

    check_hostile.py BUILD [--markdown] [--only WORD]

BUILD is the folder of the programs. Prints what each file attacks, what was seen, milliseconds and peak resident
megabytes; with --markdown as the tables of Docs/security.md. Fails when a file is not refused with status 65, or the
one that family.tsv has, and one line that names it, writes anything else, takes over a second, or has over 200 MB.
"""
import argparse
import os
import pathlib
import subprocess
import sys
import tempfile
import time

TOOLS = pathlib.Path(__file__).resolve().parents[1]
sys.path.insert(0, str(TOOLS / "fixtures"))
from hostile_files import ARCHITECTURE, EXTRACT, FEATURES, INSPECT, MODEL, WHOLE  # noqa: E402

FIXTURES = TOOLS.parents[1] / "Fixtures" / "hostile"
SOUND = FIXTURES / "sound"
REFUSED = 65
LONGEST = 1.0  # seconds
LARGEST = 200.0  # MB
TIMEOUT = 30.0  # seconds


def command(program, path, output):
    """The command line that opens a file."""
    return {
        EXTRACT: ["lhb-extract", "--arch", SOUND / "architecture.json", path, output],
        ARCHITECTURE: ["lhb-extract", "--arch", path, SOUND / "supernet.pt", output],
        WHOLE: ["lhb-extract", "--quiet", path, output],
        INSPECT: ["lhb-inspect", path],
        FEATURES: ["lhb-features", "--model", SOUND / "subnet.lhb", path],
        MODEL: ["lhb-features", "--model", path, SOUND / "tone.wav"],
    }[program]


def measure(arguments, folder):
    """Status, standard output, standard error, seconds and resident megabytes of a run."""
    with open(folder / "stdout", "w+b") as output, open(folder / "stderr", "w+b") as errors:
        start = time.monotonic()
        process = subprocess.Popen(arguments, stdin=subprocess.DEVNULL, stdout=output, stderr=errors)
        while True:
            ended, status, usage = os.wait4(process.pid, os.WNOHANG)
            seconds = time.monotonic() - start
            if ended:
                break
            if seconds > TIMEOUT:
                process.kill()
            time.sleep(0.001)
        process.returncode = os.waitstatus_to_exitcode(status)
        output.seek(0)
        errors.seek(0)
        text = errors.read().decode(errors="replace")
        return process.returncode, output.read(), text, seconds, usage.ru_maxrss / 1024


def faults(path, words, expected, status, output, errors, seconds, megabytes, files):
    """What is wrong with how a file was refused."""
    line = errors.removesuffix("\n")
    if status != expected:
        yield f"status {status}"
    elif not errors.endswith("\n") or any(ord(letter) < 0x20 or ord(letter) == 0x7F for letter in line):
        yield "not one plain line"
    if str(path) not in errors:
        yield "does not name the file"
    for word in words:
        if word not in errors:
            yield f"does not say {word!r}"
    if output:
        yield f"{len(output)} bytes on standard output"
    if files:
        yield "left " + ", ".join(files)
    if seconds > LONGEST:
        yield f"{seconds:.1f} s"
    if megabytes > LARGEST:
        yield f"{megabytes:.0f} MB"


def rows(folder):
    """What is to be opened: path, exit status, and a row as in list.tsv."""
    # In a process of its own: the memory of this one, of which the programs are forked, counts as theirs.
    tool = TOOLS / "fixtures" / "hostile_large.py"
    subprocess.run([sys.executable, tool, folder], check=True)
    for root in [FIXTURES, folder]:
        for line in (root / "list.tsv").read_text().splitlines():
            row = line.split("\t")
            yield root / row[0], REFUSED, row
    for line in (FIXTURES / "family.tsv").read_text().splitlines():
        path, status, *row = line.split("\t")
        yield FIXTURES / path, int(status), [path, WHOLE, *row]


def run(build, path, expected, row, folder):
    name, program, attack, *words = row
    arguments = command(program, path, folder / "out" / "out.lhb")
    status, output, errors, seconds, megabytes = measure([build / arguments[0]] + arguments[1:], folder)
    files = os.listdir(folder / "out")
    for file in files:
        os.remove(folder / "out" / file)
    wrong = list(faults(path, words, expected, status, output, errors, seconds, megabytes, files))
    seen = errors.removesuffix("\n").replace(f"{arguments[0]}: error: ", "").replace(f"{path}: ", "")
    return name, attack, seen, wrong, seconds, megabytes


def excerpt(text, length):
    text = "".join(letter if ord(letter) >= 0x20 else " " for letter in text)
    return text if len(text) <= length else text[: length - 3] + "..."


def print_table(results):
    for name, attack, seen, wrong, seconds, megabytes in results:
        mark = "WRONG: " + "; ".join(wrong) + ": " if wrong else ""
        print(f"{name:36} {1000 * seconds:5.0f} ms {megabytes:5.0f} MB  {attack}: {excerpt(mark + seen, 160)}")


def print_markdown(results):
    for folder in dict.fromkeys(result[0].split("/")[0] for result in results):
        of_folder = [result for result in results if result[0].startswith(folder + "/")]
        slowest, largest = max(result[4] for result in of_folder), max(result[5] for result in of_folder)
        print(f"### {folder}\n\n{len(of_folder)} files, at most {1000 * slowest:.0f} ms and {largest:.0f} MB each.\n")
        print("| file | attack | refused with |\n| --- | --- | --- |")
        for name, attack, seen, wrong, _, _ in of_folder:
            text = excerpt("; ".join(wrong) if wrong else seen, 120).replace("|", "\\|").replace("`", "'")
            print(f"| {name.removeprefix(folder + '/')} | {attack.replace('|', chr(92) + '|')} | {text} |")
        print()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("build", type=pathlib.Path)
    parser.add_argument("--markdown", action="store_true")
    parser.add_argument("--only", default="", help="files whose path has this word")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        (folder / "out").mkdir()
        results = [
            run(options.build, path, status, row, folder)
            for path, status, row in rows(folder) if options.only in row[0]]
    (print_markdown if options.markdown else print_table)(results)
    failures = sum(1 for result in results if result[3])
    if failures:
        print(f"{failures} of {len(results)} hostile files were not refused as they must be", file=sys.stderr)
        sys.exit(1)
    if not options.markdown:
        print(f"all {len(results)} refused, in at most {1000 * max(result[4] for result in results):.0f} ms"
              f" and {max(result[5] for result in results):.0f} MB")


if __name__ == "__main__":
    main()
