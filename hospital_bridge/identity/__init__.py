"""Who is at the phone and whom they may act for: real name, bindings, consent."""
