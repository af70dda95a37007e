from django import template
from django.conf import settings

from accounts.devices import device
from accounts.first import needs_first_account

register = template.Library()
register.filter("device", device)
register.simple_tag(needs_first_account, name="needs_first_account")


@register.simple_tag
def mail_goes_to_files() -> bool:
    """Whether no mail server is named, so that letters lie in the data folder."""
    return bool(settings.EMAIL_BACKEND.endswith("filebased.EmailBackend"))
