"""`python -m hospital_bridge`: the command line without an installed script."""

from __future__ import annotations

from hospital_bridge.cli import main

if __name__ == "__main__":
    main()
