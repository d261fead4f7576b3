"""The demo's office: what it writes must be what the product reads."""

from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from alerts.organisation import KINDS, load_organisation
from alerts.roster import load_roster
from alerts.routing import Case, route, shipped_rules
from crawlers.sources import load_catalogue
from nlp.taxonomy import Category
from pipelines.config import Config, load
from pipelines.demo.office import DIVISIONS, USERS, prepare

NOW = datetime(2026, 3, 1, 23, 30, tzinfo=UTC)


@pytest.fixture
def office(tmp_path: Path) -> Config:
    return load(prepare(tmp_path / "demo", NOW, "http://127.0.0.1:8901"))


def test_nothing_lies_outside_its_folder(office: Config, tmp_path: Path) -> None:
    assert office.var == tmp_path / "demo"
    assert office.store.url == f"sqlite:///{tmp_path}/demo/posts.db"
    assert office.ledger.url == f"sqlite:///{tmp_path}/demo/ledger.db"
    assert [path.name for path in tmp_path.iterdir()] == ["demo"]


def test_only_the_sites_own_address_is_allowed(office: Config) -> None:
    assert office.crawl.allow_private == ("127.0.0.1:8901",)


def test_every_kind_of_department_is_there_for_every_division(office: Config) -> None:
    assert office.office.organisation is not None
    organisation = load_organisation(office.office.organisation)
    assert {(d.kind, d.division) for d in organisation.departments} == {
        (kind, division) for kind in KINDS for division in DIVISIONS
    }
    assert all(set(d.channels) <= set(office.channels) for d in organisation.departments)
    assert {user.department for user in USERS} <= {d.id for d in organisation.departments}


@pytest.mark.parametrize("category", Category)
def test_a_county_case_of_any_category_stays_in_its_county(
    office: Config, category: Category
) -> None:
    assert office.office.organisation is not None
    organisation = load_organisation(office.office.organisation)
    routing = route(Case((category,), places=("990122",)), organisation, shipped_rules())
    assert routing.lead.division == "990122"
    assert routing.notice == ""


@pytest.mark.parametrize("hour", [0, 7, 8, 12, 20, 23])
def test_the_roster_has_no_gap_for_thirty_days(office: Config, tmp_path: Path, hour: int) -> None:
    assert office.office.roster is not None
    now = NOW.replace(hour=hour)
    roster = load_roster(
        prepare(tmp_path / "demo", now, "http://127.0.0.1:1").parent / "roster.csv"
    )
    assert roster.gaps(now, 30) == []
    assert {shift.person for shift in roster.shifts} <= {user.username for user in USERS}


def test_prepared_again_it_keeps_its_secrets(office: Config) -> None:
    before = office.secret("originals")
    prepare(office.root, NOW, "http://127.0.0.1:8902")
    assert office.secret("originals") == before
    assert load(office.root / "shengyuan.toml").crawl.allow_private == ("127.0.0.1:8902",)


def test_its_sources_are_the_sites_and_enabled(office: Config) -> None:
    catalogue = load_catalogue(office.crawl.catalogue)
    enabled = [catalogue[name] for name in office.crawl.enabled]
    assert {source.spider for source in enabled} == {"news", "forum", "feed", "hotlist"}
    assert {urlsplit(url).netloc for source in enabled for url in source.start_urls} == {
        "127.0.0.1:8901"
    }
