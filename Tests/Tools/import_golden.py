#!/usr/bin/env python3
"""Makes Fixtures/golden from the folder that the golden data came in.

    import_golden.py SOURCE_FOLDER [DESTINATION, by default Fixtures/golden of this repository]

SOURCE_FOLDER holds tiny*.pt, arch-*.json, audio/ and expected/. What is changed and why is told in Fixtures/README.md:

- the checkpoints and expected values are packed, in one of the three ways that Tests/TestSupport unpacks (`PACKINGS`);
- in tiny-layernorm.pt and tiny-deeppos.pt, weights that no golden case reads become zero;
- expected/*.last.npy is left out where it is, bit for bit, the last of the hidden states.

Afterwards everything is unpacked again and compared, and the cases of the two changed checkpoints are computed with the
weights before and after: the results must be the same to the bit. SHA256SUMS lists the digests of the unpacked files.

Needs the zstd program and python3-numpy, python3-scipy, python3-torch (apt).
"""
import argparse
import collections
import hashlib
import io
import pickle
import shutil
import struct
import subprocess
import tempfile
import zipfile
import zlib
from pathlib import Path

import numpy as np

import reference
from byte_planes import byte_planes, from_byte_planes

# The checkpoints that only some subnets are cut from, with those.
READ_ONLY_BY = {"tiny-layernorm.pt": ["mixed"], "tiny-deeppos.pt": ["mixed", "min"]}


# ---- Packing


