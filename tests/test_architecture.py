"""The import rule and the sizes that keep modules readable (design: layout and import rule)."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGES = ("crawlers", "nlp", "alerts", "pipelines")
MODULES = sorted(
    path
    for package in PACKAGES
    for path in (ROOT / package).rglob("*.py")
    if "migrations" not in path.parts
)
HOMES = {
    "scrapy": ("crawlers", "pipelines"),
    "jieba": ("nlp",),
    "rjieba": ("nlp",),
    "sklearn": ("nlp",),
    "numpy": ("nlp",),
    "scipy": ("nlp",),
    "django": ("alerts/ledger", "pipelines/console"),
    "elasticsearch": ("pipelines/stores/elastic",),
    "requests": ("alerts/channels",),
    "typer": ("pipelines/cli",),
    "rich": ("pipelines/cli",),
}


def imports(tree: ast.AST) -> Iterator[tuple[int, str]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and not node.level and node.module:
            yield node.lineno, node.module


def import_faults(path: str, source: str) -> list[str]:
    """What `source`, standing at `path`, imports against the rule."""
    package = path.split("/")[0]
    faults = []
    for line, module in imports(ast.parse(source)):
        top = module.split(".")[0]
        if top in PACKAGES and top != package and package != "pipelines":
            faults.append(f"{path}:{line} imports {module}")
        homes = HOMES.get(top)
        if homes and not any(path == home or path.startswith(home + "/") for home in homes):
            faults.append(f"{path}:{line} uses {top}, at home in {', '.join(homes)}")
    return faults


def size_faults(path: str, source: str) -> list[str]:
    """Modules over 400 lines; functions over 40 statements are ruff's business (PLR0915)."""
    lines = source.count("\n")
    return [f"{path} has {lines} lines"] if lines > 400 else []


def documentation_faults(path: str, source: str) -> list[str]:
    """Package and module docstrings say what a file is for."""
    empty = not source.strip()
    return [] if empty or ast.get_docstring(ast.parse(source)) else [f"{path} has no docstring"]


@pytest.mark.parametrize("check", [import_faults, size_faults, documentation_faults])
def test_every_module_keeps_the_rules(check) -> None:
    faults = []
    for module in MODULES:
        path = module.relative_to(ROOT).as_posix()
        faults += check(path, module.read_text(encoding="utf-8"))
    assert not faults, "\n".join(faults)


def test_the_rules_see_a_breach() -> None:
    assert import_faults("alerts/x.py", "import nlp.text")
    assert import_faults("nlp/x.py", "def f():\n    from pipelines import config")
    assert import_faults("pipelines/cli/x.py", "import django")
    assert not import_faults("pipelines/x.py", "import alerts.signal")
    assert size_faults("x.py", "\n" * 401)
    assert documentation_faults("x.py", "a = 1")


def test_no_module_is_called_utils_and_only_the_command_line_prints() -> None:
    assert not [m for m in MODULES if m.stem in {"utils", "helpers", "misc"}]
    printing = [
        f"{module.relative_to(ROOT)}:{node.lineno}"
        for module in MODULES
        if "cli" not in module.parts
        for node in ast.walk(ast.parse(module.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "print"
    ]
    assert not printing


def test_heavy_libraries_are_not_imported_for_help() -> None:
    import subprocess
    import sys

    probe = (
        "import sys; import pipelines.cli.app; heavy = {'sklearn', 'elasticsearch', 'django',"
        " 'scrapy', 'numpy', 'pydantic'}; print(sorted(heavy & set(sys.modules)))"
    )
    out = subprocess.run([sys.executable, "-c", probe], capture_output=True, text=True, check=True)
    assert out.stdout.strip() == "[]"
