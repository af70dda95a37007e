"""Simulated reviews: how soon the ranking finds what is relevant, against a random prior of one and one.

    bin/bench ranking CSV... [--peer] [--seeds 15] [--scale RECORDS]

Each CSV has title, abstract and label_included (or included). For each of 15 seeds one relevant and one irrelevant
record are known; the ranking is retrained every 10 records. Prints one JSON object, in per cent and as means over the
seeds: wss95 (work saved at 95 % recall), rrf10 (relevant found in the first 10 %), atd (average time to discovery),
loss (that of ASReview) and seconds, for each set and `over_all`. `--peer` runs ASReview's ELAS u4 from an environment
of its own, with the same priors and cadence. `--scale` measures a refit on so many records, made of words of the sets.
"""

import argparse
import csv
import json
import math
import os
import platform
import random
import subprocess
import tempfile
import time
import venv
from collections.abc import Sequence
from pathlib import Path
from statistics import fmean
from typing import Any

import numpy as np

from screening.ranking import Corpus, rank

BATCH, TARGET = 10, 0.95
PEER = "asreview==3.0.8"
KEYS = ("wss95", "rrf10", "atd", "loss", "seconds")
Order = list[bool]

PEER_SCRIPT = """
import json, sys, time
import pandas as pd
from asreview import ActiveLearningCycle, Simulate
from asreview.models.models import get_ai_config

sets = json.load(open(sys.argv[1]))
orders = []
for texts, labels, priors in sets:
    frame = pd.DataFrame(texts, columns=["title", "abstract"])
    data = get_ai_config("elas_u4")["value"]
    for known in priors:
        began = time.perf_counter()
        data.n_query = 10
        simulation = Simulate(frame, labels, [ActiveLearningCycle.from_meta(data)], print_progress=False)
        simulation.label(known)
        simulation.review()
        found = simulation._results["label"].tolist()[len(known):]
        orders.append([[bool(one) for one in found], time.perf_counter() - began])
json.dump(orders, open(sys.argv[2], "w"))
"""


def read(path: Path) -> tuple[list[tuple[str, str]], list[bool]]:
    csv.field_size_limit(10**9)
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    name = next((one for one in ("label_included", "included") if rows and one in rows[0]), None)
    if name is None:
        raise SystemExit(f"{path}: no column label_included")
    return [(row["title"], row["abstract"]) for row in rows], [
        row[name] in {"1", "1.0", "True"} for row in rows
    ]


def prior(labels: Sequence[bool], seed: int) -> list[int]:
    chance = random.Random(seed)
    pick = [[n for n, one in enumerate(labels) if one is kind] for kind in (True, False)]
    return [chance.choice(kind) for kind in pick]


def simulate(corpus: Corpus, labels: Sequence[bool], known: Sequence[int]) -> Order:
    """The labels in the order in which they were screened, until the last relevant record was found."""
    decided = {n: labels[n] for n in known}
    left = sum(labels) - sum(decided.values())
    screened: Order = []
    while left:
        scores = rank(corpus, decided).scores.copy()
        scores[list(decided)] = -np.inf
        for one in np.argsort(-scores, kind="stable")[:BATCH].tolist():
            if one in decided:
                continue
            decided[one] = labels[one]
            screened.append(labels[one])
            left -= labels[one]
    return screened


def measure(screened: Order, records: int) -> dict[str, float]:
    """Of `records` records without the priors; what was not screened is irrelevant."""
    places = [n for n, one in enumerate(screened, 1) if one]
    relevant = len(places)
    worst = relevant * (records - relevant)
    best = relevant * (records - (relevant - 1) / 2)
    at_target = places[math.ceil(TARGET * relevant) - 1]
    return {
        "wss95": 100 * (TARGET - at_target / records),
        "rrf10": 100 * sum(n <= 0.1 * records for n in places) / relevant,
        "atd": 100 * fmean(places) / records,
        "loss": 100 * (best - sum(records - n + 1 for n in places)) / worst,
    }


def mean(runs: Sequence[dict[str, float]]) -> dict[str, float]:
    return {key: round(fmean(run[key] for run in runs), 2) for key in KEYS}


def by_set(names: Sequence[str], runs: Sequence[Sequence[dict[str, float]]]) -> dict[str, Any]:
    figures: dict[str, Any] = {name: mean(one) for name, one in zip(names, runs, strict=True)}
    return figures | {"over_all": mean([mean(one) for one in runs])}


def ours(sets: Sequence[Any], seeds: int) -> list[list[dict[str, float]]]:
    found = []
    for texts, labels in sets:
        began = time.perf_counter()
        corpus = Corpus.of([f"{title} {abstract}" for title, abstract in texts])
        fitting = time.perf_counter() - began
        runs = []
        for seed in range(seeds):
            began = time.perf_counter()
            screened = simulate(corpus, labels, prior(labels, seed))
            spent = time.perf_counter() - began + fitting / seeds
            runs.append(measure(screened, len(labels) - 2) | {"seconds": spent})
        found.append(runs)
    return found


def peers(sets: Sequence[Any], seeds: int) -> list[list[dict[str, float]]]:
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        venv.create(place / "env", with_pip=True)
        python = place / "env" / "bin" / "python"
        subprocess.run([python, "-m", "pip", "install", "--quiet", PEER], check=True)
        given = [(texts, labels, [prior(labels, seed) for seed in range(seeds)]) for texts, labels in sets]
        (place / "sets.json").write_text(json.dumps(given))
        subprocess.run(
            [python, "-P", "-c", PEER_SCRIPT, place / "sets.json", place / "orders.json"], check=True
        )
        orders = iter(json.loads((place / "orders.json").read_text()))
    found = []
    for _texts, labels in sets:
        part = [next(orders) for _ in range(seeds)]
        found.append([measure(order, len(labels) - 2) | {"seconds": spent} for order, spent in part])
    return found


def scale(sets: Sequence[Any], records: int) -> dict[str, float]:
    """Time of the first fit and of a refit with 2,000 decided records and 10 new ones."""
    chance = random.Random(1)
    words = [f"{title} {abstract}".split() for texts, _ in sets for title, abstract in texts]
    made = [
        " ".join(chance.sample(one, len(one)) + chance.choice(words)[:40])
        for one in (chance.choice(words) for _ in range(records))
    ]
    began = time.perf_counter()
    corpus = Corpus.of(made)
    first = time.perf_counter() - began
    known = {n: n % 20 == 0 for n in range(2000)}
    rank(corpus, known)
    known |= {n: n % 20 == 0 for n in range(2000, 2010)}
    began = time.perf_counter()
    rank(corpus, known)
    return {
        "records": records,
        "first_fit_s": round(first, 1),
        "refit_s": round(time.perf_counter() - began, 2),
    }


def main() -> None:
    parser = argparse.ArgumentParser(prog="bin/bench ranking")
    parser.add_argument("files", nargs="+", type=Path)
    parser.add_argument("--peer", action="store_true")
    parser.add_argument("--seeds", type=int, default=15)
    parser.add_argument("--scale", type=int, default=0)
    given = parser.parse_args()
    names, sets = [file.stem for file in given.files], [read(file) for file in given.files]
    figures = by_set(names, ours(sets, given.seeds))
    if given.peer:
        figures["peer"] = by_set(names, peers(sets, given.seeds))
    if given.scale:
        figures["scale"] = scale(sets, given.scale)
    figures["machine"] = f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}"
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
