"""The judge: which candidate is the article.

Agreement decides first (independent methods seldom make the same mistake), then how much of a
candidate reads like prose, then what the feed or the page itself says the article is about.
"""

from collections import Counter
from collections.abc import Mapping
from itertools import pairwise

from crawlers.extraction.lines import marks_in
from crawlers.extraction.tree import compact

AGREED = 0.9
_LONGEST = 40_000
_SHORTEST_HINT = 30
_WORTH = 0.8
_PRIOR = {
    "own": 0.10,
    "first record": 0.04,
    "readability": 0.04,
    "embedded": 0.0,
    "gne": 0.0,
    "trafilatura": -0.04,
}


def grams(text: str) -> Counter[str]:
    """The character bigrams of a text, white space aside."""
    plain = compact(text)[:_LONGEST]
    return Counter(map("".join, pairwise(plain)))


def similarity(one: Counter[str], other: Counter[str]) -> float:
    """Bigram F1 of two texts: 1 for equal ones, 0 for strangers or when one is empty."""
    size = one.total() + other.total()
    return 2 * (one & other).total() / size if size else 0.0


def covered(part: Counter[str], whole: Counter[str]) -> float:
    """The share of `part` that `whole` holds; 0 when `part` is empty."""
    return (part & whole).total() / part.total() if part else 0.0


def choose(candidates: Mapping[str, str], hint: str, worth: Mapping[str, float]) -> str:
    """The name of the best candidate. `candidates` holds at least one non-empty text.

    `hint` is a summary from a feed or the page's description; an empty one says nothing.
    `worth` is what the page's lines in each add up to, by value and nearness to the headline.
    """
    bags = {name: grams(text) for name, text in candidates.items() if compact(text)}
    about = grams(hint) if len(hint) >= _SHORTEST_HINT and marks_in(hint) else Counter[str]()
    best = max(1.0, *(worth[name] for name in bags))
    scores = {
        name: _score(name, candidates[name], bags, about) + _WORTH * worth[name] / best
        for name in bags
    }
    return max(scores, key=lambda name: scores[name])


def _score(name: str, text: str, bags: Mapping[str, Counter[str]], about: Counter[str]) -> float:
    others = [similarity(bags[name], bag) for other, bag in bags.items() if other != name]
    agreement = 0.5 * max(others) + 0.5 * sum(others) / len(others) if others else 0.0
    prose = min(1.0, marks_in(text) * 25 / max(len(text), 1))
    summary = covered(about, bags[name]) if about else 0.5
    length = min(1.0, len(compact(text)) / 80)
    return agreement + 0.3 * prose + 0.3 * summary + 0.2 * length + _PRIOR.get(name, 0.0)
