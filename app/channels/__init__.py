"""Outside message <-> Turn and Reply. Siblings are blind to each other."""
