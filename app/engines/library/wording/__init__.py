"""Words and how they are spelled: one spelling, stems, synonyms, words used alike."""
