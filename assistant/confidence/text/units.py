"""Units that follow a number, and the measure each counts in."""

from __future__ import annotations


def _table() -> dict[str, tuple[str, float]]:
    spelled = {
        ("time", 1 / 60): "second seconds sec secs sekunde sekunden seconde secondes segundos",
        ("time", 1): "minute minutes min mins minuten minuto minutos",
        ("time", 60): "hour hours hr hrs stunde stunden heure heures hora horas",
        ("time", 1440): "day days tag tage tagen jour jours d\u00eda d\u00edas",
        ("time", 10080): "week weeks woche wochen semaine semaines semana semanas",
        ("months", 1): "month months monat monate monaten mois mes meses",
        (
            "months",
            12,
        ): "year years jahr jahre jahren ans ann\u00e9e ann\u00e9es a\u00f1o a\u00f1os",
        ("length", 0.001): "mm millimetre millimetres millimeter millimeters",
        ("length", 0.01): "cm centimetre centimetres centimeter centimeters",
        ("length", 1): "m metre metres meter meters m\u00e8tre m\u00e8tres metro metros",
        ("length", 1000): "km kilometre kilometres kilometer kilometers kilom\u00e8tres",
        ("miles", 1): "mile miles meile meilen",
        ("feet", 1): "foot feet ft",
        ("inches", 1): "inch inches",
        ("mass", 1): "g gram grams gramm grammes gramos",
        ("mass", 1000): "kg kilo kilos kilogram kilograms kilogramm",
        ("mass", 1e6): "ton tons tonne tonnes tonnen",
        ("volume", 1): "ml",
        ("volume", 10): "cl",
        ("volume", 1000): "l litre litres liter liters",
        ("cups", 1): "cup cups",
        ("data", 1e-3): "kb",
        ("data", 1): "mb",
        ("data", 1e3): "gb",
        ("data", 1e6): "tb",
        ("degrees", 1): "degrees degree grad degr\u00e9s grados \u00b0 \u00b0c \u00b0f celsius",
        ("power", 1): "kw kwh",
        ("power", 1000): "mw mwh",
    }
    return {word: unit for unit, words in spelled.items() for word in words.split()}


UNITS: dict[str, tuple[str, float]] = _table()
"""Unit words, folded, with their measure and what one of them is in its smallest common unit."""

PERCENT = frozenset({"%", "percent", "percentage", "prozent", "pourcent", "porcentaje"})
"""Words that make the number before them a share; "per cent" is two words, see `SPLIT_PERCENT`."""

SPLIT_PERCENT = frozenset({"per", "pour", "por"})
"""First words of it where it is written apart."""

MONEY = frozenset([
    "$", "€", "£", "¥", "usd", "eur", "gbp", "chf", "dollar", "dollars", "euro", "euros",
    "pounds", "francs", "franken", "yen", "cents",
])  # fmt: skip
"""Currency signs and words, folded."""

HALVES_OF_DAY: dict[str, int | None] = {
    "am": 0, "a.m": 0, "a.m.": 0, "pm": 12, "p.m": 12, "p.m.": 12,
    "uhr": None, "o'clock": None, "h": None, "heures": None, "hrs": None,
}  # fmt: skip
"""Words that make a number a time of day, with the hours they add; None leaves the half open."""
