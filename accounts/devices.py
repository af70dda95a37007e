"""Which browser on what machine, in plain words, from what a browser says of itself. Pure."""

import re

# The first that fits: most browsers also claim to be the ones below them.
BROWSERS = (
    ("Edge", r"\bEdgA?/|\bEdgiOS/"),
    ("Opera", r"\bOPR/"),
    ("Samsung Internet", r"\bSamsungBrowser/"),
    ("Firefox", r"\bFirefox/|\bFxiOS/"),
    ("Chrome", r"\bChrome/|\bCriOS/|\bHeadlessChrome/"),
    ("Safari", r"\bSafari/"),
)
MACHINES = (
    ("iPhone", r"\biPhone\b"),
    ("iPad", r"\biPad\b"),
    ("Android", r"\bAndroid\b"),
    ("Windows", r"\bWindows\b"),
    ("Mac", r"\bMacintosh\b"),
    ("ChromeOS", r"\bCrOS\b"),
    ("Linux", r"\bLinux\b"),
)


def device(user_agent: str) -> str:
    """“Firefox on Windows”; an empty text where neither is known."""
    browser = named(BROWSERS, user_agent)
    machine = named(MACHINES, user_agent)
    return " on ".join(one for one in (browser, machine) if one)


def named(names: tuple[tuple[str, str], ...], text: str) -> str:
    return next((name for name, pattern in names if re.search(pattern, text)), "")
