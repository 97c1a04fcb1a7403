"""Stays (住院): deposits onto them, and what goes back at their settlement."""
