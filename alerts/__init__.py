"""Signal → Incident → acknowledged Alert. Knows nothing of crawling or language models."""
