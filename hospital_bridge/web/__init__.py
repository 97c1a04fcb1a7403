"""The pages and addresses of the bridge: the one part of it that knows HTTP serving."""
