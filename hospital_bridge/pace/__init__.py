"""How a fragile hospital system is asked: few calls at once, each question once for many, rest after failures."""
