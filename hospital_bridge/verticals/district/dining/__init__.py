"""Restaurants of the mall: numbers by size of table, places in the line, and who is called to a table."""
