from django import template

from accounts.devices import device
from accounts.first import needs_first_account

register = template.Library()
register.filter("device", device)
register.simple_tag(needs_first_account, name="needs_first_account")
