"""Deals: how they stand, how they change, and where they are kept."""
