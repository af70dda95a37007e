"""Order records by how likely they are relevant, from what was decided so far. Pure: it never decides anything.

Three voters, each a score for every record, standardised and added: a linear support vector machine on words and pairs
of words (TF-IDF; the setting of ASReview's ELAS u4, ASReview LAB 2025), the same machine on the latent space of the
words (Deerwester et al. 1990), and on that of letter sequences, which sees through spelling and endings; and how near
a record is to the relevant ones already found.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from sklearn.decomposition import TruncatedSVD
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.preprocessing import normalize
from sklearn.svm import LinearSVC

Scores = NDArray[np.float32]

COST = 0.11
# How much all relevant records together weigh against all others in training.
RATIO = 9.8
LATENT = 200
NEAREST = 3
WORDS, MEANING, LETTERS, NEARNESS = 0.7, 1.0, 1.0, 1.0
# Letter sequences of more records than this would take minutes at every start, for little.
LETTERS_UP_TO = 30_000


@dataclass
class Corpus:
    """What the records say, as numbers: made once from `texts` (title and abstract of one record each), kept for every
    refit. `words` is records x terms, sparse; `spaces` are records x up to 200, dense; rows have length 1."""

    words: sparse.csr_matrix
    single: sparse.csr_matrix
    spaces: list[Scores]
    terms: NDArray[Any]
    _near: Scores = field(repr=False)
    _seen: set[int] = field(default_factory=set)

    @classmethod
    def of(cls, texts: Sequence[str]) -> "Corpus":
        """Raises ValueError for fewer than two records, or when no record has a word."""
        if len(texts) < 2:
            raise ValueError("an order needs two records")
        pairs = TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True, max_df=0.95, dtype=np.float32)
        words = pairs.fit_transform(texts).tocsr()
        single = TfidfVectorizer(sublinear_tf=True, max_df=0.95, min_df=2, dtype=np.float32)
        alone = fitted(single, texts, words)
        spaces = [latent(alone)]
        if len(texts) <= LETTERS_UP_TO:
            letters = TfidfVectorizer(
                analyzer="char_wb",
                ngram_range=(3, 5),
                sublinear_tf=True,
                min_df=3,
                max_df=0.95,
                dtype=np.float32,
            )
            spaces.append(latent(fitted(letters, texts, words)))
        near = np.zeros((len(texts), NEAREST), dtype=np.float32)
        return cls(words, alone, spaces, pairs.get_feature_names_out(), near)

    def __len__(self) -> int:
        return int(self.words.shape[0])

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


def fitted(
    vectorizer: TfidfVectorizer, texts: Sequence[str], otherwise: sparse.csr_matrix
) -> sparse.csr_matrix:
    """The vectorizer's matrix, or another where every term is too rare or too common to be kept."""
    try:
        return vectorizer.fit_transform(texts).tocsr()
    except ValueError:
        return otherwise


def latent(matrix: sparse.csr_matrix) -> Scores:
    """The first singular vectors, records x min(200, what there is), each row of length 1."""
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
    """`known` maps positions of decided records to whether they are relevant. Raises ValueError unless at least one
    relevant and one irrelevant record are known."""
    index = np.fromiter(known, dtype=np.int64)
    labels = np.fromiter(known.values(), dtype=np.bool_)
    if labels.all() or not labels.any():
        raise ValueError("an order needs one relevant and one irrelevant record")
    weight = weights(labels)

    def vote(features: Any) -> tuple[Scores, NDArray[np.float64]]:
        machine = LinearSVC(C=COST, loss="squared_hinge", random_state=0)
        machine.fit(features[index], labels, sample_weight=weight)
        return standard(machine.decision_function(features)), machine.coef_[0]

    total, coefficients = vote(corpus.words)
    total = WORDS * total
    for share, space in zip((MEANING, LETTERS), corpus.spaces, strict=False):
        total = total + share * vote(space)[0]
    near = standard(corpus.nearness([int(one) for one in index[labels]]))
    return Order(total + NEARNESS * near, coefficients)


def reasons(corpus: Corpus, order: Order, record: int, *, most: int = 5) -> list[str]:
    """The terms of the record that raise it most, the strongest first."""
    row = corpus.words[record]
    gain = row.data * order.coefficients[row.indices]
    best = np.argsort(-gain)[:most]
    return [str(corpus.terms[row.indices[n]]) for n in best if gain[n] > 0]


def top_terms(corpus: Corpus, order: Order, *, most: int = 200) -> list[str]:
    """The terms that raise a record most, the strongest first."""
    best = np.argsort(-order.coefficients)[:most]
    return [str(corpus.terms[n]) for n in best if order.coefficients[n] > 0]


def found_in(text: str, terms: Sequence[str], *, most: int = 5) -> list[str]:
    """Which of the terms stand in a text, in their order, as the model reads words: lower case, two letters or more."""
    words = re.findall(r"\b\w\w+\b", text.lower())
    said = set(words) | {f"{one} {other}" for one, other in pairwise(words)}
    return [term for term in terms if term in said][:most]
