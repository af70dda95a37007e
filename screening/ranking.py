"""Order records by how likely they are relevant, from what was decided so far. Pure: it never decides anything.

Three voters, each a score for every record, standardised and added: a linear support vector machine on words and pairs
of words (TF-IDF; the setting of ASReview's ELAS u4, ASReview LAB 2025); the same machine on the latent space (Deerwester
et al. 1990) of letter sequences, which sees through spelling and endings; and how near a record is to the relevant ones
already found. docs/ranking.md says what that gains, and what did not help.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

# Scikit-learn is loaded where it is used: a web server never trains, and starts in half the time without it.
if TYPE_CHECKING:
    from scipy import sparse
    from sklearn.feature_extraction.text import TfidfVectorizer

Scores = NDArray[np.float32]

COST = 0.11
# How much all relevant records together weigh against all others in training.
RATIO = 9.8
LATENT = 200
NEAREST = 3
WORDS, SPACE, NEARNESS = 1.5, 1.0, 0.8
# Once under a tenth of the last 50 were relevant, what is still to be found is unlike what was: nearness counts for less.
LATELY, FEW, NEARNESS_THEN = 50, 0.1, 0.3
# With more relevant records than these known, something is near to each record, and nearness says less.
MANY = 20
# The space of letter sequences is learnt from a sample of so many records. Of more records than the second number,
# reading their letters would take too long at every start: the space is then that of their words.
SAMPLE, LETTERS_UP_TO = 20_000, 60_000
# Of more records than this, words that only one of them has cost more memory than they tell.
RARE_UP_TO = 30_000


@dataclass
class Corpus:
    """What the records say, as numbers: made once from `texts` (title and abstract of one record each), kept for every
    refit. `words` is records x terms, sparse; `space` is records x up to 200, dense; rows have length 1."""

    words: sparse.csr_matrix
    single: sparse.csr_matrix
    space: Scores
    terms: NDArray[Any]
    reader: TfidfVectorizer = field(repr=False)
    _near: Scores = field(repr=False)
    _seen: set[int] = field(default_factory=set)

    @classmethod
    def of(cls, texts: Sequence[str]) -> Corpus:
        """Raises ValueError for fewer than two records, or when no record has a word."""
        if len(texts) < 2:
            raise ValueError("an order needs two records")
        common = 1 if len(texts) <= RARE_UP_TO else 2
        pairs = vectorizer(ngram_range=(1, 2), min_df=common)
        words = pairs.fit_transform(texts).tocsr()
        single, reader = vectorizer(min_df=2), pairs
        alone = fitted(single, texts)
        if alone is None:
            alone = words
        else:
            reader = single
        space = letters(texts) if len(texts) <= LETTERS_UP_TO else latent(alone)
        near = np.zeros((len(texts), NEAREST), dtype=np.float32)
        return cls(
            words,
            alone,
            latent(alone) if space is None else space,
            pairs.get_feature_names_out(),
            reader,
            near,
        )

    def __len__(self) -> int:
        return int(self.words.shape[0])

    def likeness(self, text: str) -> Scores:
        """How like each record is to a text that is none of them: their cosine."""
        return np.asarray((self.single @ self.reader.transform([text]).T).todense(), dtype=np.float32)[:, 0]

    def words_of(self, text: str) -> list[str]:
        """The words of a text that records have as well, the rarest among the records first."""
        row = self.reader.transform([text]).tocsr()
        names = self.reader.get_feature_names_out()
        rarest = np.argsort(-self.reader.idf_[row.indices], kind="stable")
        return [str(names[row.indices[n]]) for n in rarest if telling(names[row.indices[n]])]

    def nearness(self, relevant: Sequence[int]) -> Scores:
        """The mean cosine of each record to the relevant ones nearest to it. Only relevant records that are new since
        the last call are compared; a record does not count as near to itself."""
        known = set(relevant)
        if not self._seen <= known:
            # One was taken back: nothing cached can be trusted.
            self._seen, self._near = set(), np.zeros_like(self._near)
        fresh = sorted(known - self._seen)
        for start in range(0, len(fresh), 64):
            part = fresh[start : start + 64]
            cosines = np.asarray((self.single @ self.single[part].T).todense(), dtype=np.float32)
            cosines[part, range(len(part))] = 0
            both = np.concatenate([self._near, cosines], axis=1)
            self._near = -np.partition(-both, NEAREST - 1, axis=1)[:, :NEAREST]
        self._seen = known
        return np.asarray(self._near.mean(axis=1), dtype=np.float32)


def vectorizer(**given: Any) -> TfidfVectorizer:
    from sklearn.feature_extraction.text import TfidfVectorizer

    return TfidfVectorizer(sublinear_tf=True, max_df=0.95, dtype=np.float32, **given)


def fitted(reader: TfidfVectorizer, texts: Sequence[str]) -> sparse.csr_matrix | None:
    """The reader's matrix; None where every term is too rare or too common to be kept."""
    try:
        return reader.fit_transform(texts).tocsr()
    except ValueError:
        return None


