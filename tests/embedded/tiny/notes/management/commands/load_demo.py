from argparse import ArgumentParser

from django.core.management.base import BaseCommand

from notes.models import Note


class Command(BaseCommand):
    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--if-empty", action="store_true")
        parser.add_argument("--accounts", action="store_true")

    def handle(self, *, accounts: bool, **_options: object) -> None:
        if accounts:
            self.stdout.write("ana@example.org  a password")
        elif not Note.objects.filter(by="demo").exists():
            Note.objects.create(text="demo", by="demo")
