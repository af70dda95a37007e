"""Simulated reviews: how soon the ranking finds what is relevant, against a random prior of one and one.

    bin/bench ranking CSV... [--peer] [--seeds 15] [--jobs PROCESSES] [--scale RECORDS]

Each CSV has title, abstract and label_included (or included). For each of 15 seeds one relevant and one irrelevant
record are known; the ranking is retrained every 10 records, until the last relevant one is found. Prints one JSON
object, in per cent and as means over the seeds: wss95 (work saved at 95 % recall), rrf10 (relevant found in the first
10 %), atd (average time to discovery), loss (that of ASReview) and seconds (of one simulation with its first fit), for
each set and `over_all`. Known records count nowhere. `--peer` runs ASReview's ELAS u4 from an environment of its own,
with the same priors and cadence. `--scale` measures a refit on so many records, made of words of the sets.
"""

import argparse
import csv
import json
import math
import os
import platform
import random
import resource
import subprocess
import tempfile
import time
import venv
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from statistics import fmean
from typing import Any

import numpy as np
from threadpoolctl import threadpool_limits

from screening.ranking import Corpus, rank, top_terms

BATCH, TARGET = 10, 0.95
PEER = "asreview==3.0.8"
KEYS = ("wss95", "rrf10", "atd", "loss", "seconds")
Order = list[bool]

PEER_SCRIPT = """
import json, sys, time
from concurrent.futures import ProcessPoolExecutor
import numpy as np
import pandas as pd
from asreview import ActiveLearningCycle, Simulate
from asreview.models.models import get_ai_config

def simulated(given):
    texts, labels, known = given
    np.random.seed(0)  # liblinear draws from it: the same order at every run
    frame = pd.DataFrame(texts, columns=["title", "abstract"])
    data = get_ai_config("elas_u4")["value"]
    data.n_query = 10
    began = time.perf_counter()
    simulation = Simulate(frame, labels, [ActiveLearningCycle.from_meta(data)], print_progress=False)
    simulation.label(known)
    simulation.review()
    found = simulation._results["label"].tolist()[len(known):]
    return [bool(one) for one in found], time.perf_counter() - began

runs = [(texts, labels, known) for texts, labels, priors in json.load(open(sys.argv[1])) for known in priors]
with ProcessPoolExecutor(int(sys.argv[3])) as pool:
    json.dump(list(pool.map(simulated, runs)), open(sys.argv[2], "w"))
"""


def read(path: Path) -> tuple[list[tuple[str, str]], list[bool]]:
    csv.field_size_limit(10**9)
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    name = next((one for one in ("label_included", "included") if rows and one in rows[0]), None)
    if name is None:
        raise SystemExit(f"{path}: no column label_included")
    labels = [(row[name] or "").strip().lower() in {"1", "1.0", "true", "yes"} for row in rows]
    if sum(labels) < 2 or all(labels):
        raise SystemExit(f"{path}: a simulation needs two relevant records and an irrelevant one")
    return [(row.get("title") or "", row.get("abstract") or "") for row in rows], labels


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


def simulated(given: tuple[list[tuple[str, str]], list[bool], list[int]]) -> tuple[Order, float]:
    """An order, and the seconds it took with reading the texts. One processor, as the peer's."""
    texts, labels, known = given
    with threadpool_limits(1):
        began = time.perf_counter()
        corpus, fitting = fitted_once(tuple(f"{title} {abstract}" for title, abstract in texts))
        screened = simulate(corpus, labels, known)
        return screened, time.perf_counter() - began + fitting


_latest: dict[tuple[str, ...], tuple[Corpus, float]] = {}


def fitted_once(texts: tuple[str, ...]) -> tuple[Corpus, float]:
    """The corpus, and the seconds of fitting it that this run was spared because the one before did so."""
    if texts in _latest:
        return _latest[texts]
    _latest.clear()
    began = time.perf_counter()
    corpus = Corpus.of(texts)
    _latest[texts] = corpus, time.perf_counter() - began
    return corpus, 0.0


