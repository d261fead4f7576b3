"""What the wiring raises on purpose; the command line turns it into one line and an exit code."""


class PipelineError(Exception):
    """Something outside keeps the command from going on; Chinese, with the remedy. Exit code 1."""


class ConfigError(PipelineError):
    """The configuration cannot be used; names file, setting and remedy. Exit code 2."""
