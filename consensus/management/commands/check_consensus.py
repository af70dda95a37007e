import sys
from typing import Any

from django.core.management.base import BaseCommand

from consensus.checks import drift
from consensus.models import WorkItem


class Command(BaseCommand):
    help = "Recompute every stored status, final, count and staleness; exit with 1 if anything has drifted."

    def handle(self, *args: Any, **options: Any) -> None:
        found = 0
        for line in drift():
            found += 1
            self.stdout.write(line)
        self.stdout.write(f"{WorkItem.objects.count()} items checked, {found} differences")
        if found:
            sys.exit(1)
