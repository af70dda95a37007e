from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from accounts.models import User
from reporting import demo
from reviews.models import Review


class Command(BaseCommand):
    help = "Build the demo review from the project's own copy of its data."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--if-empty", action="store_true", help="do nothing where somebody has an account"
        )
        parser.add_argument(
            "--accounts", action="store_true", help="only print the demo's accounts, if it is there"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if options["accounts"]:
            return self.print_accounts()
        if User.objects.exists() and options["if_empty"]:
            return None
        if Review.objects.filter(title=demo.DEMO_TITLE).exists():
            self.stdout.write("The demo is there already.")
            return None
        demo.build(self.stdout.write)
        self.stdout.write("The demo is ready.")
        return None

    def print_accounts(self) -> None:
        there = set(User.objects.filter(email__endswith="@demo.example").values_list("email", flat=True))
        for email, _name, role in demo.PEOPLE.values():
            if email in there:
                self.stdout.write(f"{email:<24} {demo.PASSWORD}  {role or 'administrator'}")
