"""How the local model hears and speaks: templates, slots, cues, quotations."""
