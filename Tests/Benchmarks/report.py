"""Tables of Markdown, and their places in the pages of Docs/measurements.

A place is what stands between the lines <!-- NAME --> and <!-- end of NAME -->.
"""
import datetime
import os
import platform
import re
import subprocess
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]
MEASUREMENTS = REPOSITORY / "Docs/measurements"
LONGEST_LINE = 120


def commit():
    """The commit that the programs are built from, "modified" when their sources differ from it; None when unknown."""
    git = ["git", "-C", str(REPOSITORY)]
    head = subprocess.run([*git, "rev-parse", "--short=12", "HEAD"], capture_output=True, text=True)
    if head.returncode != 0:
        return None
    same = subprocess.run([*git, "diff", "--quiet", "HEAD", "--", "Sources", "Package.swift"]).returncode == 0
    return head.stdout.strip() + ("" if same else ", modified")


def processor():
    """Its name, as lhb-bench tells it."""
    lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), "unknown")


def caption(cpu, more=""):
    """A line that says where, from what and when figures come."""
    processors = len(os.sched_getaffinity(0))
    return (f"{cpu}, {processors} processor{'' if processors == 1 else 's'}, {platform.system()} {platform.machine()}; "
            f"commit {commit() or 'unknown'}; {datetime.date.today().isoformat()}{more}.")


def table(header, rows):
    """Markdown, columns as wide as their widest cell, no line longer than `make lint` lets it be."""
    cells = [[str(cell) for cell in row] for row in [header, *rows]]
    widths = [max(3, *(len(row[column]) for row in cells)) for column in range(len(header))]
    lines = ["| " + " | ".join(cell.ljust(width) for cell, width in zip(row, widths)) + " |" for row in cells]
    if len(lines[0]) > LONGEST_LINE:
        raise ValueError(f"a table of {len(lines[0])} columns, at most {LONGEST_LINE} are allowed: {lines[0]}")
    return "\n".join([lines[0], "| " + " | ".join("-" * width for width in widths) + " |", *lines[1:]])


def fill(page, name, text):
    """Puts text in a place of a page."""
    pattern = re.compile(rf"(<!-- {re.escape(name)} -->\n).*?(<!-- end of {re.escape(name)} -->)", re.DOTALL)
    old = page.read_text(encoding="utf-8")
    new, count = pattern.subn(lambda match: f"{match[1]}\n{text}\n\n{match[2]}", old)
    if count != 1:
        raise SystemExit(f"{page} has {count} places named {name}, expected 1")
    page.write_text(new, encoding="utf-8")


def publish(page, places, quick):
    """Fills places, (name, text), of a page; of a quick run only shows them, for its figures mean little."""
    for name, text in places:
        if quick:
            print(f"\n{name}\n\n{text}")
        else:
            fill(page, name, text)
    if not quick:
        print(f"written to {page}")
