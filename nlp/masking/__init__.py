"""Finders of private data, one module for each kind; `nlp.privacy` puts them together."""
