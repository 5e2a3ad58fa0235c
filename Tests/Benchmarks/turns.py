"""Measuring in turns: all in every round, so that a machine whose speed drifts is unfair to none."""
import statistics


def take_turns(contestants, audio, rounds):
    """{name: [measurement of each round]} of {name: contestant}."""
    measurements = {name: [] for name in contestants}
    for _ in range(rounds):
        for name, contestant in contestants.items():
            measurements[name].append(contestant.measure(audio))
    return measurements


def median_seconds(measurements):
    return statistics.median(one.seconds for one in measurements)


def ratio(ours, theirs):
    """The median over rounds of our time by theirs in the same round; below 1 we are faster."""
    return statistics.median(our.seconds / their.seconds for our, their in zip(ours, theirs, strict=True))
