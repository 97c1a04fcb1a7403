"""Records: what a system of rows and documents told, under our own field names, and the values that they become.

A record is a mapping of field names to texts, as a path of a reply or a column of a row gave them; which names there
are stands in `adapters.records.names`. Whoever gets records (`his_http`, `his_sql`) nests `ConventionsSchema` in its
settings: it says what the texts mean. No code is understood that no table lists.
"""

from __future__ import annotations

from collections.abc import Mapping

Record = Mapping[str, str]
