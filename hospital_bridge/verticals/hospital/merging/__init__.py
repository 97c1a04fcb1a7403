"""Record numbers that become one, or two again: what the hospital said, and what follows from it."""
