"""Simulated stops: how often the team would stop short of the target, and what the random sample costs.

    bin/bench stopping [--stops 1000]

Each stop screens at random as the page advises, look after look, until the promise holds. Prints one JSON object with,
for each kind of tail: stops, short (per cent of stops with a recall below 95 %; promised: at most 5), recall (mean, per
cent) and screened (mean share of the tail, per cent). `worst` has just one relevant record more in the tail than the
target allows: the hardest case. `varied` draws the records found, the tail's size and the relevant ones in it anew for
each stop; `peeking` is `varied` by a team that draws samples of 20 and looks after each. `short_of_all` is over all stops.
"""

import argparse
import json
import os
import platform
import random
from collections.abc import Callable
from math import ceil
from statistics import fmean

from screening import stopping
from screening.stopping import CONFIDENCE, TARGET, Tail

Case = tuple[int, int, int]


def worst(chance: random.Random) -> Case:
    found = chance.randint(10, 300)
    hidden = stopping.misses(Tail(found, 10**6, 0, 0), TARGET)
    return found, chance.randint(max(300, 3 * hidden), 5000), hidden


def varied(chance: random.Random) -> Case:
    found = chance.randint(5, 300)
    left = chance.randint(100, 5000)
    return found, left, chance.randint(0, min(left, ceil(found / 4)))


def stop(case: Case, chance: random.Random, size: int | None = None) -> tuple[float, float]:
    """Recall and the share of the tail that was screened, at the look that allows to stop."""
    found, left, hidden = case
    tail = [True] * hidden + [False] * (left - hidden)
    chance.shuffle(tail)
    drawn, look = 0, 0
    while True:
        look += 1
        now = Tail(found, left, drawn, sum(tail[:drawn]))
        drawn += min(size or stopping.more(now, look=look), left - drawn)
        seen = sum(tail[:drawn])
        if stopping.enough(Tail(found, left, drawn, seen), look=look):
            return (found + seen) / (found + hidden), drawn / left


def simulated(make: Callable[[random.Random], Case], stops: int, size: int | None = None) -> dict[str, float]:
    chance = random.Random(20)
    found = [stop(make(chance), chance, size) for _ in range(stops)]
    return {
        "stops": stops,
        "short": round(100 * fmean(recall < TARGET for recall, _ in found), 2),
        "recall": round(100 * fmean(recall for recall, _ in found), 2),
        "screened": round(100 * fmean(share for _, share in found), 1),
    }


def main() -> None:
    parser = argparse.ArgumentParser(prog="bin/bench stopping")
    parser.add_argument("--stops", type=int, default=1000)
    stops = parser.parse_args().stops
    kinds = {
        "worst": simulated(worst, stops),
        "varied": simulated(varied, stops),
        "peeking": simulated(varied, stops, 20),
    }
    short = fmean(one["short"] for one in kinds.values())
    print(
        json.dumps(
            kinds
            | {
                "short_of_all": round(short, 2),
                "promised_at_most": round(100 * (1 - CONFIDENCE), 2),
                "machine": f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}",
            }
        )
    )


if __name__ == "__main__":
    main()
