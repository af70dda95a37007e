"""Plots: every judgement said by symbol, shape and word; sorted; weighted; safe to put on a page."""

import re
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from appraisal.instruments.load import shipped, shipped_instrument
from appraisal.instruments.model import OVERALL
from appraisal.instruments.plots import columns_of, plot_row, shares, sort_rows, summary_bars, traffic_light
from appraisal.instruments.raster import render
from appraisal.instruments.scene import Group, Scene, Shape, Text, text_width, to_svg

SVG = "{http://www.w3.org/2000/svg}"
ROB2 = shipped_instrument("rob2_parallel")
COLUMNS = columns_of(ROB2)


def row(label, overall, weight=1.0, **levels):
    return plot_row(ROB2, label, levels, overall, weight=weight)


ROWS = [
    row("Beta 2020", "high", 6.0, D1="low", D2="some_concerns", D3="high", D4="low", D5="low"),
    row("alpha 2019", "low", 3.0, D1="low", D2="low", D3="low", D4="low", D5="low"),
    row("Gamma 2021", None, 1.0, D1="some_concerns", D2="low"),
]


def texts(scene: Scene) -> list[str]:
    def inside(shapes: tuple[Shape, ...]) -> list[str]:
        found = []
        for shape in shapes:
            if isinstance(shape, Group):
                found += inside(shape.shapes)
            elif isinstance(shape, Text):
                found.append(shape.text)
        return found

    return inside(scene.shapes)


def titles(scene: Scene) -> list[str]:
    return [shape.title for shape in scene.shapes if isinstance(shape, Group)]


def test_columns_are_the_slots_and_the_overall_level():
    assert [column.heading for column in COLUMNS] == ["D1", "D2", "D3", "D4", "D5", "Overall"]
    assert COLUMNS[1].label == "Deviations from intended interventions"


def test_each_judgement_has_its_own_mark_with_words():
    found = titles(traffic_light(ROWS, COLUMNS))
    assert "Beta 2020, Deviations from intended interventions: Some concerns" in found
    assert "Gamma 2021, Missing outcome data: Not judged" in found
    marks = [title for title in found if title.count(": ") == 1 and ", " in title]
    assert len([title for title in marks if title.startswith(("Beta", "alpha", "Gamma"))]) >= len(ROWS) * len(
        COLUMNS
    )


def test_levels_differ_in_shape_and_symbol_not_in_colour_alone():
    svg = ET.fromstring(to_svg(traffic_light(ROWS, COLUMNS)))
    shapes: dict[str, set[tuple[str, str | None]]] = {}
    symbols: dict[str, set[str]] = {}
    for element in svg.iter():
        if "data-r" in element.attrib:
            shapes.setdefault(element.attrib["data-r"], set()).add((element.tag, element.get("rx")))
        if "data-on" in element.attrib:
            symbols.setdefault(element.attrib["data-on"], set()).add(element.text or "")
    assert set(shapes) == {"low", "some", "high", "none"}
    assert symbols == {"low": {"+"}, "some": {"–"}, "high": {"×"}, "none": {"?"}}
    assert len({frozenset(forms) for role, forms in shapes.items() if role != "none"}) == 3
    rings = [e for e in svg.iter(f"{SVG}circle") if e.get("data-r") == "none"]
    assert rings
    assert all(ring.get("fill") == "none" and ring.get("stroke") for ring in rings)


def test_the_legend_names_every_level_and_every_column():
    said = texts(traffic_light(ROWS, COLUMNS))
    for words in ("Low risk", "Some concerns", "High risk", "Not judged", "D1 Randomization process"):
        assert words in said


def test_not_judged_is_in_the_legend_only_when_it_occurs():
    assert "Not judged" not in texts(traffic_light(ROWS[:2], COLUMNS))


def test_the_plot_describes_itself():
    svg = ET.fromstring(to_svg(traffic_light(ROWS, COLUMNS), "rob"))
    assert svg.get("role") == "img"
    assert svg.get("aria-labelledby") == "rob-title rob-desc"
    assert svg.findtext(f"{SVG}title") == "Risk of bias by study"
    assert svg.findtext(f"{SVG}desc") == "3 rows. Overall: High risk 1, Low risk 1, Not judged 1."


def test_nothing_in_the_svg_needs_a_looser_content_policy():
    hostile = plot_row(ROB2, '<script>alert(1)</script>"&\x00\x1b', {}, None)
    svg = to_svg(traffic_light([hostile], COLUMNS, title="<b>&"))
    root = ET.fromstring(svg)
    assert not [
        element for element in root.iter() if element.tag.endswith(("script", "style", "image", "use"))
    ]
    assert not re.search(r"\son\w+=|\sstyle=|href|url\(", svg)
    assert "<script" not in svg


