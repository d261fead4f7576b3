"""Who an office's cases are routed to: its files, checked against last week before they count."""

import logging
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from alerts.errors import AlertError
from alerts.rehearsal import Loss, Tables, Texts, losses
from pipelines import wiring
from pipelines.config import Config
from pipelines.errors import PipelineError

if TYPE_CHECKING:
    from alerts.ledger.actions import Officer

log = logging.getLogger(__name__)

REHEARSED = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """What the office's files would change: `effective` says that they are in effect already."""

    tables: Tables
    effective: bool
    cases: int
    losses: tuple[Loss, ...]


def configured(config: Config) -> bool:
    """Whether the office has an organisation or a routing table of its own."""
    return config.office.organisation is not None or config.office.routing is not None


def written(config: Config) -> Texts:
    """The office's files as they are now. Raises AlertError naming the file that cannot be read."""
    return Texts(_text(config.office.organisation), _text(config.office.routing))


def as_written(config: Config) -> Tables:
    """What the files mean now, in effect or not. Raises AlertError."""
    return parsed(written(config), config)


def rehearse(config: Config, now: datetime) -> Rehearsal:
    """Route last week's cases by the files and by what is in effect.

    The ledger must be open. Raises AlertError for files that mean nothing.
    """
    from alerts.ledger import versions

    texts = written(config)
    tables = parsed(texts, config)
    effective = next(iter(versions.history(1)), None)
    if effective is None or effective.texts == texts:
        return Rehearsal(tables, effective is not None, 0, ())
    cases = versions.cases_since(now - REHEARSED)
    lost = losses(cases, parsed(effective.texts, config), tables)
    return Rehearsal(tables, False, len(cases), tuple(lost))


def adopt(config: Config, officer: "Officer", now: datetime, force: bool, reason: str) -> Rehearsal:
    """Let the files take effect.

    Raises PipelineError when cases of last week would lose their receiver, unless forced with a
    reason.
    """
    from alerts.ledger import versions

    if force and not reason.strip():
        raise PipelineError("强制启用须写明理由：请加 --reason")
    done = rehearse(config, now)
    if done.losses and not force:
        raise PipelineError(f"{refusal(done)}；确需启用请加 --force --reason 理由")
    if not done.effective:
        versions.adopt(written(config), officer, now, reason.strip())
    return done


def in_effect(config: Config, now: datetime) -> Tables:
    """The tables by which the desk works from now on.

    Changed files take effect when no case of last week would lose its receiver; else, and when they
    cannot be read, the version before stays and an operator is told. The ledger must be open.
    """
    from alerts.ledger import notices, versions
    from alerts.ledger.actions import Officer
    from alerts.ledger.agenda import DESK

    if not configured(config):
        return as_written(config)
    try:
        done = adopt(config, Officer(DESK, "值班台启动"), now, False, "")
    except (AlertError, PipelineError) as error:
        effective = next(iter(versions.history(1)), None)
        if effective is None:
            raise
        told = f"派单表的改动没有生效，仍按 {effective.texts.digest} 版派单：{error}"
        log.error(told)
        notices.tell(f"tables:{now:%Y%m%d}:{effective.number}", told, now)
        return parsed(effective.texts, config)
    return done.tables


def refusal(done: Rehearsal) -> str:
    """Which categories would be left without a receiver."""
    from alerts.messages import NAMES

    named = "；".join(
        f"{NAMES.get(loss.category, loss.category or '类别不明')} {loss.cases} 起（{loss.reason}）"
        for loss in done.losses
    )
    return f"最近 7 天的事件将无人接收：{named}"


def parsed(texts: Texts, config: Config) -> Tables:
    """What these texts mean. Raises AlertError naming the file and what to mend."""
    from alerts.organisation import national, read_organisation
    from alerts.routing import parse_rules, shipped_rules

    wiring.use_divisions(config)
    office = config.office
    organisation = (
        read_organisation(texts.organisation, str(office.organisation))
        if texts.organisation
        else national()
    )
    rules = parse_rules(texts.rules, str(office.routing)) if texts.rules else shipped_rules()
    return Tables(replace(organisation, place_name=wiring.place_name), rules)


def _text(path: Path | None) -> str:
    if path is None:
        return ""
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise AlertError(f"读不了 {path}：{error.strerror}，请检查路径和权限") from error
    except UnicodeDecodeError as error:
        raise AlertError(f"{path} 不是 UTF-8 编码：请另存为 UTF-8") from error
    if not text.strip():
        raise AlertError(f"{path} 是空的：请恢复它的内容")
    return text
