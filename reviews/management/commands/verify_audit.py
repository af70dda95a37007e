import sys
from typing import Any

from django.core.management.base import BaseCommand

from reviews import audit
from reviews.models import Event


class Command(BaseCommand):
    help = "Seal what waits, then follow the chain of the audit trail; exit with 1 at the first event that was changed."

    def handle(self, *args: Any, **options: Any) -> None:
        while audit.seal():
            pass
        broken = audit.first_broken()
        if broken is not None:
            self.stdout.write(f"The chain breaks at position {broken}.")
            sys.exit(1)
        self.stdout.write(f"{Event.objects.sealed().count()} events, the chain holds.")
