#!/usr/bin/env python3
"""Fails when a line of a document, a comment or a program is longer than 120 columns.

    check_lines.py

Looks at every file that is ours: Markdown, Swift, C, Python, shell, make and what configures. Fixtures are data and
left out, but for their pages. A line that is one word, such as an address, may be longer.
"""
import sys

import tree

LONGEST = 120
SUFFIXES = {
    ".md", ".swift", ".c", ".h", ".cpp", ".hpp", ".py", ".sh", ".in", ".yml", ".supp", ".cmake", ".modulemap", ".mk"}
NAMES = {"Makefile", "run"}


def is_looked_at(path):
    """Whether lines of a file count; of links those count where they lead to."""
    is_text = path.suffix in SUFFIXES or path.name in NAMES
    is_data = path.parts[0] == "Fixtures" and path.suffix != ".md"
    return is_text and not is_data and not (tree.ROOT / path).is_symlink()


def is_one_word(line):
    """Whether a line, without what marks it as a comment or an item, is a single word."""
    return len(line.strip().lstrip("/#*-> ").split()) <= 1


def main():
    problems = []
    paths = [path for path in tree.files() if is_looked_at(path)]
    for path in paths:
        for number, line in enumerate((tree.ROOT / path).read_text(encoding="utf-8").splitlines(), 1):
            if len(line) > LONGEST and not is_one_word(line):
                problems.append(f"{path}:{number}: {len(line)} columns, at most {LONGEST} are allowed")
    print("\n".join(problems) if problems else f"{len(paths)} files: no line is longer than {LONGEST} columns")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
