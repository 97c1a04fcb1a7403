"""Transit: a ride code that gates check offline, taps made into journeys, and the best fare of a service day."""
