"""What the documents point at is there: files, pictures, commands."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
DOCUMENTS = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
LINK = re.compile(r"\]\(([^)#\s]+)(?:#[^)]*)?\)")


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_link_of_a_document_leads_to_a_file(document: Path) -> None:
    here = [link for link in LINK.findall(document.read_text()) if "://" not in link]
    assert [link for link in here if not (document.parent / link).exists()] == []


def test_every_command_that_the_documents_name_exists() -> None:
    text = "\n".join(document.read_text() for document in DOCUMENTS)
    benches = set(re.findall(r"bin/bench ([a-z_]+)", text))
    assert benches
    assert [name for name in sorted(benches) if not (ROOT / "benchmarks" / f"{name}.py").exists()] == []
    commands = set(re.findall(r"bin/manage ([a-z_]+)", text))
    own = {path.stem for path in ROOT.glob("*/management/commands/*.py")}
    assert commands <= own | {"migrate", "makemigrations", "shell"}