def letters(texts: Sequence[str]) -> Scores | None:
    """The latent space of letter sequences; None where no sequence is common enough."""
    from sklearn.decomposition import TruncatedSVD
    from sklearn.preprocessing import normalize

    reader = vectorizer(analyzer="char_wb", ngram_range=(3, 5), min_df=3)
    if len(texts) <= SAMPLE:
        matrix = fitted(reader, texts)
        return None if matrix is None else latent(matrix)
    chosen = np.sort(np.random.default_rng(0).choice(len(texts), SAMPLE, replace=False))
    matrix = fitted(reader, [texts[n] for n in chosen])
    if matrix is None:
        return None
    reduced = TruncatedSVD(min(LATENT, min(matrix.shape) - 1), random_state=0, n_iter=4).fit(matrix)
    parts = (texts[start : start + SAMPLE] for start in range(0, len(texts), SAMPLE))
    return np.concatenate(
        [normalize(reduced.transform(reader.transform(part))).astype(np.float32) for part in parts]
    )


def latent(matrix: sparse.csr_matrix) -> Scores:
    """The first singular vectors, records x min(200, what there is), each row of length 1."""
    from sklearn.decomposition import TruncatedSVD
    from sklearn.preprocessing import normalize

    size = min(LATENT, min(matrix.shape) - 1)
    if size < 1:
        return np.asarray(matrix.todense(), dtype=np.float32)
    space = TruncatedSVD(size, random_state=0, n_iter=4).fit_transform(matrix)
    return np.asarray(normalize(space), dtype=np.float32)


def standard(scores: Scores) -> Scores:
    spread = float(scores.std())
    return np.asarray((scores - scores.mean()) / spread if spread > 0 else np.zeros_like(scores), np.float32)


def weights(labels: NDArray[np.bool_]) -> NDArray[np.float64]:
    """One weight per known record: all relevant ones together weigh RATIO times what the others do; the mean is 1."""
    found = np.where(labels, 1.0, labels.sum() / (RATIO * (~labels).sum()))
    return np.asarray(found * (len(labels) / found.sum()), dtype=np.float64)


@dataclass(frozen=True)
class Order:
    """A score for every record (higher is sooner), and the weight of each term, of which reasons are made."""

    scores: Scores
    coefficients: NDArray[np.float64]


def rank(corpus: Corpus, known: Mapping[int, bool]) -> Order:
    """`known` maps positions of decided records to whether they are relevant, the first decided first. Raises ValueError
    unless at least one relevant and one irrelevant record are known."""
    from sklearn.svm import LinearSVC

    index = np.fromiter(known, dtype=np.int64)
    labels = np.fromiter(known.values(), dtype=np.bool_)
    if labels.all() or not labels.any():
        raise ValueError("an order needs one relevant and one irrelevant record")
    weight = weights(labels)

    def vote(features: Any) -> tuple[Scores, NDArray[np.float64]]:
        machine = LinearSVC(C=COST, loss="squared_hinge", random_state=0)
        machine.fit(features[index], labels, sample_weight=weight)
        return standard(machine.decision_function(features)), machine.coef_[0]

    by_words, coefficients = vote(corpus.words)
    by_space, _ = vote(corpus.space)
    near = standard(corpus.nearness([int(one) for one in index[labels]]))
    return Order(WORDS * by_words + SPACE * by_space + nearness_of(labels) * near, coefficients)


def nearness_of(labels: NDArray[np.bool_]) -> float:
    """How much nearness counts after decisions of which the latest stand last."""
    late = len(labels) >= LATELY + 10 and labels[-LATELY:].mean() < FEW
    share = float(np.sqrt(min(1.0, MANY / max(1, int(labels.sum())))))
    return share * (NEARNESS_THEN if late else NEARNESS)


def first_order(corpus: Corpus, relevant: Sequence[int], text: str) -> Scores:
    """An order before both kinds of records are known: by how near each is to the text of the review's question and to
    the relevant records that are known."""
    near = standard(corpus.nearness(relevant)) if relevant else 0
    return standard(corpus.likeness(text)) + near


def top_terms(corpus: Corpus, order: Order, *, most: int = 200) -> list[str]:
    """The terms that raise a record most, the strongest first; none of them with a number or a word that says nothing."""
    weights = order.coefficients
    # Millions of pairs of words: only the first few are sorted.
    many = min(4 * most, len(weights) - 1)
    best = np.argpartition(-weights, many)[: many + 1]
    best = best[np.argsort(-weights[best], kind="stable")]
    return [str(corpus.terms[n]) for n in best if weights[n] > 0 and telling(corpus.terms[n])][:most]


def telling(term: str) -> bool:
    from sklearn.feature_extraction.text import ENGLISH_STOP_WORDS

    return not any(word.isdecimal() or word in ENGLISH_STOP_WORDS for word in term.split())


def found_in(text: str, terms: Sequence[str], *, most: int = 5) -> list[str]:
    """Which of the terms stand in a text, in their order, as the model reads words: lower case, two letters or more."""
    words = re.findall(r"\b\w\w+\b", text.lower())
    said = set(words) | {f"{one} {other}" for one, other in pairwise(words)}
    return [term for term in terms if term in said][:most]
