"""From words with places to headings, paragraphs and tables in the order in which people read them."""
