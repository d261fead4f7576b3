"""`python -m pipelines.cli` is `shengyuan`: the supervisor starts its processes this way."""

from pipelines.cli import main

main()
