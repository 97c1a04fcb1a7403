"""Where a member is, for as long as it takes to answer: distances, an arrival, and nothing that stays."""
