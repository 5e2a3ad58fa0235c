#!/usr/bin/env python3
"""Writes Fixtures/hostile: files that must be refused, the list of them, and a sound file of each kind.

    make_hostile_fixtures.py

Always the same bytes, with the standard library alone. Every hostile file is a sound one with a single thing wrong;
sound/ has these. list.tsv has a line for each: path, the program that opens it, what it attacks, and words that the
error must have.
"""
import pathlib
import shutil

import hostile_architecture
import hostile_audio
import hostile_legacy
import hostile_lhb
import hostile_ogg
import hostile_pickle
import hostile_tensors
import hostile_zip
from hostile_files import ARCHITECTURE, EXTRACT, FEATURES, INSPECT, MODEL
from lhb_bytes import Subnet
from small_supernet import ARCHITECTURE as JSON
from small_supernet import LITTLE, Checkpoint

FOLDER = pathlib.Path(__file__).resolve().parents[2] / "Fixtures" / "hostile"
MODULES = [
    hostile_zip, hostile_legacy, hostile_pickle, hostile_tensors, hostile_lhb, hostile_architecture, hostile_audio,
    hostile_ogg]
YAML = b"embed_dim: 64\nheads_num: [1]\nffn_embed: [64]\nlayer_num: 1\n"


def sound():
    """The files that the hostile ones are made from, and which program takes them."""
    yield "supernet.pt", EXTRACT, Checkpoint().zip()
    yield "little.pt", INSPECT, Checkpoint(LITTLE).zip()
    yield "little-legacy.pt", INSPECT, hostile_legacy.legacy()
    yield "subnet.lhb", MODEL, Subnet().write()
    yield "subnet-int8.lhb", MODEL, Subnet(is_int8=True).write()
    yield "architecture.json", ARCHITECTURE, JSON
    yield "architecture.yaml", ARCHITECTURE, YAML
    yield "tone.wav", FEATURES, hostile_audio.wav()
    yield "tone.aiff", FEATURES, hostile_audio.aiff()
    yield "tone.au", FEATURES, hostile_audio.au()
    yield "tone.caf", FEATURES, hostile_audio.caf()
    yield "silence.ogg", FEATURES, hostile_ogg.opus()
    for name, content in hostile_ogg.odd():
        yield f"odd-{name}", FEATURES, content


def write(path, content):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)


def main():
    shutil.rmtree(FOLDER, ignore_errors=True)
    fixtures = [fixture for module in MODULES for fixture in module.fixtures()]
    paths = [fixture.path for fixture in fixtures]
    assert len(paths) == len(set(paths)), [path for path in paths if paths.count(path) > 1]
    for fixture in fixtures:
        write(FOLDER / fixture.path, fixture.content)
    write(FOLDER / "list.tsv", "".join(fixture.row() + "\n" for fixture in fixtures).encode())
    rows = ""
    for name, program, content in sound():
        write(FOLDER / "sound" / name, content)
        rows += f"sound/{name}\t{program}\n"
    write(FOLDER / "sound.tsv", rows.encode())
    print(f"{len(fixtures)} hostile files, {sum(len(fixture.content) for fixture in fixtures):,} bytes")


if __name__ == "__main__":
    main()
