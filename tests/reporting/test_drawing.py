"""The places of the flow diagram's boxes: nothing overlaps, nothing is cut off, both arms end in what is included."""

from itertools import combinations

from reporting.drawing import Cell, Entry, Row, draw


def cell(*labels, url="/x"):
    return Cell([Entry(label, 1, head=not at) for at, label in enumerate(labels)], url)


REASONS = [f"Reason number {n} which is told in a good many words" for n in range(8)]
ONE_ARM = [
    Row("Identification", [cell("Found", "PubMed"), cell("Removed", "a", "b", "c")]),
    Row("Screening", [cell("Screened"), cell("Excluded", *REASONS)]),
    Row("Included", [cell("Studies")]),
]
TWO_ARMS = [
    Row("Identification", [cell("Found"), cell("Removed"), cell("Found", "Websites"), None]),
    Row("Screening", [cell("Screened"), cell("Excluded", *REASONS)]),
    Row("Screening", [cell("Assessed"), cell("Excluded"), cell("Assessed"), cell("Excluded")]),
    Row("Included", [cell("Studies")]),
]


def overlap(a, b):
    return a.x < b.right and b.x < a.right and a.y < b.below and b.y < a.below


def test_boxes_lie_inside_the_drawing_and_never_over_each_other():
    for drawing in (draw(ONE_ARM), draw(TWO_ARMS, ["By databases", "By other methods"])):
        assert not any(overlap(a, b) for a, b in combinations(drawing.boxes, 2))
        assert max(box.right for box in drawing.boxes) <= drawing.width
        assert max(box.below for box in drawing.boxes) <= drawing.height


def test_a_long_reason_is_broken_into_lines_and_loses_no_word():
    box = draw(ONE_ARM).boxes[3]
    words = [" ".join(word for word, _y in line.words) for line in box.lines]
    assert words[1:] == REASONS
    assert all(len(line.words) > 1 for line in box.lines[1:])
    heights = [y for line in box.lines for _word, y in line.words]
    assert heights == sorted(set(heights))
    assert box.y < heights[0]
    assert heights[-1] < box.below


def test_each_phase_has_one_band_as_high_as_its_rows():
    drawing = draw(TWO_ARMS, ["A", "B"])
    assert [band.label for band in drawing.bands] == ["Identification", "Screening", "Included"]
    screening = drawing.bands[1]
    inside = [box for box in drawing.boxes if screening.y <= box.y < screening.y + screening.height]
    assert len(inside) == 6


def test_the_second_arm_ends_in_what_is_included():
    drawing = draw(TWO_ARMS, ["A", "B"])
    final = drawing.boxes[-1]
    assert drawing.arrows[-1].endswith(f"V{final.middle}H{final.right + 6}")
    assert [top.label for top in drawing.tops] == ["A", "B"]
    assert draw(ONE_ARM).tops == []


def test_what_leaves_has_an_arrow_from_what_it_leaves():
    drawing = draw(ONE_ARM)
    assert sum("H" in arrow for arrow in drawing.arrows) == 2
    assert sum("V" in arrow for arrow in drawing.arrows) == 2


def test_control_characters_of_an_imported_name_are_left_out():
    (box,) = draw([Row("Identification", [cell("Pub\x0bMed\x00")])]).boxes
    assert box.lines[0].words[0][0] == "Pub Med"
