"""One module per part of the console."""
