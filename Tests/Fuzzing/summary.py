"""Prints one line of what a run of a fuzzer came to: summary.py TARGET LOG SECONDS STATUS."""

import re
import sys

target, path, seconds, status = sys.argv[1:]
log = open(path, encoding="utf-8", errors="replace").read()


def last(pattern):
    found = re.findall(pattern, log)
    return int(found[-1]) if found else 0


print(
    f"{target}: {int(seconds)} s, {last(r'stat::number_of_executed_units: *(\d+)') or last(r'#(\d+)'):,} executions,"
    f" {last(r'cov: (\d+)'):,} edges, {last(r'corp: (\d+)'):,} inputs kept, peak {last(r'peak_rss_mb: *(\d+)')} MB:"
    f" {'nothing found' if status == '0' else 'FOUND SOMETHING, see ' + path}"
)
