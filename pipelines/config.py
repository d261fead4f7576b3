"""shengyuan.toml and its secrets → one frozen Config. Unknown keys are errors."""

import os
import secrets
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from pipelines.errors import ConfigError

FILE_NAME = "shengyuan.toml"
SECRETS = ("author-hash", "links", "django", "originals")
"""Names of the secrets that every office has; `init` and `run` create the missing ones."""

_PROBLEMS = {
    "extra_forbidden": "没有这个设置项，请检查拼写或删去它",
    "missing": "缺少这个必填项",
    "string_type": "应为文字（加引号）",
    "int_type": "应为整数",
    "int_parsing": "应为整数",
    "float_type": "应为数字",
    "float_parsing": "应为数字",
    "bool_type": "应为 true 或 false",
    "bool_parsing": "应为 true 或 false",
    "tuple_type": '应为列表，例如 ["a", "b"]',
    "dict_type": "应为一节（表）",
    "model_type": "应为一节（表）",
    "model_attributes_type": "应为一节（表）",
    "mapping_type": "应为一节（表）",
}


class _Section(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Office(_Section):
    """Whose desk this is. `divisions` adds divisions to the national table (CSV of its form).

    `routing` replaces the shipped routing table.
    """

    division: str = "000000"
    name: str = "全国（内置组织）"
    organisation: Path | None = None
    routing: Path | None = None
    roster: Path | None = None
    divisions: Path | None = None

    @field_validator("division")
    @classmethod
    def _six_digits(cls, value: str) -> str:
        if len(value) != 6 or not value.isdigit():
            raise ValueError('应为六位行政区划代码，例如 "420200"')
        return value


class Store(_Section):
    """Where posts are kept and searched. `api_key_file` wins over SHENGYUAN_STORE_API_KEY."""

    url: str = "sqlite:///var/posts.db"
    api_key_file: Path | None = None
    ca_certs: Path | None = None


class Ledger(_Section):
    url: str = "sqlite:///var/ledger.db"


class Broker(_Section):
    """Hand-off between machines; empty means function calls in one process."""

    url: str = ""

    @field_validator("url")
    @classmethod
    def _empty(cls, value: str) -> str:
        if value:
            raise ValueError("本版本只支持单机（留空），消息队列将在后续版本提供")
        return value


class Crawl(_Section):
    """What is fetched, and how politely. Delays and times in seconds, sizes in bytes."""

    enabled: tuple[str, ...] = ()
    contact: str = ""
    catalogue: Path | None = None
    allow_private: tuple[str, ...] = ()
    delay_seconds: float = Field(default=2.0, ge=0)
    max_response_bytes: int = Field(default=10_000_000, ge=10_000)
    batch_posts: int = Field(default=500, ge=1, le=5000)
    batch_seconds: float = Field(default=1.0, gt=0)


class Console(_Section):
    host: str = "127.0.0.1"
    port: int = Field(default=8000, ge=1, le=65535)
    public_url: str = ""

    @property
    def url(self) -> str:
        """The address that links in alerts carry."""
        return self.public_url.rstrip("/") or f"http://{self.host}:{self.port}"


class Clocks(_Section):
    """When the legal clocks start: when the post was first seen, or when the alert was raised.

    In `quiet_hours` alerts of grades 黄 and 蓝 wait.
    """

    start: Literal["first_seen", "alerted"] = "first_seen"
    quiet_hours: str = ""


class Desk(_Section):
    """How often the duty desk looks at its queue, in seconds."""

    tick_seconds: float = Field(default=2.0, gt=0, le=60)


class Model(_Section):
    """Which classifier is used; empty means the promoted one."""

    version: str = ""


class Analysis(_Section):
    """Whether headlines pass a gate before they are scored; the share of those stopped that is
    scored all the same, to see what the gate misses.
    """

    gate: bool = True
    shadow_share: float = Field(default=0.005, ge=0, le=1)


class Config(_Section):
    """One office's whole configuration; relative paths are resolved against its folder."""

    root: Path
    var: Path
    office: Office = Office()
    store: Store = Store()
    ledger: Ledger = Ledger()
    broker: Broker = Broker()
    crawl: Crawl = Crawl()
    console: Console = Console()
    clocks: Clocks = Clocks()
    desk: Desk = Desk()
    model: Model = Model()
    analysis: Analysis = Analysis()
    channels: Mapping[str, Mapping[str, Any]] = {}

    @property
    def demo(self) -> bool:
        """Whether this is the demo's office: its division begins with 99, as no real one does."""
        return self.office.division.startswith("99")

    def secret(self, name: str) -> bytes:
        """The secret's bytes: SHENGYUAN_SECRET_<NAME>, else var/secrets/<name>.

        Raises ConfigError naming the file when neither is there.
        """
        from_environment = os.environ.get(f"SHENGYUAN_SECRET_{name.replace('-', '_').upper()}")
        if from_environment:
            return from_environment.encode()
        path = self.var / "secrets" / name
        try:
            value = path.read_bytes().strip()
        except OSError as error:
            raise ConfigError(
                f"缺少密钥文件 {path}：运行 shengyuan init 生成，或设置环境变量 "
                f"SHENGYUAN_SECRET_{name.replace('-', '_').upper()}"
            ) from error
        if len(value) < 32:
            raise ConfigError(f"密钥文件 {path} 太短（少于 32 字符）：删去它并运行 shengyuan init")
        return value

    def store_api_key(self) -> str:
        """The search server's API key, empty when none is configured."""
        if self.store.api_key_file is None:
            return os.environ.get("SHENGYUAN_STORE_API_KEY", "")
        try:
            return self.store.api_key_file.read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            raise ConfigError(
                f"读不到 [store] api_key_file：{self.store.api_key_file}，请检查路径和权限"
            ) from error


def load(path: Path | None = None) -> Config:
    """Read the configuration file; without one, the defaults in the current folder.

    `path` None means shengyuan.toml in the current folder if it is there. Raises ConfigError that
    names file, setting and remedy.
    """
    if path is None:
        path = Path(FILE_NAME)
        if not path.exists():
            return _resolved(Config(root=Path.cwd(), var=Path.cwd() / "var"))
    path = path.resolve()
    return parse(_read(path), path)


def parse(text: str, path: Path) -> Config:
    """The Config that this TOML text means in a file at `path`. Raises ConfigError."""
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"配置文件格式有误：{path}：{error}；请按示例文件改正该行") from error
    if "root" in table:
        raise ConfigError(f"{path}：没有设置项 root，请删去它")
    root = path.parent
    table["var"] = root / str(table.get("var", "var"))
    try:
        config = Config(root=root, **table)
    except ValidationError as error:
        raise ConfigError(_explain(path, error)) from error
    return _resolved(config)


