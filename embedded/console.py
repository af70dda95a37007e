"""What the commands say, and how they refuse."""

import sys


class Refused(Exception):
    """Something that the person at the terminal can put right; its text says how."""


def say(text: str) -> None:
    print(text, flush=True)


def warn(text: str) -> None:
    print(text, file=sys.stderr, flush=True)
