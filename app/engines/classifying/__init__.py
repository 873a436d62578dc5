"""What the classifier is made of: pieces of a text as numbers, and weights learnt for them."""
