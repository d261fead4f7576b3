"""The forms of the closed loop: one for each action, with the fields that its log entry needs."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django import forms

from alerts.ledger.actions import VISIT_DAYS, Officer
from alerts.ledger.book import Ledger
from alerts.ledger.labels import OUTCOMES
from alerts.ledger.models import Incident
from alerts.loop import Action
from alerts.organisation import KINDS, NATION, Department, Organisation


def _long(label: str, hint: str) -> forms.CharField:
    widget = forms.Textarea(attrs={"rows": 3, "placeholder": hint})
    return forms.CharField(label=label, max_length=4000, widget=widget)


class ActionForm(forms.Form):
    """A form of one action; `apply` carries it out in the ledger."""

    def apply(self, ledger: Ledger, incident: str, officer: Officer, now: datetime) -> Incident:
        """Act with the cleaned values. Raises Conflict or AlertError as the ledger does."""
        raise NotImplementedError


class Acknowledge(ActionForm):
    def apply(self, ledger: Ledger, incident: str, officer: Officer, now: datetime) -> Incident:
        return ledger.acknowledge(incident, officer, now)


class Assess(ActionForm):
    note = _long("研判意见", "是否属实、是否涉未成年人、风险程度、需要谁配合")

    def apply(self, ledger: Ledger, incident: str, officer: Officer, now: datetime) -> Incident:
        return ledger.assess(incident, officer, now, self.cleaned_data["note"])


class HandOver(ActionForm):
    to = forms.ChoiceField(label="转给")
    reason = _long("转办理由", "依据哪条职责分工，需要对方做什么")

    def __init__(self, *args: Any, departments: list[Department], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._departments = {department.id: department for department in departments}
        choices = [(department.id, department.name) for department in departments]
        field = self.fields["to"]
        if isinstance(field, forms.ChoiceField):
            field.choices = [("", "请选择部门"), *choices]

    def apply(self, ledger: Ledger, incident: str, officer: Officer, now: datetime) -> Incident:
        reason = self.cleaned_data["reason"]
        return ledger.hand_over(incident, officer, now, to=self.department, reason=reason)

    @property
    def department(self) -> Department:
        """The department that a valid form names."""
        return self._departments[self.cleaned_data["to"]]


class Assign(HandOver):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["to"].label, self.fields["reason"].label = "交给哪个部门协办", "协办要求"
        self.fields["reason"].widget.attrs["placeholder"] = "需要对方做什么，什么时候要结果"

    def apply(self, ledger: Ledger, incident: str, officer: Officer, now: datetime) -> Incident:
        to, wanted = self.department, self.cleaned_data["reason"]
        return ledger.assign(incident, officer, now, to=to, wanted=wanted)


class Handle(ActionForm):
    note = _long("处置情况", "已采取的措施：出警、安置、救助、告诫书、人身安全保护令……")

    def apply(self, ledger: Ledger, incident: str, officer: Officer, now: datetime) -> Incident:
        return ledger.handle(incident, officer, now, self.cleaned_data["note"])


class Voice(ActionForm):
    link = forms.URLField(label="发布链接", required=False, max_length=500, assume_scheme="https")
    text = forms.CharField(
        label="发布内容",
        required=False,
        max_length=4000,
        widget=forms.Textarea(
            attrs={"rows": 3, "placeholder": "通报全文或要点；链接与内容至少填一项"}
        ),
    )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not cleaned.get("link") and not cleaned.get("text") and not self.errors:
            raise forms.ValidationError("请填写发布链接或发布内容")
        return cleaned

    def apply(self, ledger: Ledger, incident: str, officer: Officer, now: datetime) -> Incident:
        link, text = self.cleaned_data["link"], self.cleaned_data["text"]
        return ledger.record_statement(incident, officer, now, link=link, text=text)


class Close(ActionForm):
    outcome = forms.ChoiceField(
        label="办理结果", choices=[("", "请选择"), *((value, value) for value in OUTCOMES)]
    )
    reason = _long("办结理由", "核查结论与依据")
    visit_in = forms.IntegerField(
        label="几天后回访", min_value=1, max_value=365, initial=VISIT_DAYS
    )

    def apply(self, ledger: Ledger, incident: str, officer: Officer, now: datetime) -> Incident:
        return ledger.close(incident, officer, now, **self.cleaned_data)


class Visit(ActionForm):
    note = _long("回访情况", "当事人现状、诉求是否解决、是否有新的风险")

    def apply(self, ledger: Ledger, incident: str, officer: Officer, now: datetime) -> Incident:
        return ledger.visit(incident, officer, now, self.cleaned_data["note"])


class Archive(ActionForm):
    def apply(self, ledger: Ledger, incident: str, officer: Officer, now: datetime) -> Incident:
        return ledger.archive(incident, officer, now)


class Comment(forms.Form):
    """A word for the colleagues."""

    text = _long("留言", "给同事和协办部门看，不改变办理状态")


_FORMS: dict[Action, Callable[..., ActionForm]] = {
    Action.ACKNOWLEDGE: Acknowledge,
    Action.ASSESS: Assess,
    Action.HANDLE: Handle,
    Action.VOICE: Voice,
    Action.CLOSE: Close,
    Action.VISIT: Visit,
    Action.ARCHIVE: Archive,
}


def form_for(
    action: Action, incident: Incident, organisation: Organisation, data: Any = None
) -> ActionForm | None:
    """The form of an action on this incident; None for an action that the console does not offer.

    `data` are the submitted values, None for an empty form.
    """
    prefix = action.name.lower()
    if action in {Action.HAND_OVER, Action.ASSIGN}:
        kind = HandOver if action is Action.HAND_OVER else Assign
        return kind(data, prefix=prefix, departments=receivers(incident, organisation))
    form = _FORMS.get(action)
    return form(data, prefix=prefix) if form else None


def receivers(incident: Incident, organisation: Organisation) -> list[Department]:
    """Departments that the incident can be handed to, those of its own division first."""
    division = incident.lead_division or incident.place or NATION
    if organisation.everywhere:
        found = [organisation.find(kind, division) for kind in KINDS]
        departments = [department for department in found if department is not None]
    else:
        departments = list(organisation.departments)
        departments.sort(key=lambda item: (item.division != division, item.division))
    return [department for department in departments if department.id != incident.lead]
