"""Posts that we wrote ourselves: what headlines lack, with hard negatives beside each.

`posts.jsonl` holds posts written by hand, in the labelled form with a `kind`, the ruling of the
annotation manual that the post illustrates. `templates.txt` and `slots.txt` are a grammar from
which many more are drawn. Both are data for training, never evidence of what happened.
"""

import random
from collections.abc import Iterator
from functools import cache
from importlib.resources import as_file, files
from typing import Final

from nlp.errors import NlpError
from nlp.labelled import LabelledPost, read_labelled
from nlp.written.grammar import Grammar, Template
from nlp.written.surface import compose

WRITTEN: Final = 2300
"""How many of them a training takes."""

POSITIVE_SHARE: Final = 1 / 3
_MISSES: Final = 200
"""So many draws in a row that only repeat known posts mean that the grammar is used up."""


class GrammarError(NlpError):
    """The shipped grammar cannot give what was asked of it."""


def handwritten() -> list[LabelledPost]:
    """The posts written by hand, in the order of the file."""
    with as_file(files("nlp.written") / "posts.jsonl") as path:
        return list(read_labelled(path))


def written_posts(seed: int, size: int) -> list[LabelledPost]:
    """`size` distinct posts: all that were written by hand, then draws from the grammar.

    The same seed and size give the same posts; about one in three reports an incident.
    Raises GrammarError when the grammar has no more distinct posts.
    """
    posts = handwritten()[:size]
    known = {(post.title, post.body) for post in posts}
    for post in drawn_posts(seed, load_grammar()):
        if len(posts) == size:
            break
        if (post.title, post.body) not in known:
            known.add((post.title, post.body))
            posts.append(post)
    return posts


def drawn_posts(seed: int, grammar: Grammar) -> Iterator[LabelledPost]:
    """Distinct posts from a grammar, one after another; needs templates of both signs.

    Raises GrammarError after many draws in a row without a new one.
    """
    chance = random.Random(seed)  # noqa: S311 - variety, not secrecy
    by_sign = {
        sign: [each for each in grammar.templates if each.label.incident is sign]
        for sign in (True, False)
    }
    known: set[tuple[str, str]] = set()
    misses = 0
    while misses < _MISSES:
        template = chance.choice(by_sign[chance.random() < POSITIVE_SHARE])
        post = _draw(grammar, template, chance)
        if (post.title, post.body) in known:
            misses += 1
            continue
        misses = 0
        known.add((post.title, post.body))
        yield post
    raise GrammarError("模板已经用尽，生成不了更多不重复的帖子；请减少数量或补充模板")


@cache
def load_grammar() -> Grammar:
    """The shipped templates and slots."""
    folder = files("nlp.written")
    texts = [(folder / name).read_text(encoding="utf-8") for name in ("templates.txt", "slots.txt")]
    return Grammar.parse(*texts)


def _draw(grammar: Grammar, template: Template, chance: random.Random) -> LabelledPost:
    title, body = compose(grammar, template, chance)
    label = template.label
    return LabelledPost(
        title=title,
        body=body,
        origin="written",
        day=None,
        incident=label.incident,
        scope=label.scope,
        categories=label.categories,
        victims=label.victims,
        severity=label.severity,
        status=label.status,
    )
