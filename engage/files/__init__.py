"""Files that people exchange: brought in pieces, judged by content, kept apart, fetched safely."""
