"""A kind of stage that nobody foresaw, in a few lines and without a change of the spine."""

import pytest
from django.db import connection, models
from django.test.utils import isolate_apps

from consensus import services
from consensus.checks import drift
from consensus.kinds import KINDS, Kind, register
from consensus.models import Change, Judgement, Stage, WorkItem

with isolate_apps("consensus"):

    class Translation(models.Model):
        """Which language a report has to be translated from."""

        judgement = models.OneToOneField(Judgement, on_delete=models.CASCADE, related_name="+")
        language = models.CharField(max_length=20)

        class Meta:
            app_label = "consensus"


class TranslationKind(Kind):
    slug, label, target, position, after = "translation", "Translation", "report", 15, ("title_abstract",)

    def answers(self, judgements):
        rows = Translation.objects.filter(judgement_id__in=[one.pk for one in judgements])
        return {row.judgement_id: {"language": row.language} for row in rows}

    def write(self, judgement, answer):
        Translation.objects.create(judgement_id=judgement.pk, language=answer["language"])


@pytest.fixture
def translation(review, cast):
    with connection.schema_editor() as editor:
        editor.create_model(Translation)
    register(TranslationKind())
    yield services.add_stage(by=cast.lead, review=review, kind="translation")
    del KINDS["translation"]


def test_a_fifth_kind_opens_is_judged_resolved_and_announced(translation: Stage, items, cast):
    for user in (cast.ana, cast.ben):
        services.submit(by=user, item_id=items[0].pk, answer={"verdict": "include"})
    item = WorkItem.objects.get(stage=translation, report=items[0].report)
    services.submit(by=cast.ana, item_id=item.pk, answer={"language": "Danish"})
    assert not Judgement.objects.visible_to(cast.ben).filter(item=item).exists()
    services.submit(by=cast.ben, item_id=item.pk, answer={"language": "Norwegian"})
    assert WorkItem.objects.get(id=item.pk).status == "conflict"
    services.resolve(by=cast.lead, item_id=item.pk, answer={"language": "Danish"}, comment="Aarhus.")
    assert WorkItem.objects.get(id=item.pk).status == "resolved"
    assert Change.objects.filter(item=item).get().keys == ["translation:language"]
    assert list(drift()) == []
