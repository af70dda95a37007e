from decimal import Decimal

import pytest

from consensus.disputes import said


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (Decimal("69.000000000000000"), "69"),
        (Decimal("0.4600"), "0.46"),
        (Decimal(1200), "1200"),
        (("low", "", "some_concerns"), "low, some concerns"),
        (True, "yes"),
        (None, "nothing"),
    ],
)
def test_a_value_is_said_as_people_write_it(value: object, words: str):
    assert said(value) == words  # type: ignore[arg-type]
