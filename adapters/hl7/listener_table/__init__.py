"""What a good MLLP listener must get right, as probes that can be pointed at any listener."""
