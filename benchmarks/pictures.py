"""The README's pictures, from the running program: the demo as its people see it.

    bin/bench pictures [DIRECTORY]

Writes NAME.png for each of PICTURES into docs/pictures, or into the directory. Prints one JSON object: name -> bytes.
"""

import json
import sys
from pathlib import Path
from typing import Any

import django

django.setup()

from django.urls import reverse  # noqa: E402

from accounts.models import User  # noqa: E402
from benchmarks.running import browser, load_demo, server, sign_in  # noqa: E402
from consensus.models import WorkItem  # noqa: E402
from reviews.models import Review  # noqa: E402
from synthesis.models import SummaryTable  # noqa: E402

HERE = Path(__file__).resolve().parents[1]
WINDOW: Any = {"width": 1280, "height": 800}


def pictures() -> dict[str, tuple[str, str]]:
    """{name: (whose, path)}: the finished demo, and the one under way."""
    finished, underway = Review.objects.order_by("id")[:2]
    conflict = WorkItem.objects.filter(review=underway, status="conflict").earliest("id")
    table = SummaryTable.objects.filter(review=finished).earliest("id")
    return {
        "my-work": ("ana", reverse("home")),
        "screening": ("ana", reverse("screening:screen", args=(underway.pk, "title_abstract"))),
        "conflicts": ("lead", reverse("screening:compare", args=(underway.pk, conflict.pk))),
        "table": ("lead", reverse("synthesis:table", args=(finished.pk, table.pk))),
        "prisma": ("lead", reverse("reporting:prisma", args=(finished.pk,))),
    }


def main() -> None:
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else HERE / "docs/pictures"
    folder.mkdir(parents=True, exist_ok=True)
    load_demo()
    figures = {}
    with server() as served, browser() as made:
        for name, (person, path) in pictures().items():
            context = made.new_context(
                viewport=WINDOW, color_scheme="light", locale="en-GB", timezone_id="UTC"
            )
            sign_in(context, User.objects.get(email=f"{person}@demo.example"), served.address)
            page = context.new_page()
            page.goto(served.address + path, wait_until="load")
            page.wait_for_timeout(500)
            figures[name] = len(page.screenshot(path=str(folder / f"{name}.png")))
            context.close()
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
