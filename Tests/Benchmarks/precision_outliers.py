"""What channels that are far larger than the rest cost in speed: ours alone, with and without them in turn."""
import contestants
import precisions
import report
import subnets
import turns


def measure(build, work, cases, length, rounds):
    """[(subnet, extractor, {precision: time with outliers by that without})]"""
    rows = []
    for name, extractor in cases:
        everyone = {}
        for precision in precisions.PRECISIONS:
            for outliers in (0, precisions.OUTLIERS):
                path = subnets.Supernet(extractor, outliers).subnet(name, build, work)
                everyone[precision, outliers] = contestants.Ours(path, 1, build, precision)
        measured = turns.take_turns(everyone, subnets.clip(length, work), rounds)
        ratios = {precision: turns.ratio(measured[precision, precisions.OUTLIERS], measured[precision, 0])
                  for precision in precisions.PRECISIONS}
        print(f"{name}, {extractor} extractor, with outliers: "
              + ", ".join(f"{precision} {ratio:.2f}" for precision, ratio in ratios.items()), flush=True)
        rows.append((name, extractor, ratios))
    return rows


def tables(rows):
    """[(place, text)]"""
    text = report.table(
        ["subnet", "extractor", *precisions.PRECISIONS],
        [[name, extractor, *(f"{ratio:.2f}" for ratio in ratios.values())] for name, extractor, ratios in rows])
    return [("precision: outliers", text)]
