"""The web console: what officers see and do. An entry point like the command line.

Importing this package imports no Django; `serve` starts the whole site.
"""

from pipelines.console.server import serve

__all__ = ["serve"]
