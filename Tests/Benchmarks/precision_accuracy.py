"""How far each precision and peer is from float64 in the last hidden state."""
import json
import sys
import tempfile
from pathlib import Path
from typing import NamedTuple

import numpy as np

import contestants
import errors
import graphs
import precisions
import report
import subnets

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "Tools/reference"))
import reference  # noqa: E402

# Outputs do not depend on it.
THREADS = 1
# In its file already, not only when it is run.
FILE = "ours int8, int8 file"


class Row(NamedTuple):
    """Of one random model."""

    subnet: str
    supernet: subnets.Supernet
    errors: dict  # the worst of all recordings, by contestant's name


class Judge:
    """What a supernet's subnets compute in float64."""

    def __init__(self, supernet, build, work):
        self.supernet, self.build, self.work = supernet, build, work
        self.weights, self.config = reference.load_checkpoint(supernet.checkpoint(work))

    def expected(self, name):
        """Last hidden states (T, E) of a subnet, one a recording."""
        architecture = json.loads(graphs.architecture(name, self.supernet, self.build, self.work).read_text())
        subnet = reference.cut(self.weights, self.config, architecture)
        return [reference.forward(subnet, self.config, architecture, reference.load_wav(path)).last
                for path in precisions.RECORDINGS]


def found(contestant, work):
    """Its last hidden states, one a recording."""
    output = work / "features.npy"
    states = []
    for path in precisions.RECORDINGS:
        contestant.features(path, output)
        states.append(np.load(output))
    return states


def measure_subnet(name, judge, python):
    supernet, build, work = judge.supernet, judge.build, judge.work
    expected = judge.expected(name)

    def errors_of(contestant):
        return errors.worst([errors.compare(*pair) for pair in zip(found(contestant, work), expected, strict=True)])

    path = supernet.subnet(name, build, work)
    row = Row(name, supernet, {
        f"ours {precision}": errors_of(contestants.Ours(path, THREADS, build, precision))
        for precision in precisions.PRECISIONS})
    row.errors[FILE] = errors_of(contestants.Ours(supernet.subnet(name, build, work, "int8"), THREADS, build, "int8"))
    graph = graphs.exported(name, supernet, build, work)
    for kind in [*precisions.peer_kinds(), "OpenVINO int8, convolutions too"]:
        with contestants.Peer(kind, graph, THREADS, python, precisions.RECORDINGS) as peer:
            row.errors[kind] = errors_of(peer)
    print(f"{name}, {supernet.name}: "
          + ", ".join(f"{who} {one.snr:.1f} dB" for who, one in row.errors.items()), flush=True)
    return row


def measure(build, python, work, cases, seeds):
    """[Row] of all (subnet, extractor) of `cases`, without and with outliers, for so many seeds."""
    rows = []
    for extractor in dict.fromkeys(extractor for _, extractor in cases):
        for outliers in (0, precisions.OUTLIERS):
            for seed in range(seeds):
                supernet = subnets.Supernet(extractor, outliers, seed)
                # What is made of the first seed serves other measurements too; that of the others takes gigabytes.
                with tempfile.TemporaryDirectory(dir=work) as temporary:
                    judge = Judge(supernet, build, work if seed == 0 else Path(temporary))
                    rows += [measure_subnet(name, judge, python) for name, kind in cases if kind == extractor]
    return rows


def snr_table(rows):
    """Lowest SNR of all seeds."""
    names = list(rows[0].errors)
    cases = {}
    for row in rows:
        cases.setdefault((row.subnet, row.supernet.extractor, row.supernet.outliers), []).append(row)
    table = [[*case, *(f"{min(row.errors[name].snr for row in group):.1f}" for name in names)]
             for case, group in cases.items()]
    models = max(len(group) for group in cases.values())
    return (report.table(["subnet", "extractor", "outliers", *map(precisions.short, names)], table)
            + f"\n\nEach the lowest of {len(precisions.RECORDINGS)} recordings and {models} such models.")


def error_table(rows):
    """The worst of all cases, beside what is wanted."""
    table = []
    for name in rows[0].errors:
        worst = errors.worst([row.errors[name] for row in rows])
        wanted = precisions.WANTED_SNR.get("int8" if name == FILE else name.removeprefix("ours "))
        table.append([
            name, f"{worst.snr:.1f}", f"{wanted}" if wanted else "",
            precisions.met(worst.snr >= wanted) if wanted else "",
            f"{worst.cosine:.6f}", f"{worst.largest:.2g}"])
    return report.table(["who", "lowest SNR, dB", "wanted", "met", "lowest cosine of a frame", "largest error"], table)


def tables(rows):
    """[(place, text)]"""
    return [("precision: accuracy", snr_table(rows)), ("precision: errors", error_table(rows))]
