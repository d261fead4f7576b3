"""The form of a verdict on a doubtful post: the machine's labels, to be corrected."""

from typing import Any

from django import forms

from alerts.ledger.labels import Labels
from alerts.ledger.models import Incident
from alerts.signal import Signal
from nlp.taxonomy import CHINESE, COLOURS, Category, Scope, Status, Victim

CONCLUSIONS = {
    "incident": "已判定为事件，由值班台立案或归并",
    "none": "已判定：不是事件",
    "join": "已判定并入事件 {}，由值班台归并",
}
"""What can be concluded, each with what the officer is told; {} is the incident."""


def _named(codes: Any) -> list[tuple[str, str]]:
    return [(code.value, CHINESE[code.value]) for code in codes]


class VerdictForm(forms.Form):
    """Labels and, for a join, the case; what is not wanted for the conclusion is left alone."""

    categories = forms.MultipleChoiceField(
        label="类别",
        choices=_named(Category),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    victims = forms.MultipleChoiceField(
        label="受害人", choices=_named(Victim), required=False, widget=forms.CheckboxSelectMultiple
    )
    severity = forms.ChoiceField(
        label="严重程度",
        choices=[(level, f"{name}色") for level, name in COLOURS.items()],
        required=False,
    )
    status = forms.ChoiceField(label="阶段", choices=_named(Status), required=False)
    scope = forms.ChoiceField(label="范围", choices=_named(Scope), required=False)
    case = forms.CharField(
        label="并入哪个事件",
        max_length=50,
        required=False,
        widget=forms.TextInput(
            attrs={"list": "cases", "placeholder": "事件或预警编号", "autocomplete": "off"}
        ),
    )

    def __init__(
        self,
        data: Any = None,
        *,
        signal: Signal,
        row: int,
        conclusion: str = "",
        suggested: str = "",
    ) -> None:
        self.row, self.signal, self.conclusion = row, signal, conclusion
        proposed = {
            "categories": list(signal.categories),
            "victims": list(signal.victims),
            "severity": signal.severity,
            "status": signal.status or Status.ALLEGED.value,
            "scope": signal.scope or Scope.DOMESTIC.value,
            "case": suggested,
        }
        super().__init__(data, prefix=f"v{row}", initial=proposed)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if self.conclusion != "join":
            cleaned["case"] = ""
        elif not cleaned.get("case"):
            self.add_error("case", "请填写要并入的事件或预警编号")
        else:
            self._borrow(cleaned)
        if self.conclusion != "none":
            for name in ("categories", "victims"):
                if not cleaned.get(name) and name not in self.errors:
                    self.add_error(name, f"判定为事件须至少选一项{self.fields[name].label}")
        return cleaned

    def _borrow(self, cleaned: dict[str, Any]) -> None:
        """What the post itself does not show is that of the case which it joins."""
        case = Incident.objects.filter(id=cleaned["case"]).first()
        for name in ("categories", "victims"):
            if case is not None and not cleaned.get(name):
                cleaned[name] = list(getattr(case, name))


def labels_said(form: VerdictForm) -> Labels:
    """The labels of a valid form; the machine's order of categories is kept."""
    said = form.cleaned_data
    scope = said["scope"] or Scope.DOMESTIC.value
    if form.conclusion == "none":
        return Labels(incident=False, scope=scope)
    known = [code for code in form.signal.categories if code in said["categories"]]
    return Labels(
        incident=True,
        scope=scope,
        categories=tuple(dict.fromkeys([*known, *said["categories"]])),
        victims=tuple(said["victims"]),
        severity=int(said["severity"] or form.signal.severity),
        status=said["status"] or form.signal.status or Status.ALLEGED.value,
    )
