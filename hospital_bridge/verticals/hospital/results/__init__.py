"""Results (检查结果): whose they are, which version stands, who may read it, and what must be acted on at once."""
