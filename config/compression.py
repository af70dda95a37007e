"""Pages and data are sent compressed: a page of many rows shrinks to a tenth."""

from django.http import HttpRequest, HttpResponseBase
from django.middleware.gzip import GZipMiddleware

WORDS = (
    "text/",
    "application/json",
    "application/xml",
    "application/yaml",
    "image/svg+xml",
    "application/vnd.oai.openapi",
)


class Compress(GZipMiddleware):
    """Django's own, which pads what it sends against guesses at secrets from its length; of texts only, since papers and
    pictures are compressed already."""

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        if not response.headers.get("Content-Type", "").startswith(WORDS):
            return response
        return super().process_response(request, response)
