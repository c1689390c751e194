"""Careful rewrites of made-up texts, each with one way to spoil it; every text here is made up."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from assistant.types import Style


@dataclass(frozen=True, slots=True, kw_only=True)
class Rewrite:
    """A source, a good text made of it, and a change that plants one error.

    `spoiled` replaces its first part by its second in the good text; one of the checks `found_by`
    should tell.
    """

    name: str
    source: str
    good: str
    spoiled: tuple[str, str]
    found_by: str
    task: str = "rewrite"
    request: Mapping[str, Any] = field(default_factory=dict)

    @property
    def bad(self) -> str:
        """The good text with its error."""
        old, new = self.spoiled
        return self.good.replace(old, new)


REWRITES = (
    Rewrite(
        name="meeting email",
        source="Hi Tom, quick one: the budget review moved to Friday, 12 March at 3 pm in room 4. Bring the revised figures from Priya Raman, she has the 2025 numbers. If you can't make it tell me by Wednesday.",
        good="Dear Tom,\n\nThe budget review has been moved to Friday, 12 March, at 15:00 in room 4. Please bring the revised figures from Ms Raman, who has the 2025 numbers. If you are unable to attend, let me know by Wednesday.\n\nBest wishes",
        spoiled=("15:00", "16:00"),
        found_by="changed_numbers",
        task="tone",
        request={"instruction": "Make it formal."},
    ),
    Rewrite(
        name="contract clause",
        source="The Supplier shall not disclose the Confidential Information to any third party without the prior written consent of Harlow Mills. The obligation lasts for 24 months after 31 December 2026.",
        good="The Supplier shall not disclose the Confidential Information to any third party unless Harlow Mills has given its prior written consent. This obligation continues for two years after 2026-12-31.",
        spoiled=("2026-12-31", "2026-12-13"),
        found_by="lost_dates",
        request={"instruction": "Put this into plain English."},
    ),
    Rewrite(
        name="clause turned round",
        source="The tenant must not keep dogs in the flat. The landlord will return the deposit within 14 days of the end of the lease. Repairs are paid by the owner.",
        good="The tenant must not keep any dogs in the flat. The landlord will give back the deposit within two weeks of the end of the lease. The owner pays for repairs.",
        spoiled=("must not keep any", "must keep"),
        found_by="changed_polarity",
        request={"instruction": "Make it easier to read."},
    ),
    Rewrite(
        name="deposit",
        source="A deposit of $1,200 is due on signing, 12 % of the full price, and it is refundable until 3 May.",
        good="On signing, a deposit of $1,200 (12 percent of the full price) is due; until May 3rd it can be refunded.",
        spoiled=("$1,200", "$1,500"),
        found_by="changed_numbers",
    ),
    Rewrite(
        name="readme with code",
        source="# Setup\n\nYou install it like that:\n\n```bash\npip install inkpot==2.1\ninkpot init --fast\n```\n\nThan run `inkpot serve` and it will listen on port 8700. See [the guide](https://example.org/guide) for more infos.",
        good="# Setup\n\nInstall it like this:\n\n```bash\npip install inkpot==2.1\ninkpot init --fast\n```\n\nThen run `inkpot serve`, and it will listen on port 8700. See [the guide](https://example.org/guide) for more information.",
        spoiled=("init --fast", "init --quick"),
        found_by="lost_code",
        task="proofread",
    ),
    Rewrite(
        name="front matter",
        source="---\ntitle: Winter tyres\ndate: 2026-10-04\ndraft: false\n---\n\nTyres is important in winter. {{< note >}} Check the preasure weekly.",
        good="---\ntitle: Winter tyres\ndate: 2026-10-04\ndraft: false\n---\n\nTyres are important in winter. {{< note >}} Check the pressure weekly.",
        spoiled=("draft: false", "draft: true"),
        found_by="lost_code",
        task="proofread",
    ),
    Rewrite(
        name="release notes",
        source="## Changes\n\n- Faster search, about 40 % on large indexes\n- Fixed a crash when the file is empty\n- New option for the export\n\n## Known problems\n\nThe tray icon dont show up on old systems.",
        good="## Changes\n\n- Search is about 40% faster on large indexes\n- A crash with empty files is fixed\n- There is a new export option\n\n## Known problems\n\nThe tray icon does not show up on old systems.",
        spoiled=("- A crash with empty files is fixed\n- There is a new export option\n", ""),
        found_by="lost_structure",
    ),
    Rewrite(
        name="press quote",
        source='The mayor, Elena Duarte, said on Monday: "We have never had such a dry spring in this valley." The town will ration water from 1 June.',
        good="On Monday, Mayor Elena Duarte said, \u201cWe have never had such a dry spring in this valley.\u201d From June 1 the town is going to ration water.",
        spoiled=("never had such a dry spring", "rarely seen so dry a spring"),
        found_by="lost_quotes",
    ),
    Rewrite(
        name="literature review",
        source="Several studies found that short breaks help memory [3, 4]. In contrast, Okafor (2019) saw no effect, and later work agreed (Lindgren & Roe, 2021).",
        good="Short breaks help memory, according to several studies [3][4]. Okafor and others disagree: no effect was seen (Okafor, 2019), which later work confirmed (Lindgren & Roe, 2021).",
        spoiled=("[3][4]", "[3]"),
        found_by="lost_citations",
    ),
    Rewrite(
        name="latex paragraph",
        source=r"The bound is tight \cite{moran2018}. We measure it on 1.5 million rows, and the error stay under 2 %.",
        good=r"The bound is tight \cite{moran2018}. We measure it on 1.5 million rows, and the error stays under 2 %.",
        spoiled=("moran2018", "moran2008"),
        found_by="lost_citations",
        task="proofread",
    ),
    Rewrite(
        name="fiction in another tone",
        source="Marta didn't open the letter. She put it on the shelf, next to the clock that Henrik had bought in Lisbon, and went out into the rain.",
        good="Marta did not open the letter; she set it upon the shelf beside the clock Henrik had bought in Lisbon, and walked out into the rain.",
        spoiled=("Henrik", "Hendrik"),
        found_by="changed_names",
        task="tone",
        request={"instruction": "Make it sound older."},
    ),
    Rewrite(
        name="letter unsaid",
        source="Nils never answered the letters. Clara kept writing every week, and the postman knew her by name. The house by the lake stayed empty.",
        good="Nils never answered the letters. Clara went on writing every week, and by now the postman knew her by name. The lake house stayed empty.",
        spoiled=("Nils never answered", "Nils always answered"),
        found_by="changed_polarity",
    ),
    Rewrite(
        name="minutes",
        source="Present: A. Weiss, J. Park. The board approved the plan for 25 new posts. Ms Weiss will not attend in April. Next meeting is on 9 April, 10:30.",
        good="Present: A. Weiss and J. Park. The board approved the plan for twenty-five new posts. Ms Weiss will not be able to attend in April. The next meeting takes place on April 9 at 10.30 am.",
        spoiled=("will not be able to attend", "will be able to attend"),
        found_by="changed_polarity",
    ),
    Rewrite(
        name="minutes summed up",
        source="The committee met for 90 minutes. Dario Conti reported that 18 of 60 members had not paid. A reminder goes out next Friday. Greta Holm will look for a cheaper hall, the present one costs 450 euros a night.",
        good="Of 60 members, 30% had not paid, so a reminder goes out next Friday. Greta Holm is looking for a hall cheaper than the present \u20ac450 a night.",
        spoiled=("\u20ac450", "\u20ac540"),
        found_by="changed_numbers",
        task="summarize",
    ),
    Rewrite(
        name="summary with a wrong name",
        source="Yesterday Professor Andersen opened the new reading room. About 200 guests came. Andersen thanked the builders and the city of Odense, which paid half of the costs.",
        good="In front of some 200 guests, Professor Andersen opened the new reading room and thanked the builders and Odense, which bore 50% of the costs.",
        spoiled=("Andersen", "Anderson"),
        found_by="changed_names",
        task="summarize",
    ),
    Rewrite(
        name="advert",
        source="Our new kettle boils a litre in 2 minutes, holds 1.7 l and comes with a 5-year guarantee. Only \u00a339.90 until Sunday!",
        good="Meet the kettle that boils a litre in two minutes. It holds 1.7 l, carries a five-year guarantee and costs just \u00a339.90 until Sunday.",
        spoiled=("five-year", "three-year"),
        found_by="changed_numbers",
        request={"instruction": "Make it more lively."},
    ),
    Rewrite(
        name="advert gone on too long",
        source="The bakery in Mill Lane opens at 6:30 every morning and at 8 on Sundays. Bread is half price after 5 pm.",
        good="Every morning at 6.30 am the bakery in Mill Lane opens its doors, on Sundays at 8. After 5 p.m., bread is 50% off.",
        spoiled=(", on Sundays at 8", ""),
        found_by="lost_dates",
    ),
    Rewrite(
        name="recipe in short",
        source="Take 250 g of flour, 3 eggs and half a litre of milk. Leave the batter for 30 minutes, then fry the pancakes at medium heat for about 2 minutes on each side. Do not use too much butter.",
        good="Mix 250 g flour, three eggs and 500 ml milk; rest for half an hour. Fry for about 2 minutes a side with little butter.",
        spoiled=("250 g", "350 g"),
        found_by="changed_numbers",
        task="shorten",
    ),
    Rewrite(
        name="reply",
        source="Dear Ms Lindqvist, can you send the samples by 4 May? We would need 30 pieces. Regards, Joan Abara",
        good="Dear Ms Abara,\n\nThank you for your message. We will gladly send the 30 samples; they should arrive before 4 May.\n\nKind regards,\nSaga Lindqvist",
        spoiled=("Abara", "Abare"),
        found_by="changed_names",
        task="reply",
        request={"instruction": "Accept."},
    ),
    Rewrite(
        name="invitation from notes",
        source="",
        good="Dear all,\n\nPlease join us for the summer party on 14 June at 5 pm in the courtyard. Each guest may bring two friends, and the entrance fee is 15 euros.\n\nSee you there",
        spoiled=("entrance fee is 15 euros", "entrance fee is 25 euros"),
        found_by="changed_numbers",
        task="draft",
        request={
            "instruction": "Write an invitation to our summer party on 14 June, 5 pm, courtyard, entrance fee 15 euros."
        },
    ),
    Rewrite(
        name="table",
        source="Prices is as follows:\n\n| Room | Nights | Price |\n|---|---|---|\n| Single | 1 | 80 |\n| Double | 1 | 120 |\n\nBreakfast are included.",
        good="Prices are as follows:\n\n| Room | Nights | Price |\n|---|---|---|\n| Single | 1 | 80 |\n| Double | 1 | 120 |\n\nBreakfast is included.",
        spoiled=("| Double | 1 | 120 |", "| Double | 120 |"),
        found_by="broken_markdown",
        task="proofread",
    ),
    Rewrite(
        name="html snippet",
        source='<p class="lead">Our shop are open <strong>daily</strong>.</p>\n<p>Come in &amp; have a look at https://shop.example/new.</p>',
        good='<p class="lead">Our shop is open <strong>daily</strong>.</p>\n<p>Come in &amp; have a look at https://shop.example/new.</p>',
        spoiled=("<strong>daily</strong>", "daily"),
        found_by="lost_code",
        task="proofread",
    ),
    Rewrite(
        name="brand terms",
        source="You can log in with your e-mail. The log in page also offers a reset of the pass code.",
        good="You can sign in with your e-mail. The sign in page also lets you reset the passphrase.",
        spoiled=("The sign in page", "The log in page"),
        found_by="glossary",
        request={"style": Style(glossary=(("log in", "sign in"), ("pass code", "passphrase")))},
    ),
    Rewrite(
        name="product name in its letters",
        source="our tool runs on javascript and on typescript.",
        good="Our tool runs on JavaScript and on TypeScript.",
        spoiled=("JavaScript", "Javascript"),
        found_by="glossary",
        task="proofread",
        request={
            "style": Style(glossary=(("javascript", "JavaScript"), ("typescript", "TypeScript")))
        },
    ),
    Rewrite(
        name="careless proofreading",
        source="The results was clear and each participants got a hour of rest before the the second test.",
        good="The results were clear, and each participant got an hour of rest before the second test.",
        spoiled=("before the second", "before the the second"),
        found_by="grammar",
        task="proofread",
    ),
    Rewrite(
        name="German letter",
        source="Sehr geehrte Frau Brandt, wir k\u00f6nnen den Termin am 3. Mai um 15 Uhr leider nicht halten. Bitte rufen Sie Herrn Vogel an, er hat 20 Exemplare vorr\u00e4tig.",
        good="Sehr geehrte Frau Brandt,\n\nleider k\u00f6nnen wir den Termin am 03.05.2026 um 15:00 Uhr nicht halten. Bitte melden Sie sich bei Herrn Vogel; er hat zwanzig Exemplare vorr\u00e4tig.",
        spoiled=("Herrn Vogel", "Herrn Vogt"),
        found_by="lost_names",
        request={"instruction": "Formuliere es h\u00f6flicher."},
    ),
    Rewrite(
        name="German notice turned round",
        source="Die Anlage darf nicht ohne Aufsicht betrieben werden. Wartung erfolgt alle 6 Monate. Der Schl\u00fcssel liegt im B\u00fcro. Das Tor bleibt nachts nicht offen.",
        good="Die Anlage darf nicht ohne Aufsicht betrieben werden. Sie wird alle sechs Monate gewartet. Der Schl\u00fcssel liegt im B\u00fcro. Das Tor bleibt in der Nacht nicht offen.",
        spoiled=("in der Nacht nicht offen", "in der Nacht offen"),
        found_by="changed_polarity",
    ),
    Rewrite(
        name="French note",
        source="La r\u00e9union aura lieu mardi 4 juin \u00e0 14h30. Mme Laurent pr\u00e9sentera les r\u00e9sultats: les ventes ont augment\u00e9 de 8 %. Merci de confirmer avant vendredi.",
        good="La r\u00e9union se tiendra le mardi 4 juin \u00e0 14 h 30. Mme Laurent y pr\u00e9sentera les r\u00e9sultats, avec des ventes en hausse de 8 %. Merci de confirmer votre pr\u00e9sence avant vendredi.",
        spoiled=("avant vendredi", "rapidement"),
        found_by="lost_dates",
    ),
    Rewrite(
        name="French figures",
        source="Le mus\u00e9e a accueilli 1 200 000 visiteurs en 2025, soit 15 % de plus que l'ann\u00e9e pr\u00e9c\u00e9dente.",
        good="En 2025, le mus\u00e9e a re\u00e7u 1,2 million de visiteurs, soit une hausse de 15 % par rapport \u00e0 l'ann\u00e9e pr\u00e9c\u00e9dente.",
        spoiled=("1,2 million", "2,1 millions"),
        found_by="lost_numbers",
    ),
    Rewrite(
        name="English into German",
        source="The office is closed on Friday, May 8. Orders over $1,500 ship within 3 days from 9 am.",
        good="Das B\u00fcro bleibt am Freitag, dem 8. Mai, geschlossen. Bestellungen \u00fcber 1.500 Dollar werden innerhalb von drei Tagen ab 9 Uhr verschickt.",
        spoiled=("8. Mai", "9. Mai"),
        found_by="lost_dates",
        task="translate",
        request={"instruction": "Translate into German."},
    ),
    Rewrite(
        name="complaint in friendlier words",
        source="I ordered 3 lamps on 2 October and only got 2. Nobody picks up the phone. I want my money back, 89 euros, or the lamp by next Tuesday.",
        good="On October 2nd I ordered three lamps, but only two have arrived, and nobody has picked up the phone so far. Could you please either refund the \u20ac89 or send the lamp by next Tuesday?",
        spoiled=("next Tuesday", "next Thursday"),
        found_by="lost_dates",
        task="tone",
        request={"instruction": "Friendlier, please."},
    ),
    Rewrite(
        name="support answer",
        source="Restart the router, wait 30 seconds and press the button for 10 seconds. The light must not blink. See www.example.net/reset, or mail help@example.net.",
        good="First restart the router. Wait half a minute, then hold the button for ten seconds. The light must not be blinking. Details are at https://www.example.net/reset/, or write to help@example.net.",
        spoiled=("help@example.net", "our team"),
        found_by="lost_links",
    ),
    Rewrite(
        name="medical leaflet",
        source="Adults take 1 tablet twice a day, at most 4 tablets in 24 hours. Do not take it with alcohol. Tell Dr. Hale if the pain lasts more than 5 days.",
        good="For adults, the dose is one tablet twice a day and never over four tablets in 24 hours. Do not take it with any alcohol. If the pain lasts more than five days, tell Dr. Hale.",
        spoiled=("Do not take it", "Do take it"),
        found_by="changed_polarity",
    ),
)
"""Emails, law, code, fiction, minutes, adverts and more, in English, German and French."""
