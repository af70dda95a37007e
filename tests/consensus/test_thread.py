"""Comments on an item: who reads them when, who is told of being mentioned, editing and withdrawing."""

import pytest
from django.urls import reverse

from consensus import services
from consensus.mentions import mentioned
from consensus.models import Mention, Note
from reviews.models import Event, Notification

HX = {"HTTP_HX_REQUEST": "true"}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("@Ana what do you say?", {1}),
        ("@ana bell, look", {2}),
        ("Ask @Ben.", {3}),
        ("@Ben and @Ana", {1, 3}),
        ("ana@ben.example", set()),
        ("@Benjamin", set()),
        ("@Cara", set()),
        ("@Cara Two", {5}),
        ("@Dan Same", set()),
        ("@@Ben", set()),
        ("@", set()),
    ],
)
def test_a_mention_is_an_at_and_a_name_that_is_one_persons_alone(text, expected):
    members = {1: "Ana", 2: "Ana Bell", 3: "Ben", 4: "Cara One", 5: "Cara Two", 6: "Dan Same", 7: "dan same"}
    assert mentioned(text, members) == expected


def say(user, item, verdict):
    return services.submit(by=user, item_id=item.pk, answer={"verdict": verdict})


@pytest.fixture
def conflict(items, cast):
    say(cast.ana, items[0], "include")
    say(cast.ben, items[0], "exclude")
    return items[0]


@pytest.fixture
def comment(client_of, review, django_capture_on_commit_callbacks):
    """Say something as somebody, from the page."""

    def comment(user, item, text, **extra):
        with django_capture_on_commit_callbacks(execute=True):
            address = reverse("consensus:comment", args=[review.pk, item.pk])
            return client_of(user).post(address, {"text": text}, **extra)

    return comment


def thread(client, review, item):
    return client.get(reverse("consensus:thread", args=[review.pk, item.pk]), **HX).content.decode()


def told(user):
    return list(Notification.objects.filter(recipient=user, kind="mention").values_list("text", flat=True))


pytestmark = pytest.mark.django_db


def test_a_comment_is_read_by_the_others_and_a_mention_is_told(client_of, cast, review, conflict, comment):
    html = comment(cast.ana, conflict, "It is a trial, @Ben", **HX).content.decode()
    assert "It is a trial, @Ben" in html
    assert "<html" not in html
    assert "It is a trial" in thread(client_of(cast.ben), review, conflict)
    assert len(told(cast.ben)) == 1
    assert told(cast.ana) == told(cast.cleo) == []


def test_before_everybody_has_judged_nobody_else_reads_it_or_is_told(client_of, cast, review, items, comment):
    item = items[0]
    say(cast.ana, item, "include")
    comment(cast.ana, item, "SECRET for @Ben and @Lead")
    for user in (cast.ben, cast.lead, cast.owner, cast.observer):
        assert "SECRET" not in thread(client_of(user), review, item)
        assert told(user) == []
    assert services.tell() == 0
    assert "SECRET" in thread(client_of(cast.ana), review, item)
    say(cast.ben, item, "include")
    assert services.tell() == 2
    assert len(told(cast.ben)) == len(told(cast.lead)) == 1
    assert services.tell() == 0
    assert "SECRET" in thread(client_of(cast.ben), review, item)


def test_an_added_judge_is_told_only_after_their_own_judgement(client_of, cast, review, conflict, comment):
    services.add_judge(by=cast.lead, item=conflict, judge=cast.cleo)
    comment(cast.ana, conflict, "SECRET for @Cleo")
    assert told(cast.cleo) == []
    assert "SECRET" not in thread(client_of(cast.cleo), review, conflict)
    say(cast.cleo, conflict, "include")
    services.tell()
    assert len(told(cast.cleo)) == 1


def test_only_members_are_mentioned_and_nobody_twice(cast, review, conflict, comment):
    comment(cast.ana, conflict, "@Stranger @Ben @Ben @Ana")
    assert [one.user for one in Mention.objects.all()] == [cast.ben]
    note = Note.objects.get()
    services.edit_comment(by=cast.ana, note_id=note.pk, text="@Ben again")
    services.tell()
    assert len(told(cast.ben)) == 1


def test_its_author_edits_and_withdraws_it_and_nobody_else(client_of, cast, review, conflict, comment):
    comment(cast.ana, conflict, "FIRST WORDS")
    note = Note.objects.get()
    edit, withdraw = (
        reverse(f"consensus:{name}_comment", args=[review.pk, conflict.pk, note.pk])
        for name in ("edit", "withdraw")
    )
    for user, status in ((cast.ben, 403), (cast.lead, 403), (cast.observer, 403), (cast.stranger, 404)):
        assert client_of(user).post(edit, {"text": "Mine"}).status_code == status
        assert client_of(user).post(withdraw).status_code == status
    ana = client_of(cast.ana)
    html = ana.post(edit, {"text": "BETTER WORDS"}, **HX).content.decode()
    assert "BETTER WORDS" in html
    assert "edited" in html
    html = ana.post(withdraw, **HX).content.decode()
    assert "Withdrawn by its author" in html
    assert "BETTER WORDS" not in thread(client_of(cast.ben), review, conflict)
    assert ana.post(edit, {"text": "Back"}).status_code == 404
    assert Event.objects.filter(place="consensus_note").count() == 3


def test_a_sealed_comment_of_another_is_not_even_there(client_of, cast, review, items, comment):
    comment(cast.ana, items[0], "SECRET")
    note = Note.objects.get()
    address = reverse("consensus:edit_comment", args=[review.pk, items[0].pk, note.pk])
    assert client_of(cast.ben).post(address, {"text": "Hm"}).status_code == 404


def test_empty_and_endless_comments_are_refused(cast, conflict, comment):
    for text in ("", "   ", "a" * 10_001, "a\x00b"):
        assert comment(cast.ana, conflict, text).status_code == 400
    assert not Note.objects.exists()


def test_who_may_not_judge_reads_but_does_not_write(client_of, cast, review, conflict, comment):
    assert comment(cast.observer, conflict, "Hello").status_code == 403
    assert comment(cast.stranger, conflict, "Hello").status_code == 404
    assert "Write to the others" not in thread(client_of(cast.observer), review, conflict)


def test_a_withdrawn_mention_that_nobody_was_told_of_is_never_told(cast, items, comment):
    say(cast.ana, items[0], "include")
    comment(cast.ana, items[0], "@Ben look")
    services.withdraw_comment(by=cast.ana, note_id=Note.objects.get().pk)
    say(cast.ben, items[0], "include")
    assert services.tell() == 0
