from screening.services.bulk import bulk_decide, carry_out, undo_bulk
from screening.services.calibrating import end_calibration, start_calibration
from screening.services.judging import (
    add_note,
    judge,
    publish_protocol,
    refuse_unless_screening,
    remove_note,
    resolve_conflict,
    set_retrieval,
    verdicts_of,
)
from screening.services.labelling import (
    add_label,
    set_own_terms,
    set_reading,
    toggle_discuss,
    toggle_label,
)
from screening.services.reasons import set_reasons, several_reasons
from screening.services.setting_up import (
    preview_masking,
    preview_mode,
    preview_workload,
    set_masking,
    set_mode,
    set_workload,
)

__all__ = [
    "add_label",
    "add_note",
    "bulk_decide",
    "carry_out",
    "end_calibration",
    "judge",
    "preview_masking",
    "preview_mode",
    "preview_workload",
    "publish_protocol",
    "refuse_unless_screening",
    "remove_note",
    "resolve_conflict",
    "set_masking",
    "set_mode",
    "set_own_terms",
    "set_reading",
    "set_reasons",
    "set_retrieval",
    "set_workload",
    "several_reasons",
    "start_calibration",
    "toggle_discuss",
    "toggle_label",
    "undo_bulk",
    "verdicts_of",
]
