"""Bills (待缴费): heard from the hospital, paid in the wallet, booked at the hospital."""
