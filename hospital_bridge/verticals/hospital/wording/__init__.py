"""What the core's sentences are called at a hospital: catalogues that are asked before the core's own."""
