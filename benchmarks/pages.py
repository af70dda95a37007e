"""What every page costs: the server's time, the bytes of a first visit, the first paint, and how much it jumps.

    bin/bench pages [ROUTE...]

Loads the demo, starts the production server, follows every link from the start page as lead, reviewer and
administrator, and opens each page in Chromium with an empty cache. Prints one JSON object: per page `server_ms` (the
middle of nine answers of a warm server, request to last byte), `kb` (all that was transferred, compressed), `first_paint_ms`,
`layout_shift`; and which pages miss 100 ms or 200 kB.
"""

import http.client
import json
import os
import platform
import sys
import time
from statistics import median
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import django

django.setup()

from django.conf import settings  # noqa: E402

from accounts.models import User  # noqa: E402
from benchmarks.crawl import pages_for, visitor  # noqa: E402
from benchmarks.running import browser, load_demo, server, sign_in  # noqa: E402

if TYPE_CHECKING:
    from playwright.sync_api import Browser

SERVER_MS, KB = 100, 200
WARM, ANSWERS = 12, 9
PEOPLE = ("lead", "ana", "admin")
SHIFT = """
new PerformanceObserver((list) => {
  for (const entry of list.getEntries()) if (!entry.hadRecentInput) window.shifted = (window.shifted ?? 0) + entry.value;
}).observe({type: "layout-shift", buffered: true});
"""
PAINT = "performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? null"


def server_ms(address: str, path: str, cookie: str) -> float:
    """Three answers of each of the four threads come first: with a connection of its own each learns what a page asks."""
    spent = []
    for _ in range(WARM + ANSWERS):
        link = http.client.HTTPConnection(urlsplit(address).netloc, timeout=60)
        began = time.perf_counter()
        link.request("GET", path, headers={"Cookie": cookie, "Accept": "text/html"})
        link.getresponse().read()
        spent.append((time.perf_counter() - began) * 1000)
        link.close()
    return round(median(spent[WARM:]), 1)


def first_visit(made: "Browser", user: User, address: str, path: str) -> dict[str, float | None]:
    """Open the page with nothing cached, as the first thing in a new window."""
    context = made.new_context(viewport={"width": 1360, "height": 900})
    try:
        sign_in(context, user, address)
        page = context.new_page()
        page.add_init_script(SHIFT)
        received: list[float] = []
        network = context.new_cdp_session(page)
        network.send("Network.enable")
        network.on("Network.loadingFinished", lambda event: received.append(event["encodedDataLength"]))
        page.goto(address + path, wait_until="load")
        page.wait_for_timeout(300)
        paint = page.evaluate(PAINT)
        return {
            "kb": round(sum(received) / 1000, 1),
            "first_paint_ms": paint and round(paint),
            "layout_shift": round(page.evaluate("window.shifted ?? 0"), 4),
        }
    finally:
        context.close()


def main() -> None:
    wanted = set(sys.argv[1:])
    load_demo()
    figures: dict[str, Any] = {}
    with server() as served, browser() as made:
        for name in PEOPLE:
            user = User.objects.get(email=f"{name}@demo.example")
            session = settings.SESSION_COOKIE_NAME
            cookie = f"{session}={visitor(user).cookies[session].value}"
            for route, path in pages_for(user).items():
                if route in figures or (wanted and route not in wanted):
                    continue
                figures[route] = {"server_ms": server_ms(served.address, path, cookie)}
                figures[route] |= first_visit(made, user, served.address, path)
                print(route, figures[route])
    misses = [name for name, one in figures.items() if one["server_ms"] > SERVER_MS or one["kb"] > KB]
    figures["over"] = misses
    figures["machine"] = f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}"
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
