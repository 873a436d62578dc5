"""Vendors, one per file, each behind a port of `core/ports.py`."""
