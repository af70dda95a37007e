from studies.services.full_texts import add_full_text
from studies.services.importing import (
    KnownFile,
    add_search,
    correct_search,
    match_columns,
    read_batch,
    run_again,
    source_of,
    start_import,
)
from studies.services.linking import (
    correct_report,
    correct_study,
    enrich,
    found_study,
    link_report,
    refresh,
    report_from,
    study_of,
    time_point,
    unlink_record,
)
from studies.services.matching import link_batch, link_later
from studies.services.mending import mend, set_aside, take_up
from studies.services.moving import match_person

__all__ = [
    "KnownFile",
    "add_full_text",
    "add_search",
    "correct_report",
    "correct_search",
    "correct_study",
    "enrich",
    "found_study",
    "link_batch",
    "link_later",
    "link_report",
    "match_columns",
    "match_person",
    "mend",
    "read_batch",
    "refresh",
    "report_from",
    "run_again",
    "set_aside",
    "source_of",
    "start_import",
    "study_of",
    "take_up",
    "time_point",
    "unlink_record",
]
