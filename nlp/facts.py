"""What a case is known by: ages, people, roles, deed, setting, cues, institutions, nouns."""

import re

from nlp.assessment import Facts

_AGE = re.compile(r"(?<!\d)(\d{1,2})岁")


def find_facts(title: str, body: str) -> Facts:
    """The facts that the text states plainly."""
    text = f"{title}\n{body}"
    return Facts(ages=tuple(dict.fromkeys(int(age) for age in _AGE.findall(text))))
