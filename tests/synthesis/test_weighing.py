"""What the bars of risk of bias are weighed by: the agreed numbers of each study, its arms added up."""

from appraisal.weighing import choices_for, weights_for
from consensus.services import submit
from synthesis.weighing import numbers_of, weights_of
from tests.synthesis.conftest import answer


def test_only_numbers_of_a_study_or_its_arms_are_offered(review):
    assert numbers_of(review) == [("patients", "Patients"), ("n", "Analysed")]
    assert ("patients", "Patients") in choices_for(review)
    assert weights_for(review, "indication") == {}


def test_a_study_weighs_what_its_extractors_agreed_on(review, cast, study):
    item = study("Asch")
    said = answer("Stroke", 39, 22)
    said["arms"].append({"name": "Usual care", "role": "comparator", "values": {"n": 17}})
    submit(by=cast.ana, item_id=item.pk, answer=said)
    assert weights_of(review, "patients") == {}
    submit(by=cast.ben, item_id=item.pk, answer=said)
    assert weights_of(review, "patients") == {item.study_id: 39.0}
    assert weights_of(review, "n") == {item.study_id: 39.0}
