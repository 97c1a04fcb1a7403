"""A simulated hospital that speaks HL7 v2 over MLLP: the world outside the bridge."""
