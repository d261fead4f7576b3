"""The yearly life of a model: weigh a new version against the one in use, promote it, go back."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nlp import registry
from nlp.classifier import Classifier
from nlp.errors import NlpError
from nlp.labelled import LabelledPost, read_labelled
from nlp.promotion import Finding, Measured, Pair, Verdict, judge

if TYPE_CHECKING:
    from nlp.assessment import Assessment

Progress = Callable[[int], None]

BATCH = 500


@dataclass(frozen=True, slots=True)
class Models:
    """Where an office's models lie. `pinned` is the version that the configuration insists on."""

    folder: Path
    pinned: str = ""

    @property
    def folders(self) -> list[Path]:
        return [self.folder]

    def in_use(self) -> Path:
        """The folder of the version that classifies today. Raises NlpError."""
        return registry.find(self.pinned or None, self.folders)

    def find(self, version: str) -> Path:
        return registry.find(version, self.folders)


@dataclass(frozen=True, slots=True)
class Deed:
    """Who changes the current model, when and why; `forced`: against the gate."""

    person: str
    at: datetime
    reason: str = ""
    forced: bool = False


def weigh(
    models: Models, version: str, files: Sequence[Path], advance: Progress = lambda done: None
) -> Verdict:
    """What the gate says of a version, by labelled files, else by the cards.

    A model in use that cannot be read refuses by itself. Raises NlpError when the new version or a
    file cannot be read.
    """
    new = models.find(version)
    pairs: list[Pair] = []
    posts = [post for file in files for post in read_labelled(file)]
    try:
        cards = _card(models.in_use()), _card(new)
        if posts:
            before, after = (_measured(path, posts, advance) for path in (models.in_use(), new))
            pairs.append((before, after, "同一批标注"))
    except NlpError as error:
        registry.read(new)
        return Verdict((Finding("current", None, None, False, f"现用模型读不了：{error}"),))
    return judge([*pairs, (*cards, "模型卡片")])


def promote(models: Models, version: str, verdict: Verdict, deed: Deed) -> None:
    """Make a version current and record why. Raises NlpError when it cannot be read."""
    before = registry.current(models.folder)
    registry.promote(version, models.folder)
    _record(models, "promote", version, before, deed, [asdict(one) for one in verdict.findings])


def roll_back(models: Models, deed: Deed) -> str:
    """Make the version before current again and record why; returns its name. Raises NlpError."""
    before = registry.current(models.folder)
    version = registry.roll_back(models.folder)
    _record(models, "rollback", version, before, deed, [])
    return version


def assessed(
    classifier: Classifier, texts: Iterable[tuple[str, str]], advance: Progress = lambda done: None
) -> Iterator[tuple["Assessment", Sequence[str]]]:
    """What the model says of each text, with the text's words; batch by batch."""
    waiting = iter(texts)
    while batch := list(islice(waiting, BATCH)):
        yield from classifier.assess_with_words(batch)
        advance(len(batch))


def _card(folder: Path) -> Measured:
    return Measured.of_card(registry.describe(folder).get("figures", {}))


def _measured(folder: Path, posts: Sequence[LabelledPost], advance: Progress) -> Measured:
    classifier = Classifier(registry.read(folder))
    texts = ((post.title, post.body) for post in posts)
    return Measured.of(
        posts, (assessment for assessment, _ in assessed(classifier, texts, advance))
    )


def _record(
    models: Models, action: str, version: str, before: str, deed: Deed, findings: list[Any]
) -> None:
    entry = {
        "at": deed.at.isoformat(),
        "action": action,
        "version": version,
        "before": before,
        "by": deed.person,
        "reason": deed.reason,
        "forced": deed.forced,
        "findings": findings,
    }
    registry.record(models.folder, entry)
