"""Counts as people read them."""

from django.utils import formats


class Grouped(int):
    """A count that a sentence shows with its thousands apart, and that chooses the plural like any other number."""

    def __str__(self) -> str:
        return str(formats.number_format(int(self), use_l10n=True, force_grouping=True))
