"""The boarding queue: people wait at a stop in the order of coming and are called in batches of the free places."""
