"""Messages, the channels that carry them, and signed webhooks; it knows nothing of whom it tells what."""

from __future__ import annotations
