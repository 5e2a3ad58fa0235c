"""Prints one line of what a run of a fuzzer came to: summary.py TARGET LOG SECONDS STATUS."""

import re
import sys

target, path, seconds, status = sys.argv[1:]
with open(path, encoding="utf-8", errors="replace") as file:
    log = file.read()


def last(pattern):
    """The number that the pattern's last occurrence in the log has."""
    found = re.findall(pattern, log)
    return int(found[-1]) if found else 0


executions = last(r"stat::number_of_executed_units: *(\d+)") or last(r"(?m)^#(\d+)")
edges = last(r"cov: (\d+)")
inputs = last(r"corp: (\d+)")
memory = last(r"peak_rss_mb: *(\d+)")
verdict = "nothing found" if status == "0" else f"FOUND SOMETHING, see {path}"
print(
    f"{target}: {int(seconds)} s, {executions:,} executions, {edges:,} edges, {inputs:,} inputs kept,"
    f" peak {memory} MB: {verdict}"
)
