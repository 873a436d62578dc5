"""How documents become passages, and how passages are found."""
