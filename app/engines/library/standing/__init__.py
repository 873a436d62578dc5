"""What becomes of a document that is in: drafts, what counts, what is shown, whether all agrees."""
