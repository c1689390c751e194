"""Texts with one planted defect each, and the check that must find it; all made up."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from assistant.confidence.inputs import ScoringInput
from support.drafts import draft

HARBOUR = (
    "The harbour wakes slowly on winter mornings, and the gulls are the first to complain. By seven the bakery has its"
    " lights on, and the smell of rye reaches the ferry steps."
)
COMMITTEE = (
    "In March the committee met to talk about the new timetable, and Anna Berg presented three drafts of it. The second"
    " one, with a later boat on Sundays, found the most friends."
)
RAMP = (
    "What remains is the question of the winter ramp, which was built by our grandfathers and has been repaired only once"
    " since then. The engineers shook their heads."
)
ARTICLE = f"{HARBOUR}\n\n{COMMITTEE}\n\n{RAMP}"
GERMAN = (
    "Der Ausschuss hat sich im März getroffen und über den neuen Fahrplan gesprochen, und am Ende waren alle mit dem"
    " späteren Boot am Sonntag zufrieden."
)
LETTER = (
    "Dear Maria,\n\nThe boat will be closed for repairs from Monday on, so please take the road. I am sorry for the"
    " trouble.\n\nKind regards,\nTom"
)
TO_MARIA = "Write a letter from Tom to Maria about the closed boat."
IN_PAST = (
    "She was tired when she came to the bridge. The rain had stopped, and the river was high. He stood on the other side"
    " and looked at her. She took off her shoes and felt the cold stones. He said nothing."
)
IN_PRESENT = (
    "She is halfway across when she turns around. The bridge is narrow, and the water looks black. He stands there and does"
    " not move, and she knows that he will not come. A dog comes along, sits down beside him and looks at the river as if"
    " it were his. She says a word that nobody hears, and goes on."
)
AS_I = (
    "I had been waiting for an hour when the boat came. My feet were wet, and I counted my coins twice. I asked the captain"
    " for a seat, and he gave me his own."
)
AS_HE = (
    "He had been waiting for an hour when the boat came in at last. His feet were wet, and he counted his coins twice, as"
    " he always did. He asked the captain for a seat, and the captain gave him his own, which was the only dry one."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Planted:
    """A draft that fails `check`."""

    check: str
    text: str
    asked: str = "Write about our harbour."
    request: dict[str, Any] = field(default_factory=dict)

    def draft(self) -> ScoringInput:
        """It as a draft."""
        return draft(self.text, **{"instruction": self.asked, **self.request})


PLANTED = (
    Planted(check="requested_format", text=ARTICLE, asked="List the news in bullet points."),
    Planted(check="requested_format", text=ARTICLE, asked="Give me a numbered list of the news."),
    Planted(check="requested_format", text=ARTICLE, asked="Make a table comparing the drafts."),
    Planted(check="requested_format", text=ARTICLE, asked="Write a formal letter to the council."),
    Planted(check="requested_format", text=ARTICLE, asked="Write an email to the members."),
    Planted(check="requested_format", text=ARTICLE, asked="Write a dialogue between two gulls."),
    Planted(check="requested_format", text=ARTICLE, asked="Write a short poem about the harbour."),
    Planted(check="requested_format", text=HARBOUR, asked="Write a haiku about the harbour."),
    Planted(check="requested_format", text=HARBOUR, asked="Answer in valid JSON."),
    Planted(check="requested_format", text=ARTICLE, asked="Tell the news in a single paragraph."),
    Planted(
        check="requested_format", text=f"# News\n\n{HARBOUR}", asked="Reply in plain text only."
    ),
    Planted(check="requested_format", text=f"**News** {HARBOUR}", request={"format": "plain"}),
    Planted(check="requested_format", text=HARBOUR, request={"format": "html"}),
    Planted(check="person", text=AS_HE, asked="Tell it in the first person."),
    Planted(check="person", text=f"{AS_I} {AS_I}", asked="Tell it in the third person."),
    Planted(check="person", text=f"{AS_I} {AS_I}", asked="Write in second person about a wait."),
    Planted(
        check="person", text=AS_HE, asked="Make it clearer.", request={"task": "rewrite", "text": AS_I}
    ),
    Planted(
        check="person",
        text=f"{AS_I} {AS_I}",
        asked="Make it longer.",
        request={"task": "expand", "text": AS_HE},
    ),
    Planted(check="tense", text=IN_PRESENT, asked="Tell it in the past tense."),
    Planted(check="tense", text=f"{IN_PAST} {IN_PAST}", asked="Use the present tense."),
    Planted(
        check="tense", text=IN_PRESENT, asked="", request={"task": "continue", "text": IN_PAST}
    ),
    Planted(check="placeholder", text=LETTER.replace("Tom", "[Your Name]"), asked=TO_MARIA),
    Planted(check="placeholder", text=f"{HARBOUR} <insert date here>", asked="Write a notice."),
    Planted(check="placeholder", text="Welcome to {company}! We are glad you came, truly."),
    Planted(check="placeholder", text=f"{HARBOUR} It opens on XX.XX and costs $XX.", asked="Invite."),
    Planted(check="placeholder", text="Lorem ipsum dolor sit amet, and so on."),
    Planted(check="placeholder", text=f"{HARBOUR} TODO: ask Anna for the number."),
    Planted(check="template_tokens", text=f"{HARBOUR}<|im_end|>"),
    Planted(check="template_tokens", text=f"{HARBOUR} [/INST] {RAMP}"),
    Planted(check="template_tokens", text=f"<think>They want news.</think>{HARBOUR}"),
    Planted(check="template_tokens", text=f"assistant\n{HARBOUR}"),
    Planted(check="template_tokens", text=f"### Response:\n{HARBOUR}"),
    Planted(
        check="closing_remark", text=f"{ARTICLE}\n\nLet me know if you'd like me to make it shorter!"
    ),
    Planted(check="closing_remark", text=f"{ARTICLE}\n\n(Word count: 96)"),
    Planted(check="closing_remark", text=f"{ARTICLE}\n\nNote: I have kept the names as they were."),
    Planted(check="closing_remark", text=f"{ARTICLE}\n\nFeel free to adjust the dates."),
    Planted(check="closing_remark", text=f"{GERMAN}\n\nLass mich wissen, ob ich etwas ändern soll."),
    Planted(check="repeated_paragraph", text=f"{HARBOUR}\n\n{COMMITTEE}\n\n{HARBOUR}\n\n{RAMP}"),
    Planted(
        check="repeated_paragraph",
        text=f"{HARBOUR}\n\n{COMMITTEE}\n\n{HARBOUR.replace('slowly', 'late')}\n\n{RAMP}",
    ),
    Planted(check="stitched", text=f"{LETTER}\n\n{LETTER.replace('Dear', 'Hello')}", asked=TO_MARIA),
    Planted(
        check="stitched",
        text=f"Dear Maria,\n\n{HARBOUR}\n\nHi Maria,\n\n{RAMP}\n\nBest,\nTom",
        asked=TO_MARIA,
    ),
    Planted(
        check="stitched",
        text=f"# News from the harbour\n\n{HARBOUR}\n\n## News from the Harbour\n\n{RAMP}",
    ),
    Planted(check="stitched", text=f"{HARBOUR}\n\n{RAMP}\n\n{HARBOUR[:100]} and nothing else."),
    Planted(check="stitched", text=f"{HARBOUR}\n\nAlternatively, here is a shorter one:\n\n{RAMP}"),
    Planted(check="stitched", text=f"{HARBOUR}\n\n**Version 2:**\n\n{RAMP}"),
    Planted(check="stitched", text=f"{HARBOUR}\n\nThe End\n\n{RAMP}", asked="Write a story."),
    Planted(check="prompt_echo", text=f"[Requirements]: keep it short\n\n{HARBOUR}"),
    Planted(check="prompt_echo", text=f"Text to rewrite: {HARBOUR}"),
    Planted(check="prompt_echo", text=f"Instruction: be brief.\n{HARBOUR}"),
    Planted(
        check="prompt_echo",
        text=f"Write a short and lively notice about our harbour in winter. {HARBOUR}",
        asked="Write a short and lively notice about our harbour in winter.",
    ),
    Planted(check="addressee", text=LETTER.replace("Maria", "Sofia"), asked=TO_MARIA),
    Planted(
        check="addressee",
        text=LETTER.replace("Maria", "X").replace("Tom", "Maria").replace("X", "Tom"),
        asked=TO_MARIA,
    ),
    Planted(
        check="addressee",
        text="Dear Jonas,\n\nThursday suits me well.\n\nBest wishes,\nSalma Haddad",
        asked="Say that Thursday suits me.",
        request={
            "task": "reply",
            "text": "Dear Jonas,\n\nCould we meet on Thursday?\n\nBest wishes,\nSalma Haddad",
        },
    ),
    Planted(
        check="sentence_cut", text=f"{HARBOUR}\n\n{COMMITTEE.rsplit(' ', 3)[0]}\n\n{RAMP}\n\n{HARBOUR}!"
    ),
    Planted(
        check="sentence_cut",
        text=f"{HARBOUR}\n\n{COMMITTEE}\n\nThe engineers came and looked at the\n\n{RAMP}",
    ),
    Planted(
        check="unfilled_count",
        text="The news is short. Here are five things to know about the boat:\n\n1. It is late.\n2. It is full.\n3. It is old.",
    ),
    Planted(check="unfilled_count", text="1. Wash it.\n2. Sand it.\n3. Oil it.\n5. Cover it.\n6. Wait."),
    Planted(check="unfilled_count", text="1. Wash it.\n2. Sand it.\n3. Oil it.\n1. Cover it.\n2. Wait."),
    Planted(check="mixed_language", text=f"{HARBOUR}\n\n{COMMITTEE}\n\n{GERMAN}"),
    Planted(
        check="mixed_language",
        text=f"{HARBOUR}\n\n委员会在三月开会讨论新的时刻表，大家都同意星期天的晚班船。\n\n{RAMP}",
    ),
    Planted(
        check="empty_section", text=f"# News\n\n## Boat\n\n## Ramp\n\n{RAMP}\n\n## Soup\n\nOn Thursday."
    ),
    Planted(
        check="repeated_heading",
        text=f"# News\n\n## Boat\n\n{HARBOUR}\n\n## Ramp\n\n{RAMP}\n\n## Boat\n\n{COMMITTEE}",
    ),
    Planted(check="gibberish", text=f"{HARBOUR} She said it\u00e2\u20ac\u2122s late."),
    Planted(check="gibberish", text=f"{HARBOUR} \ufffd\ufffd"),
    Planted(check="gibberish", text=f"{HARBOUR} asdf asdfasdf"),
    Planted(check="gibberish", text=f"{HARBOUR} %%%%%%%%%%%%%%"),
    Planted(
        check="gibberish",
        text="xkcdfg wrtpls qzmnbv the plkjhg of vbnmtr and dfghjk was trwqzx but zxcvbn",
    ),
    Planted(
        check="self_mention", text=f"As an AI language model, I have never seen it. {HARBOUR}"
    ),
    Planted(check="cut_off", text=f"# News\n\n{HARBOUR}\n\n## Soup"),
    Planted(check="loop", text=f"{COMMITTEE} {HARBOUR} {RAMP} {HARBOUR} {RAMP} {HARBOUR} {RAMP}"),
    Planted(check="loop", text="It was late and late and late and late and late and late and late. Then we slept."),
)  # fmt: skip
"""At least two of each of the checks of form."""
