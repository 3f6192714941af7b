"""Safety alerts and cases."""

from ..record import Family, get

FAMILY = Family(
    "safety",
    icon="🛟",
    methods=(
        get("safety.alerts.retrieve", "/safety/alerts/{id}"),
        get("safety.cases.retrieve", "/safety/cases/{id}"),
    ),
)
