"""Reading the days of a rule: years, dates, weeks of the year, days of the week, holidays."""

from calendar import monthrange

from shared.hours.lexer import Token
from shared.hours.reader import Reader
from shared.hours.tree import DAYS, MONTHS, Dates, Holidays, Numbers, Point, Weekdays

_FIRST_YEAR, _LAST_YEAR = 1900, 2999
_YEAR_LENGTH = 4
_LEAP_YEAR = 2028
_WEEKS = 53
_NTH = 5
_DAY_NUMBERS = {name.lower(): number for number, name in enumerate(DAYS)}
_MONTH_NUMBERS = {name.lower(): number for number, name in enumerate(MONTHS, start=1)}
_EXPECTED_DAY = "Attendu ici : un jour, parmi " + ", ".join(DAYS) + " ou PH."
_EXPECTED_DATE = "Attendu ici : un mois, parmi " + ", ".join(MONTHS) + "."

_Days = tuple[tuple[Weekdays, ...], tuple[Holidays, ...], bool, bool]


class DatesReader(Reader):
    """Reads what says on which days, where the line has come to it."""

    def years_and_dates(self) -> tuple[tuple[Numbers, ...], tuple[Dates, ...]]:
        years: list[Numbers] = []
        # «2026 Dec 25» is a date of one year; «2026-2027 Jul» and «2026,2028 Jul» are years, then a month.
        if _is_year(self.peek) and not self._is_date(self.ahead(1)):
            years.append(self._numbers("année", first=_FIRST_YEAR, last=_LAST_YEAR))
            while self.at(",") and _is_year(self.ahead(1)):
                self.take()
                years.append(self._numbers("année", first=_FIRST_YEAR, last=_LAST_YEAR))
        dates: list[Dates] = []
        while self._is_date(self.peek) or (_is_year(self.peek) and self._is_date(self.ahead(1))):
            dates += self._dates()
            if not (self.at(",") and self._is_date_after_comma()):
                break
            self.take()
        return tuple(years), tuple(dates)

    def weeks(self) -> tuple[Numbers, ...]:
        if not self.at_word("week"):
            return ()
        self.take()
        found = [self._numbers("semaine", first=1, last=_WEEKS)]
        while self.at(",") and self.ahead(1).kind == "number":
            self.take()
            found.append(self._numbers("semaine", first=1, last=_WEEKS))
        return tuple(found)

    def days(self) -> _Days:
        """Days of the week and holidays; whether holidays came first, and whether they are among these days only."""
        weekdays: list[Weekdays] = []
        holidays: list[Holidays] = []
        holidays_first = self._is_holiday(self.peek)
        within = False
        while self._is_day(self.peek):
            if self._is_holiday(self.peek):
                holidays.append(self._holidays())
            else:
                weekdays.append(self._weekdays())
            if self.at(",") and self._is_day(self.ahead(1)):
                self.take()
            elif holidays and not weekdays and self._is_day(self.peek):
                within = True
            else:
                break
        return tuple(weekdays), tuple(holidays), holidays_first, within

    def _dates(self) -> list[Dates]:
        """One range, or «Dec 24,25»: days of the same month."""
        first = self._point(None)
        if self.skip("+"):
            return [Dates(first, first, endless=True)]
        if not self.at("-"):
            found = [Dates(first, first)]
            while first.day and self.at(",") and self._is_day_number(1):
                self.take()
                found.append(self._range_from(self._day_of(Point(first.year, first.month))))
            return found
        return [self._range_from(first)]

    def _range_from(self, first: Point) -> Dates:
        if not self.skip("-"):
            return Dates(first, first)
        token = self.peek
        last = self._day_of(Point(first.year, first.month)) if self._is_day_number(0) else self._point(first.year)
        if first.month and last.month and (first.day is None) != (last.day is None):
            raise self.wrong(token, "Dites le jour du début et celui de la fin, ou les mois seulement.")
        if first.year and last.year and _order(last) < _order(first):
            raise self.wrong(token, "La fin de cette période vient avant son début.")
        return Dates(first, last)

    def _point(self, year: int | None) -> Point:
        if _is_year(self.peek):
            year = int(self.take().text)
        if self.at_word("easter"):
            self.take()
            return Point(year, 0, None, self.offset())
        if not self._is_date(self.peek):
            raise self.unexpected(_EXPECTED_DATE)
        month = Point(year, _MONTH_NUMBERS[self.take().text.lower()])
        return self._day_of(month) if self._is_day_number(0) else month

    def _day_of(self, month: Point) -> Point:
        days = monthrange(month.year or _LEAP_YEAR, month.month)[1]
        expected = f"Attendu ici : un jour de ce mois, de 1 à {days}."
        return Point(month.year, month.month, self.number(expected, first=1, last=days))

    def _numbers(self, name: str, *, first: int, last: int) -> Numbers:
        expected = f"Attendu ici : une {name}, de {first} à {last}."
        column = self.peek
        begins = self.number(expected, first=first, last=last)
        ends: int | None = begins
        if self.skip("-"):
            ends = self.number(expected, first=first, last=last)
            if ends < begins:
                raise self.wrong(column, f"La dernière {name} vient avant la première.")
        elif self.skip("+"):
            ends = None
        step = self.number("Attendu ici : un pas, comme «/2».", first=2, last=_WEEKS) if self.skip("/") else 1
        return Numbers(begins, ends, step)

    def _weekdays(self) -> Weekdays:
        first = _DAY_NUMBERS[self.take().text.lower()]
        if self.at("["):
            nth = self._nth()
            return Weekdays(first, first, nth, self.offset())
        moved = self.offset()
        if moved:
            return Weekdays(first, first, (), moved)
        if not self.skip("-"):
            return Weekdays(first, first)
        if not (self.at("word") and self.peek.text.lower() in _DAY_NUMBERS):
            raise self.unexpected(_EXPECTED_DAY)
        return Weekdays(first, _DAY_NUMBERS[self.take().text.lower()])

    def _nth(self) -> tuple[int, ...]:
        self.take()
        found: list[int] = []
        while True:
            sign = -1 if self.skip("-") else 1
            expected = "Attendu ici : le rang du jour dans le mois, de 1 à 5, ou -1 pour le dernier."
            number = sign * self.number(expected, first=1, last=_NTH)
            last = number
            if number > 0 and self.skip("-"):
                last = self.number(expected, first=number, last=_NTH)
            found += range(number, last + 1)
            if not self.skip(","):
                break
        self.want("]", "Attendu ici : le crochet fermant, comme dans «Su[2]».")
        return tuple(found)

    def _holidays(self) -> Holidays:
        return Holidays("PH" if self.take().text.lower() == "ph" else "SH", self.offset())

    def _is_day_number(self, ahead: int) -> bool:
        """Whether a number is a day of the month: «25», and not the year of what follows."""
        return self.ahead(ahead).kind == "number" and not _is_year(self.ahead(ahead))

    def _is_date_after_comma(self) -> bool:
        return self._is_date(self.ahead(1)) or (_is_year(self.ahead(1)) and self._is_date(self.ahead(2)))

    @staticmethod
    def _is_date(token: Token) -> bool:
        return token.kind == "word" and (token.text.lower() in _MONTH_NUMBERS or token.text.lower() == "easter")

    @staticmethod
    def _is_holiday(token: Token) -> bool:
        return token.kind == "word" and token.text.lower() in {"ph", "sh"}

    def _is_day(self, token: Token) -> bool:
        return (token.kind == "word" and token.text.lower() in _DAY_NUMBERS) or self._is_holiday(token)


def _is_year(token: Token) -> bool:
    return token.kind == "number" and len(token.text) == _YEAR_LENGTH


def _order(point: Point) -> tuple[int, int, int]:
    return point.year or 0, point.month, point.day or 0
