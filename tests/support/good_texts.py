"""Good texts of many kinds that look suspicious to a careless check; all made up."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from assistant.confidence.inputs import ScoringInput
from support.drafts import EMAIL, EMAIL_ASKED, draft


@dataclass(frozen=True, slots=True, kw_only=True)
class GoodText:
    """A text no check may object to, with the request it answers."""

    name: str
    asked: str
    text: str
    request: dict[str, Any] = field(default_factory=dict)

    def draft(self) -> ScoringInput:
        """It as a draft."""
        return draft(self.text, **{"instruction": self.asked, **self.request})


GOOD_TEXTS = (
    GoodText(name="email", asked=EMAIL_ASKED, text=EMAIL),
    GoodText(
        name="email to a named person",
        asked="Write an email from Tom to Maria asking for the minutes of Monday's meeting.",
        text="Subject: Minutes of Monday\n\nHi Maria,\n\nCould you send me the minutes of Monday's meeting? I would like"
        " to check what we said about the two vans before I call the dealer.\n\nLet me know if you need anything from"
        " me in return.\n\nThanks,\nTom",
    ),
    GoodText(
        name="letter with a formal name",
        asked="Draft a letter to my landlord, Mr Olsen, about the dripping tap in the kitchen.",
        text="Dear Mr Olsen,\n\nThe tap in our kitchen has been dripping since Sunday, and the bucket below it fills twice a"
        " day. Would you please send a plumber this week? I am at home every afternoon from three o'clock.\n\n"
        "Yours sincerely,\nLena Brandt",
    ),
    GoodText(
        name="letter that was asked for as a template",
        asked="Write a template for a thank-you letter to donors.",
        text="Dear [Name],\n\nThank you for your gift of [Amount] to our library. With it we can buy new books for the"
        " children's corner and keep the reading room open on Saturdays.\n\nWith kind regards,\n[Your Name]",
    ),
    GoodText(
        name="rewrite that keeps the source's gaps",
        asked="Make this friendlier.",
        text="Dear [Name],\n\nThank you so much for coming to our open day! We would love to see you again on [Date], and"
        " this time there will be cake.\n\nWarm regards,\nThe library team",
        request={
            "task": "rewrite",
            "text": "Dear [Name],\n\nYou attended our open day. The next one is on [Date].\n\nThe library team",
        },
    ),
    GoodText(
        name="reply",
        asked="Say that Thursday suits me.",
        text="Dear Ms Haddad,\n\nThursday at ten suits me well. I will bring the drawings of the second floor, and the"
        " list of doors you asked for.\n\nBest wishes,\nJonas",
        request={
            "task": "reply",
            "text": "Dear Jonas,\n\nCould we meet on Thursday at ten to go through the drawings?\n\nBest wishes,\nSalma Haddad",
        },
    ),
    GoodText(
        name="reply to a short signature",
        asked="Tell him I cannot come.",
        text="Hi Tom,\n\nThank you for thinking of me, but I cannot come on Saturday: my parents are visiting. Have a"
        " wonderful evening, and save me a slice of that cake.\n\nLove,\nAda",
        request={"task": "reply", "text": "Hi Ada, party at ours on Saturday! Coming?\n\nCheers,\nTom"},
    ),
    GoodText(
        name="poem with a refrain",
        asked="Write a poem about the tide.",
        text="The tide goes out, the tide comes in,\nIt leaves a shell, it takes a tin,\nIt hums along the harbour wall\n"
        "And hardly says a word at all.\n\nThe boats lie down upon the sand,\nA gull walks over, close at hand,\n"
        "And children dig, and children call,\nAnd hardly hear the sea at all.\n\nThe tide goes out, the tide comes in,\n"
        "It leaves a shell, it takes a tin,\nIt hums along the harbour wall\nAnd hardly says a word at all.",
    ),
    GoodText(
        name="haiku",
        asked="Write a haiku about rain in the city.",
        text="Rain on the tram wires\na pigeon shakes off the morning\nunder the clock's eave",
    ),
    GoodText(
        name="song",
        asked="Write song lyrics about the last train home.",
        text="[Verse 1]\nThe platform's cold, the lamp is low,\nI missed the early one, I know,\nMy coat is thin, my bag"
        " is light,\nThere's one more train to catch tonight.\n\n[Chorus]\nLast train home, last train home,\nroll me over"
        " fields of foam,\nLast train home, last train home,\nroll me slowly back to you.\n\n[Verse 2]\nA boy asleep against"
        " the glass,\nA field of lights, I watch them pass.\n\n[Chorus]\nLast train home, last train home,\nroll me over"
        " fields of foam,\nLast train home, last train home,\nroll me slowly back to you.",
    ),
    GoodText(
        name="play",
        asked="Write a dialogue between a baker and a customer about a burnt loaf.",
        text="BAKER: Good morning. What may it be?\n\nCUSTOMER: This loaf is burnt. Look at the underside.\n\nBAKER: It is"
        " dark, I grant you. My grandmother called that the flavour.\n\nCUSTOMER: (laughs) And what did your grandmother"
        " call a refund?\n\nBAKER: A fresh loaf, madam. Here.\n\nCUSTOMER: Then I like your grandmother.",
    ),
    GoodText(
        name="dialogue in quotes",
        asked="Write a conversation between two sisters about selling the house.",
        text='"You have already called the agent," said Ines.\n\n"I asked him what it was worth. That is all," Marta'
        ' said.\n\n"And what is it worth?"\n\n"More than the roof over our heads would suggest."\n\nInes looked out at the'
        ' pear tree. "We could keep it one more summer," she said.',
    ),
    GoodText(
        name="list of reasons",
        asked="Give me five reasons to walk to work.",
        text="Nobody regrets a walk. Here are five reasons to begin tomorrow:\n\n1. You arrive awake.\n2. It costs nothing.\n3. You meet the same dog"
        " every morning.\n4. Your knees will thank you at sixty.\n5. Nothing is ever delayed.",
    ),
    GoodText(
        name="lists that begin again under headings",
        asked="Write a guide to caring for a wooden boat.",
        text="# Caring for a wooden boat\n\n## In spring\n\n1. Wash the hull.\n2. Sand the rails.\n3. Varnish twice.\n\n"
        "## In autumn\n\n1. Drain the tank.\n2. Lift the boat.\n3. Cover it loosely, so that air can pass.\n\n## Notes\n\nA boat"
        " that dries too fast will crack, so leave the cover open at both ends.",
    ),
    GoodText(
        name="numbered all ones",
        asked="List the steps to make tea.",
        text="1. Boil fresh water.\n1. Warm the pot.\n1. Add a spoon of leaves for each cup.\n1. Wait four minutes.",
    ),
    GoodText(
        name="recipe",
        asked="Write a recipe for lentil soup.",
        text="# Lentil soup\n\n**Ingredients**\n\n- 250 g red lentils\n- 1 onion\n- 2 carrots\n- 1 litre of stock\n- salt, cumin\n\n"
        "**Instructions**\n\n1. Chop the onion and the carrots and fry them gently for ten minutes.\n2. Add the lentils, the"
        " cumin and the stock.\n3. Simmer for half an hour, then season.\n\nServe with bread and a little lemon.",
    ),
    GoodText(
        name="minutes",
        asked="Write the minutes of our allotment meeting.",
        text="Minutes, 4 March\n\nPresent: Ada, Tom, Ms Okafor\nApologies: Jonas\n\n1. Water\nThe butt by the gate leaks. Tom will"
        " ask for a price.\n\n2. Keys\nTwo keys are missing. Everybody looks at home.\n\n3. Summer party\nDate to be decided at the"
        " next meeting, which is on 1 April at seven.",
    ),
    GoodText(
        name="table",
        asked="Make a table comparing trains and buses by price and comfort.",
        text="| | Train | Bus |\n|---|---|---|\n| Price | 40 euros | 15 euros |\n| Comfort | a table, a socket | a seat |\n| Time |"
        " 3 hours | 5 hours |",
    ),
    GoodText(
        name="story around a table",
        asked="Write a story about a family that meets around the table every Sunday.",
        text="On Sundays the whole family met around the table, and it creaked. Grandmother carved, Uncle Piet talked, and"
        " the dog lay across every foot it could reach. Nobody remembered when it had begun. When the old man at the head"
        " of it died, they left his chair empty for a month, and then little Ruth climbed onto it without asking anyone."
        "\n\nThe soup was passed, and the talk went on.",
    ),
    GoodText(
        name="advert",
        asked="Write an ad for a bicycle repair shop.",
        text="Flat tyre? Squeaky brake? Wobbly wheel?\n\nBring it in before nine, ride it home at five.\n\n**Spoke & Sons**, 12"
        " Mill Street. Repairs while you work, coffee while you wait!!!\n\nCall 555 0142 or just roll up.",
    ),
    GoodText(
        name="plain text asked for",
        asked="Explain how a lock on a canal works, in plain text without markdown.",
        text="A lock is a box of water with a gate at each end. A boat going up enters at the bottom and the lower gate is"
        " shut behind it. Water is let in from above until the boat floats at the upper level.\n\nThen the upper gate opens"
        " and the boat goes on. Nothing is pumped: the river does the work.",
        request={"format": "plain"},
    ),
    GoodText(
        name="JSON",
        asked="Return valid JSON with the keys name and age for Ada, 36.",
        text='{"name": "Ada", "age": 36}',
    ),
    GoodText(
        name="first person",
        asked="Tell in the first person how a lighthouse keeper spends a night.",
        text="I light the lamp at dusk and sit down below it with my soup. The wind tries the door, as it always does. I read"
        " a page, look at the glass, read another page. At two o'clock a ship answers me with its horn, and for a minute"
        " I am not alone. Then I wind the clock, and my watch goes on until the gulls begin.",
    ),
    GoodText(
        name="continuation in the past tense with present-tense talk",
        asked="",
        text='She closed the gate and looked back once. "It is late," he said, "and the road is bad. Stay here, there is a bed,'
        ' there is soup, and the dog likes you." She laughed. She had heard kinder things from worse men, and she walked on'
        " until the lamp behind her was no larger than a star. At the bridge she stopped, took off her shoes, and waded through.",
        request={
            "task": "continue",
            "text": "The rain had stopped when she came out of the house. He was at the gate already, and he held her bag. She"
            " took it from him and said nothing. The path was wet, and they went slowly, as they had always gone. He looked"
            " at the hills. She was tired, and her feet were cold.",
        },
    ),
    GoodText(
        name="story with letters in it",
        asked="Write a short story about a found letter.",
        text="Under the floorboard lay an envelope without a stamp.\n\nRuth unfolded the paper and read it aloud to the empty"
        " room. It was from 1952, and the ink had gone brown.\n\nDear Elsa,\n\nI have taken the boat after all. Do not wait with"
        " the potatoes.\n\nYour Henk\n\nShe put it back, and nailed the board down, because it was not hers to answer.",
    ),
    GoodText(
        name="several versions asked for",
        asked="Write two versions of a birthday message to a colleague.",
        text="Version 1:\n\nHappy birthday, Sam! May your inbox be empty and your cake be large.\n\nVersion 2:\n\nDear Sam, all the"
        " best for the new year of your life. It is a pleasure to share an office with you.",
    ),
    GoodText(
        name="German letter",
        asked="Schreibe einen Brief an die Hausverwaltung wegen der kaputten Heizung.",
        text="Sehr geehrte Damen und Herren,\n\nseit Montag ist die Heizung in unserer Wohnung kalt. Wir haben zwei kleine Kinder,"
        " und die Nächte sind frostig. Bitte schicken Sie noch diese Woche einen Handwerker vorbei; wir sind jeden Tag ab"
        " 16 Uhr zu Hause.\n\nMit freundlichen Grüßen\nFamilie Angstwurm",
    ),
    GoodText(
        name="German story",
        asked="Erzähle von einem Morgen auf dem Markt.",
        text="Um sechs Uhr stehen die ersten Stände, und der Fischhändler ruft schon. Frau Schlosser stapelt Kürbisse, einen auf"
        " den anderen, bis der Turm schwankt. Ein Junge kauft ein einziges Ei.\n\nAls die Sonne über das Rathaus kommt, sind die"
        " Erdbeeren fast ausverkauft. Wer jetzt noch kommt, bekommt die weichen, und die sind ohnehin die besten.",
    ),
    GoodText(
        name="French email",
        asked="Écris un e-mail à mon professeur pour demander un délai.",
        text="Bonjour Madame,\n\nJe vous écris au sujet du mémoire que je dois rendre vendredi. J'ai été malade la semaine dernière,"
        " et il me manque encore la conclusion. Serait-il possible de vous le remettre lundi matin ?\n\nN'hésitez pas à me"
        " dire si cela vous convient.\n\nCordialement,\nClaire",
    ),
    GoodText(
        name="French prose",
        asked="Décris un café à Lyon.",
        text="Le café ouvre à sept heures, mais le patron est là depuis cinq. Il essuie les verres, il range les chaises, il parle"
        " à son chat. Les premiers clients ne disent rien : ils lisent le journal, et ils attendent que le jour se lève.\n\nÀ midi,"
        " tout change. On entend les assiettes, les rires, la pluie sur la verrière.",
    ),
    GoodText(
        name="Spanish letter",
        asked="Escribe una carta a los vecinos sobre la fiesta del sábado.",
        text="Estimados vecinos:\n\nEl sábado celebramos el cumpleaños de mi abuela en el patio, y habrá música hasta las once. Si el"
        " ruido les molesta, llamen a nuestra puerta y bajaremos el volumen. Por supuesto, todos están invitados a la tarta."
        "\n\nUn cordial saludo,\nLucía",
    ),
    GoodText(
        name="Spanish description",
        asked="Describe un pueblo en la montaña.",
        text="El pueblo tiene una calle, una fuente y más gatos que personas. Por la mañana se oye el pan antes de verlo: el horno de"
        " Rosa cruje como una barca. En invierno la nieve cierra el camino, y los niños no van a la escuela.\n\nNadie se queja"
        " de ello, salvo la maestra, que vive al otro lado.",
    ),
    GoodText(
        name="English with a foreign quotation",
        asked="Write about my grandfather's favourite saying.",
        text="My grandfather had one saying for all weathers, and he said it in the language of his childhood.\n\n\"Wer den Hafen"
        " nicht kennt, in den er segeln will, für den ist kein Wind der richtige Wind.\"\n\nWe children did not understand it, but"
        " we knew from his voice that it was about us, and about the homework on the table.",
    ),
    GoodText(
        name="fiction with cries",
        asked="Write a scene in which a boy scares his sister.",
        text='"Aaaargh!" The lid flew up. Mia screamed, then she laughed, then she hit him with the cushion.\n\n"Nooooo," Ben wailed,'
        ' "not the cushion!"\n\n"You asked for it. You asked, and asked, and asked." She let the cushion fall... and picked up'
        " the other one.",
    ),
    GoodText(
        name="footnotes and checkboxes",
        asked="Write a packing list for a winter hike with one source.",
        text="- [ ] map and compass\n- [ ] two pairs of gloves\n- [x] thermos\n\nMost accidents happen on the way down [1], so keep a"
        " bar of chocolate for the last hour.\n\n[1]: https://example.org/winter",
    ),
    GoodText(
        name="technical words",
        asked="Explain the strengths and lengths of ropes to beginners.",
        text="Ropes are sold by their lengths and strengths. A twelve-strand rope is stronger than a three-strand one of the same"
        " weight, but it is harder to splice. Write the breaking load on a tag, and halve it for anything you stand below."
        "\n\nWash ropes in cold water, and dry them in the shade.",
    ),
    GoodText(
        name="question and answer",
        asked="Write an interview with a beekeeper.",
        text="**What do bees do in winter?**\n\nThey make a ball around the queen and shiver, and that keeps her warm until spring.\n\n"
        "**Do you get stung?**\n\nEvery week. You stop counting after the first year.\n\n**And the honey?**\n\nWe take a third and"
        " leave the rest. It is their pantry, after all.",
    ),
    GoodText(
        name="formula between paragraphs",
        asked="Explain the area of a circle.",
        text="If we cut a circle into many thin slices and lay them side by side, top up and top down in turn, we get\n\n$$A = \\pi r"
        " \\cdot r$$\n\nwhich is nearly a rectangle. The thinner the slices are, the less it differs from one, and in the end the area"
        " of the circle is exactly that of the rectangle.",
    ),
    GoodText(
        name="summary in the third person",
        asked="Summarize the diary entry.",
        text="The writer spends the day on the island, repairs the roof of the hut, and misses the last boat home, which leaves her"
        " with a night of storm and one candle.",
        request={
            "task": "summarize",
            "text": "I spent the day on the island. I repaired the roof, and my hands are sore. I missed the last boat. I have one"
            " candle, and I am listening to the storm while I write this down for my sister.",
        },
    ),
)  # fmt: skip
"""Forty kinds of writing in four languages."""
