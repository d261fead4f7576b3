"""Text → Assessment. Knows nothing of crawling, alerts or storage."""
