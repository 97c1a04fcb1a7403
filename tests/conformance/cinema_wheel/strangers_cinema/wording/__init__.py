"""What the core's sentences are called at a cinema."""
