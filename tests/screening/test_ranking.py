"""The order of records: what is like the relevant ones comes first, and it says why."""

import numpy as np
import pytest

from screening import ranking
from screening.ranking import Corpus, rank

SLEEP = [
    "sleep improves memory consolidation",
    "naps and memory after sleep loss",
    "slow wave sleep and recall of words",
]
OTHER = [
    "soil bacteria in vineyards",
    "steel bridges under load",
    "vineyard soils and yield",
    "loads on steel beams",
]


@pytest.fixture
def corpus():
    return Corpus.of([*SLEEP, *OTHER])


def test_records_like_the_relevant_one_come_first(corpus):
    order = rank(corpus, {0: True, 4: False})
    first = [int(n) for n in np.argsort(-order.scores) if n not in {0, 4}]
    assert set(first[:2]) == {1, 2}


def test_what_raises_a_record_is_words_of_the_relevant_ones(corpus):
    terms = ranking.top_terms(corpus, rank(corpus, {0: True, 4: False}))
    assert "sleep" in terms
    assert "steel" not in terms
    assert all(ranking.telling(term) for term in terms)
    assert not any(ranking.telling(term) for term in ("and memory", "12 weeks", "of"))
    assert ranking.found_in(SLEEP[1], ["sleep", "soil", "and memory"]) == ["sleep", "and memory"]


def test_before_anything_is_known_the_question_gives_an_order(corpus):
    scores = ranking.first_order(corpus, [], "Does sleep help memory?")
    assert set(np.argsort(-scores)[:3].tolist()) == {0, 1, 2}
    assert corpus.words_of("Does sleep help memory?") == ["memory", "sleep"]
    near = ranking.first_order(corpus, [4], "Does sleep help memory?")
    assert near[6] > scores[6]


def test_an_order_needs_both_kinds(corpus):
    for known in ({}, {0: True}, {0: False, 1: False}):
        with pytest.raises(ValueError, match="one relevant and one irrelevant"):
            rank(corpus, known)


def test_a_corpus_needs_two_records():
    with pytest.raises(ValueError, match="two records"):
        Corpus.of(["alone"])


def test_records_without_words_are_ranked_too():
    corpus = Corpus.of([*SLEEP, "", *OTHER, "..."])
    assert np.isfinite(rank(corpus, {0: True, 4: False}).scores).all()


def test_the_same_decisions_give_the_same_order(corpus):
    one, other = rank(corpus, {0: True, 4: False}), rank(Corpus.of([*SLEEP, *OTHER]), {0: True, 4: False})
    assert np.allclose(one.scores, other.scores, atol=1e-4)


def test_nearness_that_was_cached_equals_nearness_computed_anew(corpus):
    corpus.nearness([0])
    grown = corpus.nearness([0, 2])
    assert np.allclose(grown, Corpus.of([*SLEEP, *OTHER]).nearness([0, 2]), atol=1e-6)
    assert np.allclose(corpus.nearness([2]), Corpus.of([*SLEEP, *OTHER]).nearness([2]), atol=1e-6)


def test_nearness_counts_for_less_once_little_is_found():
    few = np.array([True] * 10 + [False] * 50)
    assert ranking.nearness_of(few) < ranking.nearness_of(few[::-1])
    assert ranking.nearness_of(few[:59]) == ranking.nearness_of(few[::-1])
    assert ranking.nearness_of(np.array([True] * 80 + [False])) == pytest.approx(ranking.NEARNESS / 2)


def test_the_space_of_letters_may_be_learnt_from_a_part(monkeypatch):
    texts = [f"{one} of group {n}" for n in range(12) for one in (*SLEEP, *OTHER)]
    whole = ranking.letters(texts)
    monkeypatch.setattr(ranking, "SAMPLE", 40)
    part = ranking.letters(texts)
    assert part.shape[0] == whole.shape[0]
    assert np.allclose(np.linalg.norm(part, axis=1), 1, atol=1e-4)
    monkeypatch.setattr(ranking, "LETTERS_UP_TO", 10)
    scores = rank(Corpus.of(texts), {0: True, 4: False}).scores
    assert scores[7] > scores[11]


def test_relevant_records_together_weigh_more_than_all_others():
    weight = ranking.weights(np.array([True, False, False, False]))
    assert weight.mean() == pytest.approx(1)
    assert weight[0] == pytest.approx(ranking.RATIO * weight[1:].sum())
