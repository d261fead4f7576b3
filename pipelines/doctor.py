"""What is wrong with an office and how to mend it: one finding per part."""

import shutil
import stat
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from alerts.clock import ZONE
from pipelines import wiring
from pipelines.config import SECRETS, Config
from pipelines.errors import PipelineError

EARLIEST = datetime.fromisoformat("2026-01-01T00:00:00+08:00")
"""No honest clock shows less: this version did not exist then."""

FREE_BYTES = 1_000_000_000
_MISSED = 0.005
"""Share of the stopped headlines that, once surely missed, speaks against the gate."""

_SILENT = timedelta(days=3)
_CALENDAR_AHEAD = timedelta(days=14)


@dataclass(frozen=True, slots=True)
class Finding:
    """One part examined: `message` says what is there, or what is wrong and how to mend it."""

    part: str
    state: Literal["ok", "warning", "error"]
    message: str


def examine(config: Config, now: datetime) -> Iterator[Finding]:
    """Examine every part; a part that raises its package's error is a finding, not an end."""
    parts: tuple[tuple[str, Callable[[Config, datetime], Iterator[Finding]]], ...] = (
        ("密钥", _secrets),
        ("磁盘", _disk),
        ("时钟", _clock),
        ("帖子库", _store),
        ("台账", _ledger),
        ("模型", _model),
        ("初筛", _screening),
        ("组织", _organisation),
        ("派单", _routing),
        ("通知渠道", _channels),
        ("值班表", _roster),
        ("来源", _sources),
        ("控制台", _console),
    )
    for part, check in parts:
        try:
            yield from check(config, now)
        except _expected() as error:
            yield Finding(part, "error", str(error))


def _expected() -> tuple[type[Exception], ...]:
    from alerts.errors import AlertError
    from crawlers.errors import CrawlError
    from nlp.errors import NlpError
    from pipelines.stores.protocol import StoreError

    return PipelineError, AlertError, CrawlError, NlpError, StoreError, OSError


def _secrets(config: Config, now: datetime) -> Iterator[Finding]:
    for name in SECRETS:
        config.secret(name)
        path = config.var / "secrets" / name
        if path.exists() and stat.S_IMODE(path.stat().st_mode) & 0o077:
            yield Finding("密钥", "error", f"{path} 他人可读：运行 chmod 600 {path}")
            return
    yield Finding("密钥", "ok", f"{len(SECRETS)} 个密钥齐全")


def _disk(config: Config, now: datetime) -> Iterator[Finding]:
    config.var.mkdir(parents=True, exist_ok=True)
    free = shutil.disk_usage(config.var).free
    if free < FREE_BYTES:
        yield Finding("磁盘", "warning", f"{config.var} 只剩 {free / 1e9:.1f} GB：请清理或扩容")
    else:
        yield Finding("磁盘", "ok", f"剩余 {free / 1e9:.0f} GB")


def _clock(config: Config, now: datetime) -> Iterator[Finding]:
    from alerts.clock import calendar_until, parse_quiet

    known = calendar_until()
    if now.date() + _CALENDAR_AHEAD > known:
        yield Finding(
            "时钟",
            "warning",
            f"节假日表只到 {known}：此后的工作日按周一至周五计，请升级 chinesecalendar",
        )
    parse_quiet(config.clocks.quiet_hours)
    if now < EARLIEST:
        yield Finding("时钟", "error", f"系统时间 {now:%Y-%m-%d} 有误：请校准（法定时限以它计算）")
    else:
        yield Finding("时钟", "ok", f"{now.astimezone(ZONE):%Y-%m-%d %H:%M}（北京时间）")


def _store(config: Config, now: datetime) -> Iterator[Finding]:
    store = wiring.open_store(config)
    try:
        yield Finding("帖子库", "ok", store.check())
    finally:
        store.close()


def _ledger(config: Config, now: datetime) -> Iterator[Finding]:
    events = wiring.open_ledger(config).verify()
    from alerts.ledger.officers import officers

    if not officers():
        yield Finding("台账", "error", "没有任何用户：运行 shengyuan user add 用户名")
        return
    yield Finding("台账", "ok", f"日志链完整，共 {events} 条；用户 {len(officers())} 名")


def _model(config: Config, now: datetime) -> Iterator[Finding]:
    from nlp import lexicon, registry
    from pipelines.retrain import Models

    version = wiring.open_classifier(config).version
    used = Models(config.var / "models", config.model.version).in_use()
    if registry.describe(used).get("lexicon") == lexicon.revision():
        yield Finding("模型", "ok", f"分类模型 {version}")
    else:
        yield Finding(
            "模型",
            "warning",
            f"分类模型 {version} 是用另一版词表训练的，部分特征失效：请用 shengyuan train 重新训练",
        )


def _screening(config: Config, now: datetime) -> Iterator[Finding]:
    from pipelines import screening
    from pipelines.retrain import Models

    if not config.analysis.gate:
        yield Finding("初筛", "ok", "已关闭：每条标题都评分")
        return
    used = Models(config.var / "models", config.model.version).in_use()
    tally = screening.read(config.var).get(used.name)
    if tally is None or not tally.shadow:
        yield Finding("初筛", "ok", "已开启，尚无抽查结果")
        return
    _, low, high = tally.miss_rate()
    told = (
        f"拦下 {tally.stopped} 条标题，抽查 {tally.shadow} 条，漏 {tally.missed} 条"
        f"（95% 区间 {low:.2%}–{high:.2%}）"
    )
    if low > _MISSED:
        yield Finding(
            "初筛", "warning", f"{told}：漏得偏多，请设 [analysis] gate = false 或重新训练模型"
        )
    else:
        yield Finding("初筛", "ok", told)