def as_halves(data):
    """Every 4-byte word of a file, read as float32 and rounded to float16; 0 for what is not a finite float32.

    Words that are no weights give nonsense, which does no harm: this is only what a patch is made against.
    """
    words = np.frombuffer(data[: len(data) // 4 * 4], dtype="<f4")
    with np.errstate(over="ignore", under="ignore", invalid="ignore"):
        return np.where(np.isfinite(words), words, 0).astype("<f2").tobytes()


def zstd(arguments, data, prefix=None):
    with tempfile.TemporaryDirectory() as folder:
        source, target, base = (Path(folder, name) for name in ("source", "target", "prefix"))
        source.write_bytes(data)
        if prefix is not None:
            base.write_bytes(prefix)
            arguments = arguments + ["--long=27", f"--patch-from={base}"]
        subprocess.run(["zstd", "--quiet", *arguments, source, "-o", target], check=True, stderr=subprocess.DEVNULL)
        return target.read_bytes()


# Suffix, then what is compressed for given contents, what the contents are again, and the prefix made from tiny.pt.
PACKINGS = {
    ".planes.zst": (byte_planes, from_byte_planes, None),
    ".patch.zst": (bytes, bytes, bytes),
    ".half-patch.zst": (bytes, bytes, as_halves),
}


def packing_of(name):
    if name == "tiny-legacy.pt":
        return ".patch.zst"
    if name == "tiny-fp16.pt":
        return ".half-patch.zst"
    return ".planes.zst" if name.endswith((".pt", ".npy")) else None


def pack(data, suffix, tiny):
    forwards, _, prefix = PACKINGS[suffix]
    return zstd(["--ultra", "-22"], forwards(data), prefix(tiny) if prefix else None)


def unpack(packed, suffix, tiny):
    _, backwards, prefix = PACKINGS[suffix]
    return backwards(zstd(["--decompress"], packed, prefix(tiny) if prefix else None))


# ---- Weights that nobody reads


class TensorPlaces(pickle.Unpickler):
    """Reads data.pkl of a zip checkpoint so that a tensor becomes (storage key, offset, shape, strides)."""

    def find_class(self, module, name):
        allowed = {
            ("collections", "OrderedDict"): collections.OrderedDict,
            ("torch._utils", "_rebuild_tensor_v2"): lambda storage, offset, shape, strides, *_: (
                storage, offset, shape, strides),
            ("torch", "FloatStorage"): "float32",
        }
        return allowed[module, name]

    def persistent_load(self, identifier):
        kind, element, key, _, _ = identifier
        assert (kind, element) == ("storage", "float32")
        return key


def used_elements(places, config, architectures):
    """Name -> flat array of bool: whether any of the subnets reads that element."""
    indices = {name: np.arange(np.prod(shape, dtype=int)).reshape(shape) for name, (_, _, shape, _) in places.items()}
    used = {name: np.zeros(array.size, dtype=bool) for name, array in indices.items()}
    for architecture in architectures:
        for name, kept in reference.cut(indices, config, architecture).items():
            used[name][kept.ravel()] = True
    return used


def without_unused_weights(path, architectures):
    """The bytes of a zip checkpoint with unread weights zeroed in place.

    All else stays as PyTorch wrote it, but for the CRC-32 of each changed member: in the data descriptor behind the
    member (PyTorch writes its local header before it knows the CRC) and in the central directory.
    """
    data = bytearray(path.read_bytes())
    _, config = reference.load_checkpoint(path)
    with zipfile.ZipFile(path) as archive:
        members = {member.filename: member for member in archive.infolist()}
        folder = next(name for name in members if name.endswith("/data.pkl")).removesuffix("data.pkl")
        places = TensorPlaces(io.BytesIO(archive.read(folder + "data.pkl"))).load()["model"]
        directory = archive.start_dir
    used = used_elements(places, config, architectures)

    entries = {}
    position = directory
    while data[position : position + 4] == b"PK\x01\x02":
        name, extra, comment = struct.unpack_from("<3H", data, position + 28)
        entries[bytes(data[position + 46 : position + 46 + name]).decode()] = position
        position += 46 + name + extra + comment

    for name, (key, offset, shape, strides) in places.items():
        member = members[f"{folder}data/{key}"]
        count = int(np.prod(shape, dtype=int))
        contiguous = np.empty(shape, dtype=np.int8).strides == tuple(strides)
        assert offset == 0 and contiguous and member.file_size == 4 * count, f"{name} is not a plain tensor"
        assert member.compress_type == zipfile.ZIP_STORED and member.flag_bits & 8, "not as PyTorch writes"

        start = member.header_offset + 30 + sum(struct.unpack_from("<2H", data, member.header_offset + 26))
        end = start + member.file_size
        weights = np.frombuffer(data[start:end], dtype="<f4").copy()
        weights[~used[name]] = 0
        payload = weights.tobytes()
        data[start:end] = payload
        crc = struct.pack("<I", zlib.crc32(payload))
        assert data[end : end + 4] == b"PK\x07\x08"
        data[end + 4 : end + 8] = crc
        data[entries[member.filename] + 16 : entries[member.filename] + 20] = crc
    return bytes(data)


def assert_same_results(before, after, source, architecture_names):
    with zipfile.ZipFile(after) as archive:
        assert archive.testzip() is None, "a CRC-32 is wrong"
    for name in architecture_names:
        architecture = reference.load_architecture(source / f"arch-{name}.json")
        results = []
        for path in (before, after):
            weights, config = reference.load_checkpoint(path)
            samples = reference.load_wav(source / "audio/speech-b.wav")
            subnet = reference.cut(weights, config, architecture)
            results.append(reference.forward(subnet, config, architecture, samples))
        assert all(np.array_equal(a, b) for a, b in zip(*results)), f"{before.name}, {name}: zeroed too much"


# ---- All of it


def golden_files(source):
    """(relative path, contents) of everything that is kept."""
    for path in sorted(source.glob("*.pt")):
        if path.name in READ_ONLY_BY:
            names = READ_ONLY_BY[path.name]
            architectures = [reference.load_architecture(source / f"arch-{name}.json") for name in names]
            data = without_unused_weights(path, architectures)
            with tempfile.TemporaryDirectory() as folder:
                changed = Path(folder, path.name)
                changed.write_bytes(data)
                assert_same_results(path, changed, source, names)
            yield Path(path.name), data
        else:
            yield Path(path.name), path.read_bytes()
    for path in sorted([*source.glob("arch-*.json"), *source.glob("audio/*"), *source.glob("expected/*")]):
        if path.name.endswith(".last.npy"):
            states = np.load(str(path).replace(".last.npy", ".hidden_states.npy"))
            if np.load(path).tobytes() == states[-1].tobytes():
                continue
        yield path.relative_to(source), path.read_bytes()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("source", type=Path)
    parser.add_argument("destination", type=Path, nargs="?",
                        default=Path(__file__).resolve().parents[2] / "Fixtures/golden")
    arguments = parser.parse_args()
    source, destination = arguments.source, arguments.destination
    shutil.rmtree(destination, ignore_errors=True)
    tiny = (source / "tiny.pt").read_bytes()
    digests, total = [], 0
    for relative, data in golden_files(source):
        suffix = packing_of(relative.name)
        written = pack(data, suffix, tiny) if suffix else data
        if suffix:
            assert unpack(written, suffix, tiny) == data, f"{relative} does not unpack to what it was"
        target = destination / f"{relative}{suffix or ''}"
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(written)
        digests.append(f"{hashlib.sha256(data).hexdigest()}  {relative}\n")
        total += len(written)
        print(f"{len(data):>10} -> {len(written):>10}  {target.relative_to(destination)}")
    (destination / "SHA256SUMS").write_text("".join(digests))
    print(f"{total} bytes in all")


if __name__ == "__main__":
    main()
