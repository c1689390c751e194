"""Whether two requests ask for the same text, judged by their wording."""

from assistant.cache.wording.compare import verify
from assistant.cache.wording.fold import fold, volatile
from assistant.cache.wording.folded import Folded
from assistant.cache.wording.verdict import Comparison, Different, Reason, Same

__all__ = [
    "Comparison",
    "Different",
    "Folded",
    "Reason",
    "Same",
    "fold",
    "verify",
    "volatile",
]
