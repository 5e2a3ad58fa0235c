"""Speed and memory of each precision beside peers that compute in the same."""
import contextlib
import dataclasses

import numpy as np

import contestants
import errors
import graphs
import precisions
import report
import subnets
import turns

THREADS = (1, 2)
# dB against ours in float32: far below what int8 leaves, far above what another model would.
LEAST_SNR = 10
# What some product of a peer must be in, lest it fell back to a format that the processor has instructions for.
FORMATS = {"OpenVINO bf16": ("bf16",), "OpenVINO int8": ("i8", "u8")}


@dataclasses.dataclass
class Row:
    """One subnet on one length and number of threads; everything by contestants' names."""

    subnet: str
    extractor: str
    threads: int
    length: float
    measured: dict  # [Measurement], one a round
    results: dict  # of ours, lhb-bench's object

    @property
    def case(self):
        return self.subnet, self.extractor

    @property
    def place(self):
        return f"{self.length:g} s, {self.threads} thread{'' if self.threads == 1 else 's'}"

    def seconds(self, name):
        return turns.median_seconds(self.measured[name])

    def ratio(self, precision, rival):
        return turns.ratio(self.measured[f"ours {precision}"], self.measured[rival])


@dataclasses.dataclass
class Speed:
    """What all cases gave."""

    rows: list
    descriptions: dict  # what each contestant computes in


def check(everyone, audio, work):
    """Holds all outputs against ours in float32: whoever computes something else proves nothing."""
    output = work / "features.npy"
    expected = None
    for name, contestant in everyone.items():
        contestant.features(audio, output)
        features = np.load(output)
        expected = features if expected is None else expected
        snr = errors.compare(features, expected).snr
        if not snr >= LEAST_SNR:
            raise SystemExit(f"{name}: SNR against ours in float32 is {snr:.1f} dB, expected at least {LEAST_SNR}")


def describe(contestant):
    """(name with version, what it computes in)."""
    if isinstance(contestant, contestants.Ours):
        missing = contestant.result["missing_instructions"]
        without = f", without {' and '.join(missing)}: the same, more slowly" if missing else ""
        return contestant.name, f"{contestant.precision}, {contestant.result['instruction_set']}{without}"
    text = contestant.products or "does not tell"
    if not any(form in text for form in FORMATS.get(contestant.kind, ("",))):
        text += " (fell back: this processor has no instructions for it)"
    return f"{contestant.kind} ({contestant.name})", text


def measure(build, python, work, cases, lengths, rounds):
    """Measures all (subnet, extractor) of `cases`."""
    speed = Speed([], {})
    for name, extractor in cases:
        supernet = subnets.Supernet(extractor)
        path = supernet.subnet(name, build, work)
        graph = graphs.exported(name, supernet, build, work)
        for threads in THREADS:
            with contextlib.ExitStack() as stack:
                everyone = {f"ours {precision}": contestants.Ours(path, threads, build, precision)
                            for precision in precisions.PRECISIONS}
                ours = dict(everyone)
                for kind in precisions.peer_kinds():
                    everyone[kind] = stack.enter_context(
                        contestants.Peer(kind, graph, threads, python, precisions.RECORDINGS))
                check(everyone, precisions.RECORDINGS[0], work)
                for length in lengths:
                    measured = turns.take_turns(everyone, subnets.clip(length, work), rounds)
                    results = {key: one.result for key, one in ours.items()}
                    row = Row(name, extractor, threads, length, measured, results)
                    speed.rows.append(row)
                    print(f"{name}, {extractor} extractor, {row.place}:", ratios_text(row), flush=True)
                if not speed.descriptions:
                    speed.descriptions = dict(describe(one) for one in everyone.values())
    return speed


def ratios_text(row):
    return ", ".join(f"{precision} {row.ratio(precision, rivals[0]):.2f} of {rivals[0]}"
                     for precision, rivals in precisions.RIVALS.items())


def worst_table(speed):
    """The slowest case of each subnet and precision, beside what is wanted."""
    table = []
    for case in dict.fromkeys(row.case for row in speed.rows):
        rows = [row for row in speed.rows if row.case == case]
        for precision, (rival, *others) in precisions.RIVALS.items():
            worst = max(rows, key=lambda row: row.ratio(precision, rival))
            ratio, wanted = worst.ratio(precision, rival), precisions.WANTED_RATIOS[precision][case[1]]
            other = max(row.ratio(precision, others[0]) for row in rows) if others else None
            table.append([
                *case, precision, f"{ratio:.2f}", worst.place, f"{wanted:.2f}", precisions.met(ratio <= wanted),
                "" if other is None else f"{other:.2f}",
                f"{max(row.ratio(precision, 'ours f32') for row in rows):.2f}"])
    return report.table(
        ["subnet", "extractor", "precision", "OV", "at", "wanted", "met", "ORT int8", "ours f32"], table)


def time_table(speed):
    names = list(speed.rows[0].measured)
    rows = [[*row.case, row.threads, f"{row.length:g}", *(f"{row.seconds(name):.4f}" for name in names)]
            for row in speed.rows]
    return report.table(["subnet", "extractor", "threads", "audio s", *map(precisions.short, names)], rows)


def ratio_table(speed):
    rows = [[*row.case, row.threads, f"{row.length:g}",
             *(f"{row.ratio(precision, rivals[0]):.2f}" for precision, rivals in precisions.RIVALS.items())]
            for row in speed.rows]
    ratios = [f"{precision} / {precisions.short(rivals[0])}" for precision, rivals in precisions.RIVALS.items()]
    return report.table(["subnet", "extractor", "threads", "audio s", *ratios], rows)


def longest(speed):
    """Rows of the longest length on one thread."""
    length = max(row.length for row in speed.rows)
    return [row for row in speed.rows if row.length == length and row.threads == 1]


def memory_table(speed):
    names = list(speed.rows[0].measured)
    rows = [[*row.case, f"{row.length:g}", *(f"{row.measured[name][-1].memory / 1e6:.0f}" for name in names)]
            for row in longest(speed)]
    return report.table(["subnet", "extractor", "audio s", *map(precisions.short, names)], rows)


def rate_table(speed):
    rows = []
    for row in longest(speed):
        for precision in precisions.PRECISIONS:
            result = row.results[f"ours {precision}"]
            rows.append([
                *row.case, precision, f"{1 / result['real_time_factor']:.1f}", f"{result['gflops']:.1f}",
                f"{result['peak_gflops_per_core']:.1f}", f"{result['share_of_peak']:.0%}",
                f"{result['weight_bytes'] / 1e6:.0f}", f"{1000 * result['load_s']:.0f}"])
    return report.table(
        ["subnet", "extractor", "precision", "speed", "GFLOP/s", "peak", "of that", "weights, MB", "loading, ms"], rows)


def description_table(speed):
    return report.table(["who", "computes products in"], list(speed.descriptions.items()))


def tables(speed):
    """[(place, text)]"""
    return [("precision: worst", worst_table(speed)), ("precision: times", time_table(speed)),
            ("precision: ratios", ratio_table(speed)), ("precision: memory", memory_table(speed)),
            ("precision: rates", rate_table(speed)), ("precision: formats", description_table(speed))]
