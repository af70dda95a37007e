"""De-duplication: records in, groups with evidence out. Pure: no database, no framework.

`group` takes a whole set, `match_new` a batch beside what is there, `compare` two records. How the verdicts come
about and how well they do: `docs/dedupe.md`.
"""

from studies.dedupe.blocking import Index, blocking_keys
from studies.dedupe.candidates import Candidate, Grouping, Pair, Verdict
from studies.dedupe.grouping import group
from studies.dedupe.identifiers import (
    normalise_accession,
    normalise_doi,
    normalise_nct,
    normalise_pmcid,
    normalise_pmid,
)
from studies.dedupe.matching import match_new
from studies.dedupe.places import normalise_journal, normalise_pages, normalise_volume
from studies.dedupe.titles import normalise_title
from studies.dedupe.verdicts import compare

__all__ = [
    "Candidate",
    "Grouping",
    "Index",
    "Pair",
    "Verdict",
    "blocking_keys",
    "compare",
    "group",
    "match_new",
    "normalise_accession",
    "normalise_doi",
    "normalise_journal",
    "normalise_nct",
    "normalise_pages",
    "normalise_pmcid",
    "normalise_pmid",
    "normalise_title",
    "normalise_volume",
]
