"""What annotators said of many posts, as arrays."""

from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from nlp.labelled import LabelledPost
from nlp.model import kind_of


def truth_of(posts: Sequence[LabelledPost]) -> NDArray[np.bool_]:
    """Whether each post is labelled as an incident."""
    return np.fromiter((post.incident for post in posts), dtype=bool, count=len(posts))


def kinds_of(posts: Iterable[LabelledPost]) -> NDArray[np.str_]:
    """The kind of each post."""
    return np.array([kind_of(post.title, post.body) for post in posts], dtype=str)
