"""Bytes of subnets' files by how weights are stored."""
import precisions
import report
import subnets

WEIGHTS = ("f32", "bf16", "int8")
# 94.7 million parameters in float32.
HUBERT_BASE_BYTES = 4 * 94.7e6


def measure(build, work, cases):
    """[(subnet, extractor, {weights: bytes}, bytes of the supernet's checkpoint)]"""
    rows = []
    for name, extractor in cases:
        supernet = subnets.Supernet(extractor)
        print(f"{name}, {extractor} extractor: sizes", flush=True)
        sizes = {weights: supernet.subnet(name, build, work, weights).stat().st_size for weights in WEIGHTS}
        rows.append((name, extractor, sizes, supernet.checkpoint(work).stat().st_size))
    return rows


def tables(rows):
    """[(place, text)]"""
    table = []
    for name, extractor, sizes, supernet in rows:
        for weights, size in sizes.items():
            wanted = precisions.WANTED_BYTES.get((name, weights))
            table.append([
                name, extractor, weights, f"{size / 1e6:.1f}", f"{sizes['f32'] / size:.2f}", f"{supernet / size:.1f}",
                f"{HUBERT_BASE_BYTES / size:.1f}", f"{wanted / 1e6:.0f}" if wanted else "",
                precisions.met(size <= wanted) if wanted else ""])
    header = ["subnet", "extractor", "weights", "MB", "f32", "supernet", "HuBERT Base", "wanted, MB", "met"]
    return [("precision: sizes", report.table(header, table))]
