"""The one root of what this package raises on purpose."""


class NlpError(Exception):
    """A model, lexicon, table or labelled file cannot be used.

    The message is Chinese, names file and line and says what to do about it.
    """