def test_rows_are_sorted_by_label_weight_or_the_worst_first():
    assert [r.label for r in sort_rows(ROWS)] == ["alpha 2019", "Beta 2020", "Gamma 2021"]
    assert [r.label for r in sort_rows(ROWS, "weight")] == ["Beta 2020", "alpha 2019", "Gamma 2021"]
    assert [r.label for r in sort_rows(ROWS, OVERALL)] == ["Beta 2020", "alpha 2019", "Gamma 2021"]
    assert [r.label for r in sort_rows(ROWS, "D1")] == ["Gamma 2021", "alpha 2019", "Beta 2020"]
    assert [r.label for r in sort_rows(ROWS, reverse=True)] == ["Gamma 2021", "Beta 2020", "alpha 2019"]


def test_a_long_label_is_wrapped_and_kept_whole():
    long = "A very long study name that does not fit into a single line of the plot 2020"
    said = texts(traffic_light([row(long, "low")], COLUMNS))
    assert " ".join(part for part in said if part in long and len(part) > 1) == long


def test_shares_follow_the_weights():
    found = {share.label: share.part for share in shares(ROWS, COLUMNS[0])}
    assert found == {"Low risk": pytest.approx(0.9), "Some concerns": pytest.approx(0.1)}
    overall = [share.label for share in shares(ROWS, COLUMNS[-1])]
    assert overall == ["Low risk", "High risk", "Not judged"]


def test_every_share_of_a_bar_is_there_in_figures():
    scene = summary_bars(ROWS, COLUMNS, note="Weighted by the inverse of the variance.")
    said = texts(scene)
    assert "+ 90%, – 10%" in said
    assert "Weighted by the inverse of the variance." in said
    assert "Overall: Low risk 30%, High risk 60%, Not judged 10%." in scene.description


def test_a_share_too_small_to_round_is_not_lost():
    rows = [row("A", "low", 999.0), row("B", "high", 1.0)]
    assert "+ >99%, × <1%" in texts(summary_bars(rows, COLUMNS))


@pytest.mark.parametrize("weight", [-1.0, float("nan"), float("inf")])
def test_a_weight_that_is_no_weight_is_refused(weight):
    with pytest.raises(ValueError, match="not negative"):
        shares([row("A", "low", weight)], COLUMNS[0])


def test_no_rows_and_no_weight_still_make_a_plot():
    for rows in ([], [row("A", "low", 0.0)]):
        assert "nothing weighs here" in summary_bars(rows, COLUMNS).description
        ET.fromstring(to_svg(summary_bars(rows, COLUMNS)))
        ET.fromstring(to_svg(traffic_light(rows, COLUMNS)))


def test_stars_are_shown_as_numbers_and_left_out_of_the_bars():
    nos = shipped_instrument("nos_cohort")
    columns = columns_of(nos)
    rows = [plot_row(nos, "A", {}, "good", scores={"selection": 4, "comparability": 2, "outcome": 3})]
    assert {"4", "2", "3"} <= set(texts(traffic_light(rows, columns)))
    assert "A, Selection: 4" in titles(traffic_light(rows, columns))
    assert summary_bars(rows, columns).description == "Overall: Good 100%."
    assert "Not judged" not in texts(traffic_light(rows, columns))


@pytest.mark.parametrize("name", sorted(shipped()))
def test_every_shipped_instrument_can_be_drawn(name):
    instrument = shipped_instrument(name)
    columns = columns_of(instrument)
    levels = {column.slot: column.levels[-1].code for column in columns if column.levels}
    rows = [plot_row(instrument, "A", levels, levels.get(OVERALL))]
    for scene in (traffic_light(rows, columns), summary_bars(rows, columns)):
        ET.fromstring(to_svg(scene))


def test_png_and_pdf_come_from_the_same_scene_and_do_not_change():
    scene = traffic_light([row("Cost $5 and $6", "low", D1="high")], COLUMNS)
    png, pdf = render(scene, "png", dpi=96), render(scene, "pdf")
    width, height = (int.from_bytes(png[start : start + 4], "big") for start in (16, 20))
    assert png.startswith(b"\x89PNG")
    assert abs(width - scene.width) <= 1
    assert abs(height - scene.height) <= 1
    assert pdf.startswith(b"%PDF")
    assert render(scene, "pdf") == pdf


@settings(max_examples=40, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.text(max_size=60),
            st.sampled_from([None, "low", "some_concerns", "high"]),
            st.floats(0, 1e6, allow_nan=False),
        ),
        max_size=12,
    )
)
def test_any_labels_make_well_formed_svg_inside_its_own_frame(drawn):
    rows = [row(label, level, weight, D1=level) for label, level, weight in drawn]
    for scene in (traffic_light(rows, COLUMNS), summary_bars(rows, COLUMNS)):
        svg = ET.fromstring(to_svg(scene))
        for text in svg.iter(f"{SVG}text"):
            x, size = float(text.attrib["x"]), float(text.attrib["font-size"])
            width = text_width(text.text or "", size)
            start = x - {"start": 0.0, "middle": width / 2, "end": width}[text.attrib["text-anchor"]]
            assert start >= -0.01
            assert start + width <= scene.width + 0.01
            assert 0 < float(text.attrib["y"]) < scene.height
    for column in COLUMNS:
        parts = [share.part for share in shares(rows, column)]
        assert not parts or sum(parts) == pytest.approx(1)
