"""Who may see and do what. An officer belongs to one department of one division.

The coordinating department (the women's federation) sees every incident of its division, an
office's own one every incident at all. Any other department sees what it leads, what it is informed
of, what it was asked to help with, and what the same kind of department below it leads. Who leads,
coordinates or stands above may act; who helps may sign for that and record measures; who is only
informed may look and speak.
"""

import json

from django.db.models import Q, QuerySet, TextField
from django.db.models.functions import Cast

from alerts.ledger.models import Alert, Incident, User
from alerts.loop import Action, State
from alerts.organisation import COORDINATOR, Department, Organisation, stem

UNMASKING_ROLES = ("值班", "带班领导", "管理员")
"""Roles that may see an original text, with a reason and on record."""


def sees_all(user: User, organisation: Organisation) -> bool:
    """Whether nothing is hidden from this officer."""
    if user.is_superuser:
        return True
    department = organisation.get(user.department)
    return department is not None and _coordinates_office(department, organisation)


def visible(user: User, organisation: Organisation) -> QuerySet[Incident]:
    """The incidents that this officer may see, merged ones left out."""
    incidents = Incident.objects.filter(merged_into=None)
    if sees_all(user, organisation):
        return incidents
    department = organisation.get(user.department)
    if department is None:
        return incidents.none()
    return incidents.annotate(told=Cast("informed", TextField())).filter(
        _in_charge(department, organisation) | _named(department.id) | _helping(department.id)
    )


def may_act(user: User, organisation: Organisation, incident: Incident) -> bool:
    """Whether this officer may do more than look at an incident that is visible."""
    if sees_all(user, organisation):
        return True
    department = organisation.get(user.department)
    if department is None:
        return False
    return Incident.objects.filter(_in_charge(department, organisation), id=incident.id).exists()


def help_of(user: User, incident: Incident) -> Alert | None:
    """The call by which this officer's department was asked to help, if it was."""
    if not user.department:
        return None
    calls = incident.alerts.filter(reason=Action.ASSIGN, department=user.department)
    return calls.order_by("-raised_at").first()


def waiting(user: User, organisation: Organisation) -> QuerySet[Incident]:
    """The incidents of this officer that somebody must still sign for, help asked for included."""
    calls = Alert.objects.filter(
        reason=Action.ASSIGN, department=user.department or None, state=State.RAISED
    )
    mine = Q(state=State.RAISED) | Q(id__in=calls.values("incident"))
    return visible(user, organisation).filter(mine)


def may_unmask(user: User) -> bool:
    """Whether this officer's role lets them ask for an original text."""
    return user.is_superuser or user.role in UNMASKING_ROLES


def _coordinates_office(department: Department, organisation: Organisation) -> bool:
    return department.kind == COORDINATOR and department.division == organisation.division


def _in_charge(department: Department, organisation: Organisation) -> Q:
    below = stem(department.division)
    own = Q(lead=department.id)
    if department.kind == COORDINATOR:
        return own | Q(lead_division__startswith=below) | Q(place__startswith=below)
    if organisation.everywhere:
        # There the id of a department is its kind and its division.
        return own | Q(lead__startswith=f"{department.kind}-", lead_division__startswith=below)
    same = [
        other.id
        for other in organisation.departments
        if other.kind == department.kind and other.division.startswith(below)
    ]
    return own | Q(lead__in=same)


def _helping(department: str) -> Q:
    calls = Alert.objects.filter(reason=Action.ASSIGN, department=department)
    return Q(id__in=calls.values("incident"))


def _named(identifier: str) -> Q:
    # SQLite cannot look inside JSON lists, and escapes what is not ASCII where PostgreSQL does not.
    return Q(told__contains=json.dumps(identifier)) | Q(told__contains=f'"{identifier}"')
