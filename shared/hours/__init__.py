"""Opening hours, as OpenStreetMap writes them, and what a town's calendar makes of them. Pure: no Django.

`Schedule` is a rule that always holds; `Calendar` is a place's whole calendar: its rules over time, its zone, its
public holidays and its dated exceptions.
"""

from shared.hours.calendar import Calendar, Exceptional, Version, Why
from shared.hours.schedule import HoursError, Schedule, Span

__all__ = ["Calendar", "Exceptional", "HoursError", "Schedule", "Span", "Version", "Why"]
