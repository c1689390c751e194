"""Single-flight: identical requests at the same time are written once, whichever process they reach."""

from assistant.cache.flights.base import (
    READ_LIMITS,
    Codec,
    FlightPlace,
    FlightsClosed,
    Role,
    Times,
)
from assistant.cache.flights.flights import Flight, Flights

__all__ = [
    "READ_LIMITS",
    "Codec",
    "Flight",
    "FlightPlace",
    "Flights",
    "FlightsClosed",
    "Role",
    "Times",
]
