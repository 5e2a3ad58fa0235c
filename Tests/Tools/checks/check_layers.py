#!/usr/bin/env python3
"""Holds the module table of Docs/architecture.md, Package.swift and the imports in Sources against each other.

    check_layers.py

Every import of another target must be declared in Package.swift; the declared ones of a module must be those of its row
in the table; no two modules may reach each other; and what users link, the library products, may reach neither
Foundation nor another package.
"""
import json
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]


# What runs models and cuts none out of checkpoints, and what the latter takes.
RUNNING = ("LHRuntime", "lhb-features", "lhb-bench")
IMPORTING = ("LHTorch", "LHImport")


def manifest():
    """Package.swift as data."""
    text = subprocess.run(["swift", "package", "dump-package"], cwd=ROOT, check=True, capture_output=True).stdout
    return json.loads(text)


def declared(package):
    """Target name -> names of the targets and products that it depends on."""
    targets = {}
    for target in package["targets"]:
        if target["type"] in ("test", "system") or target["name"].startswith("LHTest"):
            continue
        names = [next(iter(entry.values()))[0] for entry in target["dependencies"]]
        targets[target["name"]] = set(names)
    return targets


def linked(package, targets):
    """Names of the targets and products that the library products reach."""
    reached = set()
    pending = [name for product in package["products"] if "library" in product["type"] for name in product["targets"]]
    while pending:
        name = pending.pop()
        if name not in reached:
            reached.add(name)
            pending += targets.get(name, ())
    return reached


def folders(package):
    """Target name -> its folder, for targets whose sources are ours."""
    return {target["name"]: ROOT / target.get("path", f"Sources/{target['name']}") for target in package["targets"]}


def imported(folder):
    """Names of the modules that the Swift files in a folder import."""
    # A whole module, or one declaration of it.
    pattern = re.compile(
        r"^\s*(?:@\w+ )?(?:public |package |internal )?import "
        r"(?:(?:struct|class|enum|protocol|func) (?=\w+\.))?(\w+)(?:\.\w+)?$", re.MULTILINE)
    return {name for file in folder.rglob("*.swift") for name in pattern.findall(file.read_text())}


def table():
    """Module -> what its row of the table says that it imports; a row without a module goes on with the one before."""
    rows, names = {}, []
    text = (ROOT / "Docs" / "architecture.md").read_text()
    for line in text[text.index("| module |"):].split("\n\n")[0].splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if len(cells) == 3 and re.fullmatch(r"([A-Z]\w+(, \w+)*)?", cells[0]):
            names = cells[0].split(", ") if cells[0] else names
            for name in names:
                rows.setdefault(name, set()).update(re.findall(r"\w+", cells[2]))
    return rows


def main():
    problems = []
    package = manifest()
    targets, rows, paths = declared(package), table(), folders(package)
    others = {"ArgumentParser", "Yams"}
    systems = {target["name"] for target in package["targets"] if target["type"] == "system"}
    known = set(targets) | systems | others
    for name, dependencies in sorted(targets.items()):
        used = imported(paths[name]) & known
        undeclared, unused = sorted(used - dependencies), sorted(dependencies - used)
        problems += [f"{name} imports {other}, which Package.swift does not declare" for other in undeclared]
        problems += [f"{name} declares {other} and does not import it" for other in unused]
        if name.startswith("lhb-"):
            continue
        if name not in rows:
            problems.append(f"{name} is not in the table of Docs/architecture.md")
        elif rows[name] != dependencies:
            problems.append(f"{name}: the table says {sorted(rows[name])}, Package.swift {sorted(dependencies)}")
    strangers = sorted(set(rows) - set(targets))
    problems += [f"{name} is in the table of Docs/architecture.md and no target" for name in strangers]

    for name in sorted(linked(package, targets)):
        if name in others:
            problems.append(f"a library product reaches the package of {name}")
        problems += [f"{name}, which a library product reaches, imports {module}"
                     for module in sorted(imported(paths[name])) if module.startswith("Foundation")]

    def reaches(start, goal, seen):
        for other in targets.get(start, ()):
            if other == goal or (other not in seen and not seen.add(other) and reaches(other, goal, seen)):
                return True
        return False

    problems += [f"{name} reaches itself" for name in sorted(targets) if reaches(name, name, set())]
    problems += [f"{name} runs models and reaches {other}"
                 for name in RUNNING for other in IMPORTING if reaches(name, other, set())]
    print("\n".join(problems) if problems else f"{len(targets)} modules: imports, Package.swift and the table agree")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
