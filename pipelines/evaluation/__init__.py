"""The page that tells what a model is worth: one file, no outside resources, made for people."""

from pipelines.evaluation.page import render

__all__ = ["render"]
