#!/usr/bin/env python3
"""Turns a program's own description into its manual page (mdoc), on standard output.

    PROGRAM --experimental-dump-help | make_manual.py VERSION DATE

DATE is a day such as 2026-01-31. The page says what --help says, in another form: nothing is written twice.
"""
import json
import re
import sys
from datetime import date

# The exit codes of all programs, and the variables that all of them heed: the help does not repeat them.
EXIT_STATUS = [
    (0, "Done."),
    (64, "The command line makes no sense."),
    (65, "A file holds something that it must not."),
    (66, "An input is missing or cannot be read."),
    (69, "This processor lacks what was asked for."),
    (71, "There is not enough memory."),
    (73, "An output cannot be created, or exists and replacing it was not asked for."),
    (74, "Reading or writing failed, for example on a full disk."),
]
PROGRAMS = ["lhb-bench", "lhb-export", "lhb-extract", "lhb-features", "lhb-inspect"]


def escaped(text):
    """Text that roff prints as it is: no escapes, no requests, hyphens that can be copied."""
    text = text.replace("\\", "\\e").replace("-", "\\-").replace("`", "\\(ga").replace("'", "\\(aq")
    text = text.replace("^", "\\(ha").replace("~", "\\(ti").replace('"', "\\(dq")
    return re.sub(r"^\.", r"\\&.", text, flags=re.MULTILINE)


def sentences(text):
    """Running text, each sentence on a line, as roff wants it, and no option broken in two."""
    text = re.sub(r"(?<=[a-z0-9)]{2}[.:?]) +(?=[A-Z])", "\n", escaped(text))
    return re.sub(r"(?<!\S)\\-(?=\S)", r"\\%\\-", text)


def discussion(text):
    """Paragraphs, and the examples: lines that are indented, printed as they are."""
    page, examples = [], []
    for paragraph in text.strip().split("\n\n"):
        lines = paragraph.split("\n")
        shown = [line.strip() for line in lines if line.startswith("  ")]
        told = " ".join(line.strip() for line in lines if not line.startswith("  "))
        if told and not (shown and told == "Examples:"):
            page += [".Pp", sentences(told)]
        examples += shown
    return page, examples


def flags(argument):
    """The names of an option, short ones first, with what it takes."""
    value = "" if argument["kind"] == "flag" else f" Ar {escaped(argument['valueName'])}"
    names = sorted(argument["names"], key=lambda name: name["kind"] != "short")
    return " , ".join(f"Fl {escaped(('-' if name['kind'] == 'long' else '') + name['name'])}{value}" for name in names)


def explained(argument):
    text = [sentences(argument.get("abstract", ""))]
    facts = []
    if argument.get("allValues"):
        facts.append("one of " + ", ".join(argument["allValues"]))
    if argument.get("defaultValue") is not None:
        facts.append("by default " + argument["defaultValue"])
    if facts:
        said = "; ".join(facts)
        text.append(sentences(said[0].upper() + said[1:]) + ".")
    if argument.get("discussion"):
        text.append(sentences(argument["discussion"]))
    return [line for line in text if line]


def synopsis(arguments):
    lines = []
    for argument in arguments:
        positional = argument["kind"] == "positional"
        term = f"Ar {escaped(argument['valueName'])}" if positional else flags(argument).split(" , ")[-1]
        repeated = " ..." if argument.get("isRepeating") else ""
        # Required options come with their name, optional ones in brackets.
        lines.append(f".{'Op ' if argument['isOptional'] else ''}{term}{repeated}")
    return lines


def page(command, version, day):
    name = command["commandName"]
    arguments = [argument for argument in command["arguments"] if argument["shouldDisplay"]]
    options = [argument for argument in arguments if argument["kind"] != "positional"]
    operands = [argument for argument in arguments if argument["kind"] == "positional"]
    abstract = command["abstract"].rstrip(".")
    told, examples = discussion(command.get("discussion", ""))
    month = f"{date.fromisoformat(day):%B} {date.fromisoformat(day).day}, {day[:4]}"

    lines = [f".Dd {month}", f".Dt {name.upper()} 1", f".Os lighthubert {version}"]
    lines += [".Sh NAME", f".Nm {name}", f".Nd {escaped(abstract[0].lower() + abstract[1:])}"]
    lines += [".Sh SYNOPSIS", f".Nm {name}"]
    lines += synopsis(sorted(options, key=lambda a: a["isOptional"])) + synopsis(operands)
    lines += [".Sh DESCRIPTION"] + told[1:]
    if operands:
        lines += [".Pp", "The operands are:", ".Bl -tag -width indent"]
        for argument in operands:
            lines += [f".It Ar {escaped(argument['valueName'])}"] + explained(argument)
        lines += [".El"]
    lines += [".Pp", "The options are:", ".Bl -tag -width indent"]
    for argument in options:
        lines += [f".It {flags(argument)}"] + explained(argument)
    lines += [".El", ".Sh EXIT STATUS", ".Bl -tag -width indent"]
    for code, meaning in EXIT_STATUS:
        lines += [f".It {code}", meaning]
    lines += [".El"]
    if examples:
        lines += [".Sh EXAMPLES", ".Bd -literal -offset indent"] + [escaped(line) for line in examples] + [".Ed"]
    others = [other for other in PROGRAMS if other != name]
    lines += [".Sh SEE ALSO"] + [f".Xr {other} 1{' ,' if other != others[-1] else ''}" for other in others]
    return "\n".join(lines) + "\n"


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    sys.stdout.write(page(json.load(sys.stdin)["command"], sys.argv[1], sys.argv[2]))


if __name__ == "__main__":
    main()
