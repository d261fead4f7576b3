"""The wiring. May import all three packages; nobody imports it."""
