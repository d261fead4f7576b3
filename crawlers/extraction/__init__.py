"""The parts of article extraction: the page as a tree, rules, candidates, the judge, metadata."""
