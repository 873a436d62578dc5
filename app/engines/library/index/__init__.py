"""The index: where passages are kept and found, by words and by meaning."""
