from consensus.anchors import Place, reports_of
from extraction.services.agreeing import (
    begin_consensus,
    match_entities,
    peers_of,
    take,
    take_arm,
    take_result,
)
from extraction.services.entities import (
    add_arm,
    add_result,
    change_arm,
    change_result,
    remove_arm,
    remove_result,
)
from extraction.services.entries import Entry, save_value, set_anchor
from extraction.services.forms import (
    as_data,
    discard_draft_form,
    preview_form,
    publish_draft_form,
    publish_form,
    save_draft_form,
)
from extraction.services.lacking import Lack, lacking
from extraction.services.whole import timed

__all__ = [
    "Entry",
    "Lack",
    "Place",
    "add_arm",
    "add_result",
    "as_data",
    "begin_consensus",
    "change_arm",
    "change_result",
    "discard_draft_form",
    "lacking",
    "match_entities",
    "peers_of",
    "preview_form",
    "publish_draft_form",
    "publish_form",
    "remove_arm",
    "remove_result",
    "reports_of",
    "save_draft_form",
    "save_value",
    "set_anchor",
    "take",
    "take_arm",
    "take_result",
    "timed",
]
