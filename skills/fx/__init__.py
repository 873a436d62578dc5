"""Foreign exchange: dealing sentences, value dates, indicative prices, screening."""
