"""The flows of money: one file per step, each a plain function of its dependencies."""