def create_secrets(var: Path) -> list[Path]:
    """Create the missing secret files under var/secrets, mode 0600; returns what was created."""
    folder = var / "secrets"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    created = []
    for name in SECRETS:
        target = folder / name
        if not target.exists():
            descriptor = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(descriptor, "w", encoding="ascii") as file:
                file.write(secrets.token_urlsafe(48))
            created.append(target)
    return created


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError as error:
        raise ConfigError(f"找不到配置文件 {path}：运行 shengyuan init 生成一份") from error
    except UnicodeDecodeError as error:
        raise ConfigError(f"配置文件 {path} 不是 UTF-8 编码：请另存为 UTF-8") from error
    except OSError as error:
        raise ConfigError(f"读不了配置文件 {path}：{error.strerror}，请检查权限") from error


def _resolved(config: Config) -> Config:
    def inside(path: Path | None) -> Path | None:
        return None if path is None else config.root / path

    office = config.office.model_copy(
        update={
            "organisation": inside(config.office.organisation),
            "routing": inside(config.office.routing),
            "roster": inside(config.office.roster),
            "divisions": inside(config.office.divisions),
        }
    )
    store = config.store.model_copy(
        update={
            "url": _absolute_sqlite(config.store.url, config.root),
            "api_key_file": inside(config.store.api_key_file),
            "ca_certs": inside(config.store.ca_certs),
        }
    )
    ledger = config.ledger.model_copy(
        update={"url": _absolute_sqlite(config.ledger.url, config.root)}
    )
    crawl = config.crawl.model_copy(update={"catalogue": inside(config.crawl.catalogue)})
    return config.model_copy(
        update={"office": office, "store": store, "ledger": ledger, "crawl": crawl}
    )


def _absolute_sqlite(url: str, root: Path) -> str:
    prefix = "sqlite:///"
    if not url.startswith(prefix) or url.startswith(prefix + "/"):
        return url
    return f"{prefix}{root / url.removeprefix(prefix)}"


def _explain(path: Path, error: ValidationError) -> str:
    problem = error.errors()[0]
    where = ".".join(str(part) for part in problem["loc"])
    context = problem.get("ctx", {})
    if problem["type"] == "value_error":
        what = str(context.get("error", ""))
    elif problem["type"] == "literal_error":
        what = f"只能是 {context.get('expected', '')}".replace(" or ", " 或 ")
    elif "greater" in problem["type"] or "less" in problem["type"]:
        bound = next(iter(context.values()), "")
        what = f"超出范围（界限 {bound}）"
    else:
        what = _PROBLEMS.get(problem["type"], problem["msg"])
    return f"{path}：设置项 {where}：{what}"
