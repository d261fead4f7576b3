"""Builds the parts that a process needs from the configuration."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipelines.config import Config
from pipelines.errors import ConfigError

if TYPE_CHECKING:
    from alerts.channels import Channel
    from alerts.desk import Desk
    from alerts.ledger import Ledger
    from alerts.organisation import Organisation
    from nlp.classifier import Classifier
    from pipelines.analysis import Analyst
    from pipelines.screening import Screening
    from pipelines.stores.protocol import PostStore

Clock = Callable[[], datetime]


def now() -> datetime:
    """The present moment, in UTC: the clock of every real process."""
    return datetime.now(UTC)


def use_divisions(config: Config) -> None:
    """Make place names of the office's own division table known in this process."""
    if config.office.divisions is not None:
        from nlp.places import add_divisions

        add_divisions(config.office.divisions)


def open_classifier(config: Config, version: str = "") -> "Classifier":
    """The named or else the configured model, the office's own folder first. Raises NlpError."""
    from nlp.classifier import Classifier

    use_divisions(config)
    wanted = version or config.model.version or None
    return Classifier.load(wanted, [config.var / "models"])


def open_store(config: Config) -> "PostStore":
    """The post store, ready for use. Raises StoreError."""
    from pipelines.stores import open_store

    options: dict[str, Any] = {}
    if not config.store.url.startswith("sqlite:"):
        options = {"api_key": config.store_api_key(), "ca_certs": config.store.ca_certs}
    _make_folder(config.store.url)
    store = open_store(config.store.url, **options)
    store.ensure()
    return store


def open_ledger(config: Config, extra_settings: Mapping[str, Any] | None = None) -> "Ledger":
    """The ledger with its tables up to date. Raises AlertError."""
    from alerts.ledger import open_ledger

    _make_folder(config.ledger.url)
    return open_ledger(
        config.ledger.url,
        originals_key=config.secret("originals"),
        extra_settings=extra_settings or {},
    )


def open_analyst(config: Config, store: "PostStore", ledger: "Ledger", clock: Clock) -> "Analyst":
    """What a crawl hands its batches to."""
    from pipelines.analysis import Analyst

    key = config.secret("author-hash")
    screening = open_screening(config, config.var)
    return Analyst(open_classifier(config), store, ledger, key, clock, screening)


def open_screening(config: Config, var: Path | None) -> "Screening":
    """How the office screens headlines; what it does is counted in the data folder `var`."""
    from pipelines.screening import Screening

    return Screening(config.analysis.gate, config.analysis.shadow_share, var)


def organisation(config: Config) -> "Organisation":
    """The office's organisation, or the built-in national one. Raises AlertError."""
    from alerts.organisation import load_organisation, national

    use_divisions(config)
    found = (
        national()
        if config.office.organisation is None
        else load_organisation(config.office.organisation)
    )
    return replace(found, place_name=place_name)


def place_name(code: str) -> str:
    """What officers call a division; the code of one that no table knows."""
    from nlp.places import Divisions

    return "全国" if code == "000000" else Divisions.shared().own_name(code) or code


def channels(config: Config) -> dict[str, "Channel"]:
    """All configured channels by name. Raises AlertError naming channel and option."""
    from alerts.channels import build

    return {name: build(name, table, config.root) for name, table in config.channels.items()}


def open_desk(config: Config, ledger: "Ledger", *, sending: bool) -> "Desk":
    """The duty desk; with `sending` false its messages stay in the outbox. Raises AlertError.

    One that sends works by the checked version of organisation and routing table, not by the files.
    """
    from alerts.clock import Clocks, parse_quiet
    from alerts.desk import Desk
    from alerts.links import Links
    from alerts.office import Office
    from alerts.roster import Roster, load_roster
    from pipelines import tables

    routed = tables.in_effect(config, now()) if sending else tables.as_written(config)
    roster = load_roster(config.office.roster) if config.office.roster else Roster()
    office = Office(
        routed.organisation,
        rules=routed.rules,
        clocks=Clocks(config.clocks.start, parse_quiet(config.clocks.quiet_hours)),
        roster=roster,
        public_url=config.console.url,
        links=Links(config.secret("links")) if sending else None,
    )
    return Desk(ledger, office, channels(config) if sending else None)


def _make_folder(url: str) -> None:
    if url.startswith("sqlite:///"):
        folder = Path(url.removeprefix("sqlite:///")).parent
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise ConfigError(f"建不了目录 {folder}：{error.strerror}，请检查权限") from error
