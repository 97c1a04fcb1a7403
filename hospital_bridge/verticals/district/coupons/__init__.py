"""Coupons: what the mall offers, how a member comes by one, and what a card of the district is."""
