#!/usr/bin/env python3
"""Prints the binary interface of lighthubert.h: functions, constants, and the layout of the structs.

    c_abi.py [--write]

--write puts it into Tests/CAPITests/abi.txt, with which a test compares the header. Whatever changes or removes a line
breaks programs that were compiled before (Docs/c-api.md says what may change when).
"""
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
HEADER = ROOT / "Sources" / "CInterface" / "Header" / "include" / "lighthubert.h"
LIST = ROOT / "Tests" / "CAPITests" / "abi.txt"


def declarations():
    """The header without comments and directives, on one line, with the numbers that macros stand for."""
    text = re.sub(r"/\*.*?\*/", " ", HEADER.read_text(), flags=re.DOTALL)
    macros = dict(re.findall(r"^#define (LH_\w+) (\d+)$", text, flags=re.MULTILINE))
    text = re.sub(r"^#.*$", " ", text, flags=re.MULTILINE)
    text = re.sub(r"\bLH_\w+", lambda name: macros.get(name[0], name[0]), text)
    return re.sub(r"\s+", " ", text).replace("( ", "(")


def measured(structs, constants):
    """Sizes, offsets and values, as a C program finds them."""
    lines = ["#include <stdio.h>", '#include "lighthubert.h"', "int main(void) {"]
    for name, fields in structs:
        lines.append(f'  printf("struct {name}: %zu bytes\\n", sizeof({name}));')
        for declaration, field in fields:
            lines.append(f'  printf("  %zu: {declaration}\\n", offsetof({name}, {field}));')
    lines += [f'  printf("constant {name} = %ld\\n", (long){name});' for name in constants]
    lines += ["  return 0;", "}"]
    compiler = os.environ.get("CC") or next(filter(shutil.which, ("cc", "clang", "gcc")), "cc")
    with tempfile.TemporaryDirectory() as folder:
        source, program = Path(folder) / "abi.c", Path(folder) / "abi"
        source.write_text("\n".join(lines))
        subprocess.run([compiler, "-std=c99", f"-I{HEADER.parent}", source, "-o", program], check=True)
        return subprocess.run([program], check=True, capture_output=True, text=True).stdout


def interface():
    text = declarations()
    structs = []
    for body, name in re.findall(r"typedef struct \w+ \{(.*?)\} (\w+);", text):
        fields = [field.strip() for field in body.split(";") if field.strip()]
        structs.append((name, [(field, re.search(r"(\w+)(\[\w+\])?$", field).group(1)) for field in fields]))
    constants = [name for body in re.findall(r"enum \{(.*?)\}", text) for name in re.findall(r"(LH_\w+) =", body)]
    types = [f"type {declaration}" for declaration in re.findall(r"typedef ([^{};]+);", text)]
    functions = sorted(f"function {declaration}" for declaration in re.findall(r"LH_API (\w[^;]*);", text))
    return "\n".join(functions + types) + "\n" + measured(structs, constants)


def main():
    text = interface()
    if sys.argv[1:] == ["--write"]:
        LIST.write_text(text)
    elif not sys.argv[1:]:
        sys.stdout.write(text)
    else:
        sys.exit(__doc__)


if __name__ == "__main__":
    main()
