"""Public pages → Post. Knows nothing of language, alerts or storage."""
