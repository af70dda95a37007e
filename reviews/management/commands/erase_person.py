from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction

from accounts.models import User
from accounts.services import erase_person
from reviews.models import Invitation, Notification


class Command(BaseCommand):
    help = (
        "Take a person's name and address out of the record for good. What they did stays, under a number."
        " This cannot be undone."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email")
        parser.add_argument("--yes", action="store_true", help="do not ask")

    def handle(self, *args: Any, **options: Any) -> None:
        person = User.objects.filter(email__iexact=options["email"]).first()
        if person is None:
            raise CommandError("Nobody has this address.")
        if not options["yes"] and input(f"Erase {person} for good? Type the address again: ") != person.email:
            raise CommandError("Left as it is.")
        erase(person)
        self.stdout.write(f"Erased. What they did stays under the number {person.pk}.")


@transaction.atomic
def erase(person: User) -> None:
    email, name = person.email, person.name
    erase_person(user=person)
    Invitation.objects.filter(email__iexact=email).update(email=person.email)
    # What others were told names the person in words.
    for word in filter(None, (name, email)):
        Notification.objects.filter(text__contains=word).delete()