def ours(runs: Sequence[Any], jobs: int) -> list[tuple[Order, float]]:
    with ProcessPoolExecutor(jobs) as pool:
        return list(pool.map(simulated, runs))


def peers(sets: Sequence[Any], seeds: int, jobs: int) -> list[tuple[Order, float]]:
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        venv.create(place / "env", with_pip=True)
        python = place / "env" / "bin" / "python"
        subprocess.run([python, "-m", "pip", "install", "--quiet", PEER], check=True)
        given = [(texts, labels, [prior(labels, seed) for seed in range(seeds)]) for texts, labels in sets]
        (place / "sets.json").write_text(json.dumps(given))
        subprocess.run(
            [python, "-P", "-c", PEER_SCRIPT, place / "sets.json", place / "orders.json", str(jobs)],
            cwd=place,  # it leaves a cache behind where it runs
            env=os.environ | {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"},
            check=True,
        )
        return [(order, spent) for order, spent in json.loads((place / "orders.json").read_text())]


def measured(
    sets: Sequence[Any], seeds: int, runs: Sequence[tuple[Order, float]]
) -> list[list[dict[str, float]]]:
    left = iter(runs)
    return [
        [
            measure(order, len(labels) - 2) | {"seconds": spent}
            for order, spent in (next(left) for _ in range(seeds))
        ]
        for _texts, labels in sets
    ]


def scale(sets: Sequence[Any], records: int) -> dict[str, float]:
    """Time of the first fit and of a refit with 2,000 decided records and 10 new ones, on one processor; memory."""
    chance = random.Random(1)
    words = [f"{title} {abstract}".split() for texts, _ in sets for title, abstract in texts]
    made = [
        " ".join(chance.sample(one, len(one)) + chance.choice(words)[:40])
        for one in (chance.choice(words) for _ in range(records))
    ]
    with threadpool_limits(1):
        began, spent = time.perf_counter(), time.process_time()
        corpus = Corpus.of(made)
        first, first_cpu = time.perf_counter() - began, time.process_time() - spent
        known = {n: n % 20 == 0 for n in range(2000)}
        rank(corpus, known)
        known |= {n: n % 20 == 0 for n in range(2000, 2010)}
        began, spent = time.perf_counter(), time.process_time()
        top_terms(corpus, rank(corpus, known))
    return {
        "records": records,
        "first_fit_s": round(first, 1),
        "first_fit_cpu_s": round(first_cpu, 1),
        "refit_s": round(time.perf_counter() - began, 2),
        "refit_cpu_s": round(time.process_time() - spent, 2),
        "peak_memory_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
    }


def names_of(files: Sequence[Path]) -> list[str]:
    """Each file's name, with its folder where two are named alike."""
    stems = [file.stem for file in files]
    return [f"{file.parent.name}/{file.stem}" if stems.count(file.stem) > 1 else file.stem for file in files]


def main() -> None:
    parser = argparse.ArgumentParser(prog="bin/bench ranking")
    parser.add_argument("files", nargs="+", type=Path)
    parser.add_argument("--peer", action="store_true")
    parser.add_argument("--seeds", type=int, default=15)
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--scale", type=int, default=0)
    given = parser.parse_args()
    names, sets = names_of(given.files), [read(file) for file in given.files]
    runs = [(texts, labels, prior(labels, seed)) for texts, labels in sets for seed in range(given.seeds)]
    figures = by_set(names, measured(sets, given.seeds, ours(runs, given.jobs)))
    if given.peer:
        found = peers(sets, given.seeds, given.jobs)
        figures["peer"] = by_set(names, measured(sets, given.seeds, found))
    if given.scale:
        figures["scale"] = scale(sets, given.scale)
    figures["machine"] = f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}"
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
