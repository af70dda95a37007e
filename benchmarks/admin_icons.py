"""The icons of the administrator's pages, without the thousands that no page shows.

    bin/bench admin_icons

Writes static/unfold/fonts/material-symbols/Material-Symbols-Outlined.woff2, which takes the place of django-unfold's own:
every icon whose name occurs in its templates and scripts, or in ours. To be run again when django-unfold is renewed or an
icon is named that a test misses. Prints one JSON object: icons, bytes, and bytes before.
"""

import json
import re
from pathlib import Path
from typing import Any

import unfold
from django.conf import settings
from fontTools import subset
from fontTools.ttLib import TTFont

FILE = "static/unfold/fonts/material-symbols/Material-Symbols-Outlined.woff2"
THEIRS = Path(unfold.__file__).parent
OURS = Path(settings.BASE_DIR)
NAMED = ("templates/**/*.html", "**/*.py", "static/unfold/js/app.js")
LETTERS = "abcdefghijklmnopqrstuvwxyz0123456789_"


def icons(font: TTFont) -> dict[str, str]:
    """{name as it is written: glyph}. An icon is a ligature of the letters of its name."""
    written = {glyph: chr(code) for code, glyph in font.getBestCmap().items() if code < 128}
    found = {}
    for lookup in font["GSUB"].table.LookupList.Lookup:
        for table in lookup.SubTable:
            ligatures: dict[str, Any] = getattr(getattr(table, "ExtSubTable", table), "ligatures", {})
            for first, rows in ligatures.items():
                for row in rows:
                    name = "".join(written.get(glyph, "?") for glyph in (first, *row.Component))
                    found[name] = row.LigGlyph
    return found


def words() -> set[str]:
    files = [file for pattern in NAMED for file in THEIRS.glob(pattern)]
    files += [OURS / "config/settings.py", *OURS.glob("*/admin.py"), *OURS.glob("templates/admin/**/*.html")]
    return {word for file in files for word in re.findall(r"[a-z0-9_]+", file.read_text(errors="replace"))}


def main() -> None:
    before = THEIRS / FILE
    font = TTFont(before)
    known = icons(font)
    wanted = sorted(words() & set(known))
    options = subset.Options(flavor="woff2", layout_features=["*"], layout_closure=False, hinting=False)
    cutter = subset.Subsetter(options)
    cutter.populate(glyphs=[known[name] for name in wanted], text=LETTERS)
    cutter.subset(font)
    font.flavor = "woff2"
    font.save(OURS / FILE)
    sizes = {"bytes": (OURS / FILE).stat().st_size, "bytes_before": before.stat().st_size}
    print(json.dumps({"icons": len(wanted), **sizes}))


if __name__ == "__main__":
    main()
