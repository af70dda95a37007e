from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.urls import reverse

from accounts.first import key_for_first_account, needs_first_account


class Command(BaseCommand):
    help = (
        "Print the link with which the first administrator makes their account. It works for a day, and once."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--if-none", action="store_true", help="say nothing where somebody has an account"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if not needs_first_account():
            if options["if_none"]:
                return
            raise CommandError("Somebody has an account already. An administrator invites others.")
        address = settings.PUBLIC_URL.rstrip("/") + reverse("first_account", args=[key_for_first_account()])
        self.stdout.write(f"Nobody has an account yet. Make the first one here:\n{address}")
