"""The template filters of the console; see pipelines.console.display for what they promise."""

from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from django import template

from alerts.ledger.models import User
from alerts.times import length
from nlp.places import Divisions
from pipelines.console import display
from pipelines.console.office import current

register = template.Library()
register.filter("chinese", display.chinese)
register.filter("grade_name", display.grade_name)
register.filter("platform", display.platform_name)
register.filter("marked", display.marked)
register.filter("snippet", display.snippet)
register.filter("length_of", length)
register.filter("adds_to", display.adds_to)


@register.filter
def remaining(due: datetime, now: datetime) -> str:
    return display.remaining(due, now)


@register.filter
def department(identifier: str) -> str:
    """The department's name."""
    return current().department_name(identifier)


@register.filter
def web_address(url: str) -> str:
    """The address if a browser may follow it, else nothing: a post may carry javascript:."""
    try:
        return url if urlsplit(url).scheme in {"http", "https"} else ""
    except ValueError:
        return ""


@register.filter
def division(code: str) -> str:
    """The full name of a division code."""
    divisions = Divisions.shared()
    return divisions.name(code) if divisions.exists(code) else code


@register.filter
def person(username: str) -> str:
    """The name of a person of the roster, as their account has it."""
    user = User.objects.filter(username=username).first()
    return user.get_full_name() or username if user else username


@register.filter
def readable(value: Any) -> str:
    """A value of the log as text: departments and codes by name, what is empty left out."""
    if isinstance(value, dict):
        return "；".join(f"{key}：{readable(item)}" for key, item in value.items() if item)
    if isinstance(value, list | tuple):
        is_pair = len(value) == 2 and isinstance(value[1], int | float)
        return (" " if is_pair else "、").join(readable(item) for item in value)
    if isinstance(value, str):
        return current().department_name(display.chinese(value))
    return str(value)
