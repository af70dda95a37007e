"""Small instruments for the tests: a base document and ways to change it."""

import copy
from typing import Any

Document = dict[str, Any]


def yes_no_question(name: str, **more: Any) -> Document:
    return {"id": name, "label": f"Question {name}", "answers": "yn", **more}


def rule(name: str, when: Document, then: str) -> Document:
    return {"id": name, "when": when, "then": then}


def is_(question: str, *codes: str) -> Document:
    return {"q": question, "in": list(codes)}


def document() -> Document:
    """One domain of two questions, the second reached by No to the first."""
    return copy.deepcopy(
        {
            "schema_version": "1.0",
            "id": "mine",
            "title": "A checklist of our own",
            "version": "1",
            "status": "user",
            "unit": "study",
            "licence": {"published_tool": "none", "text_reproduced": False},
            "verification": {"level": "derived"},
            "answers": {
                "Y": {"label": "Yes"},
                "N": {"label": "No"},
                "U": {"label": "Unclear"},
                "NA": {"label": "-"},
            },
            "answer_sets": {"yn": ["Y", "N"], "ynu": ["Y", "N", "U"]},
            "groups": {"unsure": ["N", "U"]},
            "scales": {
                "two": {
                    "levels": [
                        {"code": "low", "label": "Low", "rank": 0},
                        {"code": "middle", "label": "Middle", "rank": 1},
                        {"code": "high", "label": "High", "rank": 2},
                    ]
                }
            },
            "domains": [
                {
                    "id": "D1",
                    "label": "First domain",
                    "questions": [
                        yes_no_question("1.1"),
                        yes_no_question("1.2", answers="ynu", reached_when=is_("1.1", "N")),
                    ],
                    "judgement": {
                        "scale": "two",
                        "method": "table",
                        "rules": [
                            rule("R1", is_("1.1", "Y"), "low"),
                            rule("R2", is_("1.2", "Y"), "middle"),
                            rule("R3", is_("1.2", "N", "U"), "high"),
                        ],
                    },
                }
            ],
            "overall": {
                "scale": "two",
                "method": "table",
                "rules": [
                    rule("O1", {"domain": "D1", "in": ["high"]}, "high"),
                    rule("O2", {"domain": "D1", "in": ["low", "middle"]}, "low"),
                ],
            },
        }
    )
