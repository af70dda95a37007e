"""What a review still lacks before its first record: said to those who manage it, until something was imported."""

from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from reviews.models import Criterion, ExclusionReason, Invitation, ProtocolVersion, Review


@dataclass(frozen=True, slots=True)
class Step:
    label: Any
    says: Any
    url: str
    done: bool = False


def first_steps(review: Review) -> list[Step]:
    protocol = ProtocolVersion.objects.published().filter(review=review).first()
    written = bool(protocol and protocol.population)
    criteria = Criterion.objects.filter(review=review, protocol=protocol).exists()
    invited = Invitation.objects.open().filter(review=review).exists()
    people = review.memberships.active().count()

    def at(name: str) -> str:
        return reverse(name, args=[review.pk])

    return [
        Step(
            _("Write the protocol"),
            _("The question in its parts, the criteria, the information sources."),
            at("reviews:amend"),
            written and criteria,
        ),
        Step(
            _("Order the reasons to exclude"),
            _("Full texts are excluded for one of them; words to mark are named there too."),
            at("reviews:reasons"),
            ExclusionReason.objects.in_use().filter(review=review).exists(),
        ),
        Step(
            _("Bring your team"),
            _("By e-mail address; whoever has no account gets a link."),
            at("reviews:members"),
            people > 1 or invited,
        ),
        Step(
            _("Look at how each stage is judged"),
            _("How many judge, what agreement means, who resolves."),
            at("consensus:stages"),
        ),
        Step(
            _("Import what the searches found"),
            _("Files of PubMed, Embase, Scopus, Zotero and others, as they were exported."),
            at("studies:import"),
        ),
    ]