def _organisation(config: Config, now: datetime) -> Iterator[Finding]:
    organisation = wiring.organisation(config)
    unknown = sorted(
        {
            f"{department.name} → {channel}"
            for department in organisation.departments
            for channel in department.channels
            if channel not in config.channels
        }
    )
    silent = [item.name for item in organisation.departments if not item.channels]
    if unknown:
        yield Finding(
            "组织", "error", f"部门引用了不存在的渠道：{unknown[0]}，请在 [channels] 中补上"
        )
    elif silent:
        yield Finding(
            "组织", "error", f"{silent[0]} 没有通知渠道，请在 org.toml 的 channels 中填写"
        )
    else:
        yield Finding("组织", "ok", f"{len(organisation.departments)} 个部门")
    from nlp.places import Divisions

    wiring.use_divisions(config)
    division = config.office.division
    if division != "000000" and not Divisions.shared().exists(division):
        yield Finding("组织", "error", f"行政区划代码 {division} 不存在，请改正 [office] division")
    if organisation.departments and organisation.division != division:
        yield Finding(
            "组织",
            "error",
            f"org.toml 的 division {organisation.division} 与 [office] division {division} 不一致",
        )


def _routing(config: Config, now: datetime) -> Iterator[Finding]:
    from alerts.rehearsal import idle
    from pipelines import tables

    wiring.open_ledger(config)
    done = tables.rehearse(config, now)
    if done.losses:
        yield Finding("派单", "error", f"改动不会生效：{tables.refusal(done)}")
        return
    for warning in idle(done.tables)[:1]:
        yield Finding("派单", "warning", f"{warning}：这类事件将派妇联，请在 org.toml 补上")
    state = "在使用" if done.effective else "值班台启动时生效"
    yield Finding("派单", "ok", f"{len(done.tables.rules)} 条规则，{state}")


def _channels(config: Config, now: datetime) -> Iterator[Finding]:
    built = wiring.channels(config)
    if not built:
        yield Finding("通知渠道", "warning", "没有通知渠道：预警只显示在控制台")
        return
    yield Finding("通知渠道", "ok", "、".join(f"{name}（已配置）" for name in built))


def _roster(config: Config, now: datetime) -> Iterator[Finding]:
    from alerts.clock import moment
    from alerts.roster import ROLES, load_roster
    from pipelines.readiness import unready

    if config.office.roster is None:
        yield Finding("值班表", "warning", "没有值班表：无人签收时无法升级，请设置 [office] roster")
        return
    roster = load_roster(config.office.roster)
    gaps = roster.gaps(now)
    if gaps:
        first = gaps[0]
        yield Finding(
            "值班表",
            "warning",
            f"未来 30 天有 {len(gaps)} 段无人值守，最早 {moment(first.start)} "
            f"至 {moment(first.end)}（{first.role}），请补排",
        )
        return
    alone = {roster.on_duty(role, now) for role in ROLES}
    if len(alone) == 1:
        yield Finding(
            "值班表",
            "warning",
            f"{'、'.join(ROLES)}都是 {alone.pop()}：无人签收时没有别人可升级，请在值班表中分开排班",
        )
        return
    wiring.open_ledger(config)
    for one in unready(config, roster, now)[:1]:
        yield Finding("值班表", "warning", f"{one.person}：{one.problem}")
        return
    yield Finding("值班表", "ok", "未来 30 天无空档，值班人都有测试过的渠道")


def _console(config: Config, now: datetime) -> Iterator[Finding]:
    if config.console.host in {"0.0.0.0", "::"} and not config.console.public_url:  # noqa: S104 - asked, not bound
        yield Finding(
            "控制台", "error", "对外监听时请填写 [console] public_url：预警里的链接要用它"
        )
        return
    yield Finding("控制台", "ok", config.console.url)


def _sources(config: Config, now: datetime) -> Iterator[Finding]:
    from crawlers.sources import load_catalogue

    catalogue = load_catalogue(config.crawl.catalogue)
    unknown = [name for name in config.crawl.enabled if name not in catalogue]
    if unknown:
        yield Finding(
            "来源", "error", f"启用了不存在的来源 {unknown[0]}：见 shengyuan sources list"
        )
    elif not config.crawl.enabled:
        yield Finding("来源", "warning", "没有启用任何来源：用 shengyuan sources enable 名称 启用")
    else:
        yield Finding("来源", "ok", f"已启用 {len(config.crawl.enabled)} 个")
    yield from _visits(config, now)
    if config.crawl.enabled and not config.crawl.contact:
        yield Finding("来源", "warning", "没有联系方式：请填写 [crawl] contact，供网站管理员联系")


def _visits(config: Config, now: datetime) -> Iterator[Finding]:
    """Enabled sources that failed twice in a row, or gave nothing new for three days."""
    from alerts.clock import moment
    from pipelines.visits import read_visit

    for name in config.crawl.enabled:
        visit = read_visit(config.var / "sources", name)
        if visit is None:
            continue
        if visit.failures >= 2:
            yield Finding(
                "来源",
                "warning",
                f"{visit.title}（{name}）连续 {visit.failures} 次未抓全：{visit.outcome}；"
                f"用 shengyuan sources check {name} 实测",
            )
        elif visit.expected_per_day and visit.last_new and now - visit.last_new > _SILENT:
            yield Finding(
                "来源",
                "warning",
                f"{visit.title}（{name}）自 {moment(visit.last_new)} 起没有新帖，"
                f"平时每天约 {visit.expected_per_day} 条；用 shengyuan sources check {name} 实测",
            )
