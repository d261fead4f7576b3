"""Small files that are replaced whole: whoever reads one sees the old content or the new."""

from pathlib import Path


def replace(path: Path, content: str | bytes) -> None:
    """Put the content in the place of the file, text as UTF-8. Raises OSError."""
    partial = path.with_name(f"{path.name}.part")
    partial.write_bytes(content.encode() if isinstance(content, str) else content)
    partial.replace(path)
