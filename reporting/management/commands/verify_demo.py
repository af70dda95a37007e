import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from config.refusals import Refused
from reporting.demo import DATA, DEMO_TITLE
from reporting.verifying import differences, recompute
from reviews.models import Review


class Command(BaseCommand):
    help = "Compute the demo's numbers from the database again, print them, and fail if one is not what it must be."

    def handle(self, *args: Any, **options: Any) -> None:
        review = Review.objects.filter(title=DEMO_TITLE).order_by("id").first()
        if review is None:
            raise CommandError("The demo is not there. Load it with load_demo.")
        expected = json.loads((DATA / "expected.json").read_text(encoding="utf-8"))
        try:
            found = recompute(review, expected)
        except Refused as refusal:
            raise CommandError(refusal.message) from refusal
        wrong = list(differences(found, expected))
        self.stdout.write(
            json.dumps(found | {"differences": wrong}, indent=1, ensure_ascii=False, default=str)
        )
        if wrong:
            raise CommandError("The demo's numbers differ:\n" + "\n".join(wrong))
