"""One order a service day: closed, paid or owed, and what an unpaid one means at the gates."""
