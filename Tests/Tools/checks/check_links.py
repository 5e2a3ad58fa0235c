#!/usr/bin/env python3
"""Fails when a relative link of a Markdown page leads nowhere, to a file or to a heading.

    check_links.py

Looks at every page that is ours. Addresses with a scheme are not followed: that would need a network.
"""
import re
import sys
from functools import cache
from urllib.parse import unquote

import tree

# [text](target "title"), or [name]: target.
LINK = re.compile(
    r"(?<!!)\[(?:[^\[\]]|\[[^\]]*\])*\]\(<?([^()\s>]+)>?(?: \"[^\"]*\")?\)|^\[[^\]]+\]: +(\S+)", re.MULTILINE)
FENCE = re.compile(r"^(```|~~~).*?^\1", re.MULTILINE | re.DOTALL)


def prose(path):
    """A page without its code, which holds brackets that are no links."""
    text = FENCE.sub("", path.read_text(encoding="utf-8"))
    lines = [line for line in text.splitlines() if not line.startswith("    ")]
    return re.sub(r"`[^`\n]*`", "code", "\n".join(lines))


@cache
def anchors(path):
    """What GitHub makes of a page's headings: lower case, hyphens for spaces, a number for the second of a name."""
    found, counts = set(), {}
    for line in FENCE.sub("", path.read_text(encoding="utf-8")).splitlines():
        heading = re.match(r"#{1,6} +(.*?)[ #]*$", line)
        if not heading:
            continue
        text = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading[1]).lower()
        name = re.sub(r"[^\w\- ]", "", text).replace(" ", "-")
        count = counts.get(name, 0)
        counts[name] = count + 1
        found.add(f"{name}-{count}" if count else name)
    return found


def problem(page, link):
    """What is wrong with a link, or None."""
    if re.match(r"[a-z][a-z0-9+.-]*:", link):
        return None
    target, _, anchor = unquote(link).partition("#")
    path = (page.parent / target).resolve() if target else page
    if not path.exists():
        return f"{link} leads to no file"
    if tree.ROOT not in (path, *path.parents):
        return f"{link} leads out of the repository"
    if anchor and path.suffix == ".md" and anchor not in anchors(path):
        return f"{link} leads to no heading"
    return None


def main():
    problems, count = [], 0
    pages = [tree.ROOT / path for path in tree.files() if path.suffix == ".md"]
    for page in pages:
        # A page of the Swift library's is read by docc, whose <doc:...> links docc itself checks.
        for match in LINK.finditer(prose(page)):
            count += 1
            wrong = problem(page, match[1] or match[2])
            if wrong:
                problems.append(f"{page.relative_to(tree.ROOT)}: {wrong}")
    print("\n".join(problems) if problems else f"{count} links of {len(pages)} pages: all lead somewhere")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
