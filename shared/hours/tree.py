"""What a line of hours says, as a small tree, and the same written back in OpenStreetMap's syntax."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, Literal

DAYS: Final = ("Mo", "Tu", "We", "Th", "Fr", "Sa", "Su")
MONTHS: Final = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
EVENTS: Final = ("dawn", "sunrise", "sunset", "dusk")
MINUTES_OF_DAY: Final = 24 * 60
_HOUR = 60

State = Literal["", "open", "off", "unknown"]
Joint = Literal["; ", ", ", " || "]


@dataclass(frozen=True)
class Moment:
    """Minutes since the beginning of the day (up to 48 hours); or since what the sun does, when `event` names it."""

    minutes: int
    event: str = ""

    def __str__(self) -> str:
        written = f"{abs(self.minutes) // _HOUR:02}:{abs(self.minutes) % _HOUR:02}"
        if not self.event:
            return written
        return f"({self.event}{'+' if self.minutes > 0 else '-'}{written})" if self.minutes else self.event


@dataclass(frozen=True)
class Times:
    """From a moment to another; `open_ended`: and until one does not know when. Without `last`: «18:00+»."""

    first: Moment
    last: Moment | None
    open_ended: bool
    column: int

    def __str__(self) -> str:
        until = f"-{self.last}" if self.last else ""
        return f"{self.first}{until}{'+' if self.open_ended else ''}"


@dataclass(frozen=True)
class Weekdays:
    """Days of the week, Monday 0; `nth` those of the month, from its end when negative; moved by `offset` days."""

    first: int
    last: int
    nth: tuple[int, ...] = ()
    offset: int = 0

    def __str__(self) -> str:
        if self.first != self.last:
            return f"{DAYS[self.first]}-{DAYS[self.last]}"
        which = f"[{','.join(map(str, self.nth))}]" if self.nth else ""
        return f"{DAYS[self.first]}{which}{_offset(self.offset)}"

    @property
    def numbers(self) -> tuple[int, ...]:
        """The days in order, those of a range across Sunday too."""
        length = (self.last - self.first) % len(DAYS) + 1
        return tuple((self.first + step) % len(DAYS) for step in range(length))


@dataclass(frozen=True)
class Holidays:
    """Public holidays (PH) or school holidays (SH), moved by `offset` days."""

    kind: Literal["PH", "SH"]
    offset: int = 0

    def __str__(self) -> str:
        return f"{self.kind}{_offset(self.offset)}"


@dataclass(frozen=True)
class Point:
    """A month, a day of it, or Easter (`month` 0) moved by `offset` days; of every year, or of one."""

    year: int | None
    month: int
    day: int | None = None
    offset: int = 0

    def __str__(self) -> str:
        year = f"{self.year} " if self.year else ""
        if not self.month:
            return f"{year}easter{_offset(self.offset)}"
        return f"{year}{MONTHS[self.month - 1]}{f' {self.day:02}' if self.day else ''}"


@dataclass(frozen=True)
class Dates:
    """From a point to another, both included; `endless`: and all days after it."""

    first: Point
    last: Point
    endless: bool = False

    def __str__(self) -> str:
        if self.endless:
            return f"{self.first}+"
        if self.first == self.last:
            return str(self.first)
        month = self.first.month
        if month and self.first.day and self.last == Point(self.first.year, month, self.last.day):
            return f"{self.first}-{self.last.day:02}"
        # The year of the end is that of the beginning unless said.
        last = Point(None, self.last.month, self.last.day, self.last.offset)
        return f"{self.first}-{last if self.last.year == self.first.year else self.last}"


@dataclass(frozen=True)
class Numbers:
    """Years or weeks of the year, one in `step`; `last` None: and all that follow."""

    first: int
    last: int | None
    step: int = 1

    def holds(self, number: int) -> bool:
        is_in = self.first <= number and (self.last is None or number <= self.last)
        return is_in and (number - self.first) % self.step == 0

    def written(self, width: int) -> str:
        until = "+" if self.last is None else f"-{self.last:0{width}}" if self.last != self.first else ""
        return f"{self.first:0{width}}{until}{f'/{self.step}' if self.step > 1 else ''}"


@dataclass(frozen=True)
class Rule:
    """On which days, at what times, open or not. Whatever is empty does not restrict."""

    joint: Joint
    """What stands before it: «; » replaces what was said of its days, «, » adds to it, «||» is for days unsaid."""
    column: int
    years: tuple[Numbers, ...] = ()
    dates: tuple[Dates, ...] = ()
    weeks: tuple[Numbers, ...] = ()
    weekdays: tuple[Weekdays, ...] = ()
    holidays: tuple[Holidays, ...] = ()
    holidays_within: bool = False
    """«PH Mo-Fr»: the holidays that fall on these days; else «Mo-Fr,PH»: these days, and the holidays."""
    holidays_first: bool = False
    """Whether «PH» was written before the days."""
    times: tuple[Times, ...] = ()
    always: bool = False
    state: State = ""
    comment: str = ""

    @property
    def selects(self) -> bool:
        """Whether it restricts the days at all."""
        return bool(self.years or self.dates or self.weeks or self.weekdays or self.holidays)

    @property
    def is_open(self) -> bool:
        """Whether its times are opening times. A comment alone («sur rendez-vous») promises nothing."""
        if self.state:
            return self.state == "open"
        return self.always or bool(self.times) or not self.comment

    def __str__(self) -> str:
        parts = [
            _listed(each.written(4) for each in self.years),
            _listed(map(str, self.dates)),
            f"week {_listed(each.written(2) for each in self.weeks)}" if self.weeks else "",
            self._days(),
            "24/7" if self.always else "",
            _listed(map(str, self.times)),
            self.state,
            f'"{self.comment}"' if self.comment else "",
        ]
        return " ".join(part for part in parts if part)

    def _days(self) -> str:
        weekdays, holidays = _listed(map(str, self.weekdays)), _listed(map(str, self.holidays))
        if self.holidays_within:
            return f"{holidays} {weekdays}"
        both = (holidays, weekdays) if self.holidays_first else (weekdays, holidays)
        return ",".join(part for part in both if part)


@dataclass(frozen=True)
class Hours:
    """All the rules of a line, in order."""

    rules: tuple[Rule, ...]

    def __str__(self) -> str:
        first, *others = self.rules
        return str(first) + "".join(f"{rule.joint}{rule}" for rule in others)


def _listed(parts: Iterable[str]) -> str:
    return ",".join(parts)


def _offset(days: int) -> str:
    return f" {days:+} day{'s' if abs(days) > 1 else ''}" if days else ""
