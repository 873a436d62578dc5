"""What personal data looks like: pure functions over text, without a vendor. Only `engines/privacy.py` uses them."""
