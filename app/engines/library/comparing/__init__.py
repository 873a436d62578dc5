"""Passages compared with a question, and with each other."""
