"""A purchase at a shop: entered at its desk, paid in the wallet, split between shop and mall, and given back."""
