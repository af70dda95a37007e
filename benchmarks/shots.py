"""A picture of every page, to be looked at: wide and phone, light and dark, as lead, reviewer and administrator, and
the pages that nobody has to sign in for.

    bin/bench shots DIRECTORY [ROUTE...]

Loads the demo, follows every link from the start page, and writes PERSON-ROUTE-{wide,phone}-{light,dark}.png. With
routes named (`reviews:detail`), only those. Prints one JSON object: pages, pictures, and what the browser complained of.
"""

import json
import sys
from pathlib import Path
from typing import Any

import django

django.setup()

from django.urls import reverse  # noqa: E402

from accounts.models import User  # noqa: E402
from benchmarks.crawl import pages_for  # noqa: E402
from benchmarks.running import browser, load_demo, server, sign_in  # noqa: E402

PEOPLE = ("lead", "ana", "admin")
OPEN = ("account_login", "account_signup", "account_reset_password", "styles")
HIGHEST = 8000
# The phone is one: fingers, so controls have their size for them and no keys stand on the buttons.
SIZES: dict[str, Any] = {
    "wide": {"viewport": {"width": 1360, "height": 900}},
    "phone": {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True},
}


def take(
    made: Any, address: str, user: User | None, name: str, pages: dict[str, str], folder: Path
) -> tuple[int, list[str]]:
    taken, complaints = 0, []
    for width, size in SIZES.items():
        for theme in ("light", "dark"):
            context = made.new_context(**size, color_scheme=theme, locale="en-GB", timezone_id="UTC")
            if user:
                sign_in(context, user, address)
            page = context.new_page()
            page.on("console", lambda m: complaints.append(m.text) if m.type == "error" else None)
            for route, path in pages.items():
                page.goto(address + path, wait_until="load")
                page.wait_for_timeout(150)
                if page.evaluate(
                    "document.documentElement.scrollWidth > document.documentElement.clientWidth + 1"
                ):
                    complaints.append(f"{name} {route} {width}: scrolls sideways")
                picture(page, folder / f"{name}-{route.replace(':', '-')}-{width}-{theme}.png")
                taken += 1
            context.close()
    return taken, complaints


def picture(page: Any, target: Path) -> None:
    """The whole page. Asked for it, the browser would forget that the phone has fingers; in a window as high, it does not."""
    usual = page.viewport_size
    height = page.evaluate("document.documentElement.scrollHeight")
    page.set_viewport_size({"width": usual["width"], "height": max(usual["height"], min(height, HIGHEST))})
    page.screenshot(path=str(target))
    page.set_viewport_size(usual)


def main() -> None:
    if len(sys.argv) < 2:
        raise SystemExit("Say where the pictures go: bin/bench shots DIRECTORY [ROUTE...]")
    folder, wanted = Path(sys.argv[1]), set(sys.argv[2:])
    folder.mkdir(parents=True, exist_ok=True)
    load_demo()
    figures: dict[str, Any] = {"pages": 0, "pictures": 0, "complaints": []}
    with server() as served, browser() as made:
        for name in (*PEOPLE, "nobody"):
            user = User.objects.get(email=f"{name}@demo.example") if name in PEOPLE else None
            every = pages_for(user) if user else {route: reverse(route) for route in OPEN}
            pages = {route: path for route, path in every.items() if not wanted or route in wanted}
            taken, complaints = take(made, served.address, user, name, pages, folder)
            figures["pages"] += len(pages)
            figures["pictures"] += taken
            figures["complaints"] += complaints
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
