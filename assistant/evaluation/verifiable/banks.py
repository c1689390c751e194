"""Fictional people, places and things that sources are made of; all invented here."""

from __future__ import annotations

FIRST_NAMES = (
    "Mara", "Tobin", "Elise", "Jonas", "Priya", "Anton", "Lucia", "Hamid", "Freya", "Oskar",
    "Nadia", "Callum", "Ingrid", "Marcus", "Yara", "Felix", "Greta", "Samuel", "Leila", "Viktor",
    "Clara", "Dario", "Hannah", "Ravi",
)  # fmt: skip
LAST_NAMES = (
    "Lindqvist", "Okafor", "Brandt", "Castellan", "Whitlow", "Moreau", "Haddad", "Sorensen",
    "Pellworth", "Kimura", "Ashdown", "Varga", "Delacroix", "Novak", "Thornbury", "Iyer",
    "Falk", "Marchetti", "Osterly", "Quigley",
)  # fmt: skip
WOMEN = frozenset(
    ["Mara", "Elise", "Priya", "Lucia", "Freya", "Nadia", "Ingrid", "Yara", "Greta", "Leila",
     "Clara", "Hannah"]
)  # fmt: skip
"""Whom sources call "she"."""

TOWNS = (
    "Harrowfield", "Lindmouth", "Estbrook", "Valdoro", "Keswater", "Brackenport", "Orsova Bay",
    "Millhaven", "Torrenza", "Winslade", "Pinemoor", "Caldermoor", "Northmere", "Altenau",
    "Greyford", "Sandholt",
)  # fmt: skip
STREETS = (
    "Mill Lane", "Harbour Street", "Station Road", "Chestnut Avenue", "Baker Street", "Canal Walk",
    "Orchard Road", "Museum Square", "Bridge Street", "Garden Row",
)  # fmt: skip
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September",
    "October", "November", "December",
)  # fmt: skip
EVENTS = (
    "book fair", "charity run", "spring concert", "cooking class", "street festival",
    "photo exhibition", "garden party", "chess tournament", "science evening", "flea market",
    "poetry night", "dance workshop",
)  # fmt: skip
SHOPS = {
    "bakery": ("bread", "rye loaves", "ovens"),
    "bicycle shop": ("bicycles", "racing bikes", "repair stands"),
    "bookshop": ("novels", "travel guides", "reading chairs"),
    "flower shop": ("flowers", "tulips", "display tables"),
    "tea house": ("tea", "green teas", "wooden tables"),
    "pottery studio": ("bowls", "glazed mugs", "potter's wheels"),
    "toy shop": ("puzzles", "wooden trains", "glass cases"),
    "cheese shop": ("cheese", "goat cheeses", "cooling shelves"),
}
"""A shop: what it sells, what it is known for, what stands in it."""

PROJECTS = (
    "a new library", "a bicycle path", "a public swimming pool", "a community garden",
    "a footbridge", "a skate park", "a night bus line", "a recycling centre",
)  # fmt: skip
JOBS = ("nurse", "teacher", "carpenter", "engineer", "gardener", "librarian", "chef", "pilot")
HOBBIES = (
    "playing the cello", "climbing", "painting birds", "baking bread", "sailing",
    "repairing old radios", "singing in a choir", "growing tomatoes",
)  # fmt: skip
ANIMALS = ("cat", "dog", "parrot", "rabbit", "tortoise", "horse", "goat", "hamster")
COLOURS = ("blue", "green", "red", "yellow", "white", "orange", "purple", "brown")
FRUITS = (
    "apples", "bananas", "cherries", "grapes", "lemons", "melons", "oranges", "peaches", "pears",
    "plums", "strawberries", "figs",
)  # fmt: skip
OBJECTS = (
    "chair", "lamp", "table", "mirror", "carpet", "kettle", "pillow", "basket", "vase", "clock",
    "ladder", "hammer",
)  # fmt: skip

TOPICS = {
    "a rainy morning": ("umbrella", "window", "street"),
    "a walk in the forest": ("river", "birds", "path"),
    "a busy market": ("fruit", "voices", "basket"),
    "a train journey": ("window", "station", "ticket"),
    "an old house": ("stairs", "garden", "door"),
    "a summer evening": ("lake", "music", "friends"),
    "a school kitchen": ("soup", "children", "table"),
    "a small harbour": ("boats", "fish", "wind"),
    "a winter holiday": ("snow", "fire", "mountain"),
    "learning to cook": ("knife", "recipe", "patience"),
    "moving to a new city": ("boxes", "neighbours", "map"),
    "a visit to the museum": ("painting", "guide", "ticket"),
    "working from home": ("desk", "coffee", "meetings"),
    "growing vegetables": ("soil", "water", "sun"),
    "a long bicycle ride": ("hill", "bread", "rain"),
    "a family dinner": ("grandmother", "plates", "stories"),
}
"""Something to write about, and words that fit in."""

TEMPTING = {
    "the sea": ("water", "blue", "waves"),
    "coffee": ("drink", "cup", "morning"),
    "winter": ("cold", "snow", "white"),
    "a cat": ("animal", "fur", "pet"),
    "the moon": ("night", "sky", "light"),
    "bread": ("flour", "oven", "food"),
    "a garden": ("flowers", "plants", "green"),
    "music": ("sound", "song", "listen"),
    "a forest": ("trees", "green", "nature"),
    "school": ("students", "learn", "teacher"),
    "a river": ("water", "flow", "fish"),
    "a bicycle": ("wheels", "ride", "pedals"),
}
"""Something to describe, and the words that come to mind first."""

LISTABLE = (
    "things to pack for a beach holiday", "healthy breakfast ideas", "ways to save energy at home",
    "reasons to learn a language", "games for a children's party", "tips for a job interview",
    "things to see in a big city", "ways to relax after work", "gifts for a grandmother",
    "questions to ask a new neighbour", "rules for a shared kitchen", "small habits for good sleep",
    "uses for an old newspaper", "vegetables for a soup", "jobs in a hospital",
    "animals that live in the forest",
)  # fmt: skip
OPENINGS = ("Yesterday", "Once", "Every", "Nobody", "When", "After", "In", "My")
CLOSINGS = (
    "Then it was quiet again.", "That was the end of it.", "We never spoke of it again.",
    "And the ship sailed on.", "Tomorrow would be different.", "She closed the door.",
    "It was worth the wait.", "Nothing was ever lost.",
)  # fmt: skip
