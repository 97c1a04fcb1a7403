"""The hospital behind views and interface tables (中间表) of its own database."""
