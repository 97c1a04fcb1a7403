"""The verticals that ship with the bridge; each is found through its entry point."""
