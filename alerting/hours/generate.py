"""Writes calendars.json: when exchanges trade, as exchange_calendars has it, corrected where it is known to be wrong.

To refresh, once a year in December or when an exchange announces something, from the root of the repository:

    python -m venv /tmp/calendars
    /tmp/calendars/bin/pip install exchange_calendars==4.13.2    # or the newest; then change VERSION below
    /tmp/calendars/bin/python alerting/hours/generate.py
    git diff alerting/hours/calendars.json                       # read what changed: each line is a year or a day
    npx vitest run test/alerting/hours

The result depends on nothing but the library's version and this file. A correction that the library has by now is
printed and can go.
"""

import json
from datetime import date, time
from pathlib import Path

import exchange_calendars
import pandas as pd

VERSION = "4.13.2"
FROM, UNTIL = "2010-01-01", "2030-12-31"
NAMES = "XNYS XTSE XLON XPAR XAMS XBRU XLIS XETR XHKG XTKS XSHG XTAI XKRX XBOM XASX".split()

# Days without a session that the library takes for session days.
CLOSED = {
    "XHKG": [
        "2023-09-01",  # typhoon Saola
        "2023-09-08",  # black rainstorm
    ],
    "XTAI": ["2024-10-31"],  # typhoon Kong-rey
    "XKRX": [
        "2026-06-03",  # local elections
        "2026-07-17",  # Constitution Day, a public holiday again since 2026
        "2027-05-03",  # Labour Day, a public holiday since 2026, for a Saturday
        "2027-07-19",  # Constitution Day, for a Saturday
        "2028-07-17",
        "2029-07-17",
        "2030-07-17",
    ],
}

# Days whose sessions the library does not have, or not at these times.
SESSIONS = {
    "XBOM": {
        "2015-02-28": "09:15-15:30",  # Saturday of the budget
        "2020-02-01": "09:15-15:30",  # Saturday of the budget
        "2024-01-20": "09:15-15:30",  # Saturday, for the Monday after it. The library has it with pandas 2 only.
        "2025-02-01": "09:15-15:30",  # Saturday of the budget. The library has it with pandas 2 only.
        "2026-02-01": "09:15-15:30",  # Sunday of the budget
    },
    # An hour later on the day of the university entrance examination.
    "XKRX": {
        "2021-11-18": "10:00-16:30",
        "2022-11-17": "10:00-16:30",
        "2023-11-16": "10:00-16:30",
        "2024-11-14": "10:00-16:30",
        "2025-11-13": "10:00-16:30",
        "2026-11-19": "10:00-16:30",
    },
}

# Regular hours from a day on. The library knows one lunch break for all years, and one opening in Bombay.
HOURS = {
    "XHKG": {
        "2010-01-01": "10:00-12:30 14:30-16:00",
        "2011-03-07": "09:30-12:00 13:30-16:00",
        "2012-03-05": "09:30-12:00 13:00-16:00",
    },
    "XTKS": {
        "2010-01-01": "09:00-11:00 12:30-15:00",
        "2011-11-21": "09:00-11:30 12:30-15:00",
        "2024-11-05": "09:00-11:30 12:30-15:30",
    },
    "XBOM": {"2010-01-01": "09:00-15:30", "2010-10-18": "09:15-15:30"},
}


def sessions_text(opening, break_start, break_end, closing) -> str:
    """`09:30-11:30 13:00-15:00`; without a break (None) `09:30-16:00`."""
    clock = [None if each is None else each.strftime("%H:%M") for each in (opening, break_start, break_end, closing)]
    if clock[1] is None:
        return f"{clock[0]}-{clock[3]}"
    return f"{clock[0]}-{clock[1]} {clock[2]}-{clock[3]}"


def regular(changes, day: date) -> time | None:
    """The time that holds on the day, of (first day or None, time) in order; None where there are none."""
    held = None
    for since, at in changes or ():
        if since is None or pd.Timestamp(since).date() <= day:
            held = at
    return held


def calendar(name: str) -> dict:
    """What calendars.json says of an exchange. Dates and times are local."""
    bound = exchange_calendars.get_calendar(name).bound_max()
    until = min(UNTIL, UNTIL if bound is None else str(bound.date()))
    known = exchange_calendars.get_calendar(name, start=FROM, end=until)

    def local(moment) -> time | None:
        return None if pd.isna(moment) else moment.tz_convert(known.tz).time()

    hours, special, days = {}, {}, set()
    for row in known.schedule.itertuples():
        day = row.Index.date()
        days.add(str(day))
        usual = sessions_text(
            regular(known.open_times, day),
            regular(known.break_start_times, day),
            regular(known.break_end_times, day),
            regular(known.close_times, day),
        )
        if not hours or usual != list(hours.values())[-1]:
            hours[str(day) if hours else FROM] = usual
        sessions = sessions_text(local(row.open), local(row.break_start), local(row.break_end), local(row.close))
        if sessions != usual:
            special[str(day)] = sessions

    if HOURS.get(name) == hours:
        print(f"{name}: the library has the corrected hours")
    hours = HOURS.get(name, hours)
    for day in CLOSED.get(name, ()):
        if day not in days:
            print(f"{name}: the library has that {day} is closed")
        days.discard(day)
        special.pop(day, None)
    for day, sessions in SESSIONS.get(name, {}).items():
        if special.get(day) == sessions or (day in days and sessions in hours.values() and day not in special):
            print(f"{name}: the library has the sessions of {day}")
        days.add(day)
        special[day] = sessions

    holidays = {}
    for day in pd.bdate_range(FROM, until).strftime("%Y-%m-%d"):
        if day not in days:
            holidays.setdefault(day[:4], []).append(day[5:])
    return {
        "zone": str(known.tz),
        "from": FROM,
        "until": until,
        "hours": hours,
        "holidays": {year: " ".join(each) for year, each in holidays.items()},
        "special": dict(sorted(special.items())),
    }


if __name__ == "__main__":
    if exchange_calendars.__version__ != VERSION:
        raise SystemExit(
            f"exchange_calendars {exchange_calendars.__version__} is installed, VERSION in generate.py says {VERSION}. "
            "Install that version, or change VERSION and read the difference."
        )
    content = {
        "source": f"exchange_calendars {VERSION}, corrected by generate.py, which says how to refresh this file",
        "licence": "Apache-2.0",
        "calendars": {name: calendar(name) for name in NAMES},
    }
    target = Path(__file__).with_name("calendars.json")
    target.write_text(json.dumps(content, indent="\t") + "\n", encoding="utf-8")
    print(f"{target.name}: {target.stat().st_size} bytes")
