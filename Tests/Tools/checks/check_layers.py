#!/usr/bin/env python3
"""Holds the module table of Docs/architecture.md, Package.swift and the imports in Sources against each other.

    check_layers.py

Every import of another target must be declared in Package.swift; the declared ones of a module must be those of its row
in the table, whose rows stand above it; no two modules may reach each other; what users link, the library products, may
reach neither Foundation nor another package; what only runs models may not reach what reads checkpoints; and targets
have a prefix, so that packages with targets of the same names can depend on this one.
"""
import json
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]


# What runs models and cuts none out of checkpoints, and what the latter takes.
RUNNING = ("LHRuntime", "lhb-features", "lhb-bench")
IMPORTING = ("LHTorch", "LHSafetensors", "LHSupernetCheckpoint", "LHFamilies", "LHImport")


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


def names(package):
    """What is wrong with names of targets, which no dependent's may equal, and with what a dependent would fetch."""
    problems = []
    shown = {name for product in package["products"] for name in product["targets"]} | {"CLightHuBERT"}
    for target in package["targets"]:
        name = target["name"]
        if target["type"] != "test" and not name.startswith("LH") and name not in shown:
            problems.append(f"{name} has no prefix LH: no package with a target of that name could use this one")
        for entry in target["dependencies"]:
            if "product" in entry and (entry["product"][3] or {}).get("traits") != ["Programs"]:
                problems.append(f"{name} uses {entry['product'][0]} without the trait Programs")
    return problems


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

    problems += names(package)
    above = set(systems | others)
    for name in rows:
        problems += [f"{name} imports {other}, whose row is not above it" for other in sorted(rows[name] - above)]
        above.add(name)

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
