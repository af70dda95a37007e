import os
import time

from django.http import HttpRequest, HttpResponse, JsonResponse

from notes.models import Note
from notes.tasks import echo


def health(_request: HttpRequest) -> HttpResponse:
    return HttpResponse(os.environ["CONCORD_DATA"])


def add(_request: HttpRequest, text: str) -> HttpResponse:
    Note.objects.create(text=text)
    echo.delay(text)
    return HttpResponse("added")


def texts(_request: HttpRequest) -> JsonResponse:
    return JsonResponse({by: list(texts_by(by)) for by in ("web", "worker", "beat", "demo")})


def texts_by(by: str) -> list[str]:
    return list(Note.objects.filter(by=by).order_by("id").values_list("text", flat=True))


def tasks(_request: HttpRequest) -> JsonResponse:
    return JsonResponse({"pid": os.getpid()})


def hang(_request: HttpRequest) -> HttpResponse:
    time.sleep(3600)
    return HttpResponse("never")
