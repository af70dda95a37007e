"""Mutated exports: every reader either reads, refuses, or says that the file cannot be read.

The short run is the same each time. The long one takes CONCORD_FUZZ_SECONDS for each format (25 by
default, five minutes over all formats) and names the seed of what it finds; its least form is kept in FINDS.
"""

import io
import os
import random
import signal
import time
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

import pytest

from studies.formats import SUPPORTED, Entry, UnreadableFile, read
from tests.studies.formats.samples import SAMPLES, asreview_project, first_asreview_project, zipped

BY_FORMAT = {name: [sample[0] for sample in SAMPLES.values() if sample[1] == name] for name in SUPPORTED}
BY_FORMAT["asreview"] = [asreview_project(), first_asreview_project()]
TOKENS = [
    b"\x00", b"\r", b"\n", b"\r\n", b"\xff\xfe", b"\xef\xbb\xbf", b"\xe2\x80\xae", b"\x80", b"\xc3", b"\xed\xa0\x80", b"\xf0\x9f\x98\x80",
    b"TY  - JOUR\n", b"ER  - ", b"TI  - ", b"AU  - ", b"PMID- ", b"PT J\n", b"EF\n", b"%0 ", b"%T x\n", b"@article{", b"@string{a=",
    b"{", b"}", b'"', b"\\", b"\\'", b"$", b"%", b"&", b"&amp;", b"&#0;", b"&#xD800;", b"&x;", b"<", b">", b"</record>", b"<record>",
    b"<!DOCTYPE", b"<![CDATA[", b"]]>", b"<!--", b"PubmedArticle", b",", b";", b"\t", b"|", b"[", b"]", b":", b"null", b"1e999", b"10.1000/", b" and ", b"=",
    b"RAYYAN-INCLUSION: {", b"ASReview_relevant", b"- ", b"  - ", b"      ", b"\n\n", b"<1>\n", b"Author\n", b"NCT", b"(", b")", b".",
]  # fmt: skip
FINDS = {
    "a direction override in a heading": "Title,p\u202eages,Year\nA,1,2020\n".encode(),
    "a NUL in a heading of tags": b"PT\tAU\tTI\tSO\tB\x00P\nJ\tA, B\tOne\tLetters\t1\n",
    "a NUL in a key of BibTeX": b"@article{s\x00mith2020, title = {One}}\n",
    "a direction override in a label": (
        "<PubmedArticle><Article><ArticleTitle>A</ArticleTitle></Article><MedlineCitation><Article><Abstract>"
        '<AbstractText Label="A\u202eIM">Words</AbstractText></Abstract></Article></MedlineCitation></PubmedArticle>'
    ).encode(),
    "a direction override in a key of JSON": '[{"title": "One", "contai\u202ener": "kept"}]'.encode(),
    "a brace that never closes above many empty lines": b"@article{a,\n author = {{Some body} " + b"\n" * 400,
    "half a character in JSON": b'[{"title": "One \\ud800", "type": "book"}]',
    "an archive whose directory points before it": zipped({"search.ris": b"TY  - JOUR\n"}).replace(
        b"PK\x05\x06" + bytes(4) + b"\x01\x00\x01\x00", b"PK\x05\x06" + bytes(4) + b"\x01\x00\x01\x7f"
    )[:-4]
    + b"\xff\x7f\x00\x00",
    "an old project whose directory points before it": zipped({"project.json": b"{}"}).replace(
        b"PK\x05\x06" + bytes(4) + b"\x01\x00\x01\x00", b"PK\x05\x06" + bytes(4) + b"\x01\x00\x01\x7f"
    )[:-4]
    + b"\xff\x7f\x00\x00",
}
"""What fuzzing found, in the least form that showed it."""


def mutated(data: bytes, other: bytes, dice: random.Random) -> bytes:
    """The bytes with one to twelve changes."""
    out = bytearray(data)
    for _ in range(dice.randint(1, 12)):
        at = dice.randrange(len(out) + 1)
        end = min(at + dice.choice((1, 2, 5, 20, 100, 400)), len(out))
        match dice.randrange(8):
            case 0:
                del out[at:end]
            case 1:
                out[at:at] = dice.choice(TOKENS)
            case 2:
                out[at:at] = out[at:end]
            case 3:
                out[at:end] = dice.randbytes(end - at)
            case 4:
                begin = dice.randrange(len(other))
                out[at:end] = other[begin : begin + dice.choice((1, 10, 100, 1000))]
            case 5 if at < len(out):
                out[at] ^= 1 << dice.randrange(8)
            case 6:
                out[at:at] = dice.choice(TOKENS) * dice.choice((2, 10, 500))
            case _:
                del out[at:]
        if not out:
            out = bytearray(data[:10])
    return bytes(out)


def within(data: bytes, other: bytes, dice: random.Random) -> bytes:
    """The archive with a change in one of its files: one in its own bytes seldom gets past its checksums."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    name = dice.choice([name for name in members if members[name]])
    return zipped(members | {name: mutated(members[name], other, dice)})


def example(name: str, seed: int) -> bytes:
    dice = random.Random(f"{name} {seed}")
    sample, other = dice.choice(BY_FORMAT[name]), dice.choice(list(SAMPLES.values()))[0]
    if sample.startswith(b"PK") and dice.random() < 0.8:
        return within(sample, other, dice)
    data = mutated(sample, other, dice)
    return data.decode("utf-8", "replace").encode("utf-16") if dice.random() < 0.05 else data


@contextmanager
def no_longer_than(seconds: float) -> Iterator[None]:
    """Of processor time: a machine that is busy with other things is no hang."""

    def stop(number: int, frame: FrameType | None) -> None:
        raise TimeoutError

    before = signal.signal(signal.SIGVTALRM, stop)
    signal.setitimer(signal.ITIMER_VIRTUAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)


def survive(data: bytes, name: str, told: str) -> None:
    """Read the bytes to their end: a crash, a hang or an unsafe value fails, with `told` to find it again."""
    try:
        with no_longer_than(10):
            items = list(read(io.BytesIO(data), filename="search.csv", format=name or None))
    except UnreadableFile:
        return
    except Exception as error:
        raise AssertionError(f"{told}: {error!r}") from error
    for position, item in enumerate(items, 1):
        assert item.position == position, told
        if isinstance(item, Entry):
            shown = repr(item.fields)
            assert "\\x00" not in shown, told
            assert "\\u202e" not in shown, told
            assert "\x00" not in item.raw, told
            assert not item.fields.is_empty, told
            f"{item.raw} {item.fields}".encode()
        else:
            assert item.reason
            assert "\x00" not in item.text, told


def survive_seed(name: str, seed: int) -> None:
    forced = name if seed % 3 == 0 and name not in ("csv", "xlsx", "zip") else ""
    survive(example(name, seed), forced, f"{name} seed {seed}")


@pytest.mark.parametrize("name", SUPPORTED)
def test_mutated_files_break_no_reader(name: str) -> None:
    for seed in range(150):
        survive_seed(name, seed)


@pytest.mark.parametrize("find", FINDS)
def test_what_once_broke_a_reader_does_so_no_more(find: str) -> None:
    survive(FINDS[find], "", find)


@pytest.mark.slow
@pytest.mark.parametrize("name", SUPPORTED)
def test_long_fuzzing_breaks_no_reader(name: str) -> None:
    began = time.monotonic()
    seed = int(time.time() * 1000) % 10**12
    while time.monotonic() - began < float(os.environ.get("CONCORD_FUZZ_SECONDS", "25")):
        survive_seed(name, seed)
        seed += 1
