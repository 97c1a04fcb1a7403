"""What the bridge keeps: tables, the unit of work, sealed columns, inbox and jobs."""
