"""The world outside of the operator's own systems, to play with: gates and phones."""
