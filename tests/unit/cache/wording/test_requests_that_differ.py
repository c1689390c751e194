"""Requests that are nearly the same and ask for different texts."""

from __future__ import annotations

import pytest

from assistant.cache.wording import Different, fold, verify

ROLES = [
    ("Write an email from Anna to Ben about the invoice.", "Write an email from Ben to Anna about the invoice."),
    ("The reviewer thanks the author. Write that letter.", "The author thanks the reviewer. Write that letter."),
    ("Write a poem about a dog who chases a cat.", "Write a poem about a cat who chases a dog."),
    ("Write a reference for my former student.", "Write a reference from my former student."),
    ("Invite Tom and apologize to Mia in one email.", "Invite Mia and apologize to Tom in one email."),
    ("Remind the tenants to pay the landlord.", "Remind the landlord to pay the tenants."),
    ("Write a speech for the bride's father.", "Write a speech for the father's bride."),
    ("Write a speech for my father about my mother.", "Write a speech for my mother about my father."),
    ("Ask Peter whether Maria will come.", "Ask Maria whether Peter will come."),
    ("Thank my aunt for the book and my uncle for the scarf.", "Thank my aunt for the scarf and my uncle for the book."),
    ("Draft a complaint to the bank about the card.", "Draft a complaint from the bank about the card."),
    ("Write a letter to parents about children's behavior.", "Write a letter to children about parents' behavior."),
    ("Write a text about why cats are better than dogs.", "Write a text about why dogs are better than cats."),
    ("Write a review of the book by King for the paper.", "Write a review of the paper by King for the book."),
    ("Write a dialogue between a detective and her partner, who is the suspect.", "Write a dialogue between a detective, who is the suspect, and her partner."),
]  # fmt: skip
MODIFIERS = [
    ("Write a short email about a long delay.", "Write a long email about a short delay."),
    ("Write an email about a short delay.", "Write a short email about a delay."),
    ("Write a formal invitation to an informal dinner.", "Write an informal invitation to a formal dinner."),
    ("Write a happy poem about a sad clown.", "Write a sad poem about a happy clown."),
    ("Only managers may approve this. Write a memo.", "Managers may only approve this. Write a memo."),
    ("Adapt this post: keep the thanks, drop the nap.\n\nHi!", "Adapt this post: keep the nap, drop the thanks.\n\nHi!"),
]  # fmt: skip
NEGATION_AND_POLARITY = [
    ("Write a poem about a dog who is afraid.", "Write a poem about a dog who is not afraid."),
    ("Write an essay with quotes.", "Write an essay without quotes."),
    ("Write a letter declining the job offer.", "Write a letter accepting the job offer."),
    ("Write a tweet before the match.", "Write a tweet after the match."),
    ("Mention the price but not the discount in the ad.", "Mention the discount but not the price in the ad."),
    ("Write to Kim: I can come on Saturday but not on Sunday.", "Write to Kim: I can come on Sunday but not on Saturday."),
    ("Describe how to turn on the heater.", "Describe how to turn off the heater."),
    ("Please say that we can deliver by Friday.", "Please say that we can't deliver by Friday."),
    ("Write a memo: employees must attend.", "Write a memo: employees may attend."),
    ("Write a memo: all employees must attend.", "Write a memo: not all employees must attend."),
    ("Write notes: the app is out, support dropped.", "Write notes: the app is out, support dropped but don't mention that."),
]  # fmt: skip
WHO_DOES_WHAT = [
    ("Edit this: keep the logo.\n\nHello.", "Edit this: add the logo.\n\nHello."),
    ("Write to the client: give a refund", "Write to the client: get a refund"),
    ("Write a letter saying I want to keep my job", "Write a letter saying I want to leave my job"),
    ("Write a letter to Mr Roberts", "Write a letter to Mr Robert"),
    ("Some managers disagree. Write a memo.", "Managers disagree. Write a memo."),
    ("Shorten the first two paragraphs of this text: a b", "Shorten the last two paragraphs of this text: a b"),
    ("Write first about cats, then about dogs", "Write first about dogs, then about cats"),
    ("Write an email to the teacher of my son", "Write an email to the son of my teacher"),
    ("Write a love poem for a widow", "Write a love poem for a widower"),
    ("Write a thank-you note for the wedding gift", "Write a thank-you note for the wedding invitation"),
    ("Write about a king who gives his crown to a beggar", "Write about a beggar who gives his crown to a king"),
    ("Write a complaint: the waiter was rude to my wife", "Write a complaint: my wife was rude to the waiter"),
    ("Sell my bike in an ad", "Buy my bike in an ad"),
    ("Write an ad selling a bike", "Write an ad looking for a bike"),
    ("Write an out-of-office message until 5 May", "Write an out-of-office message from 5 May"),
    ("Write an email asking for a raise", "Write an email giving a raise"),
    ("Write a review: food good, service bad", "Write a review: food bad, service good"),
    ("Write a story set in winter in Paris and summer in Rome", "Write a story set in summer in Paris and winter in Rome"),
    ("Write a status report: frontend done, backend late", "Write a status report: backend done, frontend late"),
    ("Explain why A is cheaper than B", "Explain why B is cheaper than A"),
    ("Team blue beat team red 3 to 1. Write a report.", "Team red beat team blue 3 to 1. Write a report."),
    ("Germany won against France. Write a headline.", "France won against Germany. Write a headline."),
    ("Write a poem in English about a French cook", "Write a poem in French about an English cook"),
    ("Tell Sam to call Kim", "Tell Kim to call Sam"),
    ("Write that the tenant pays the water and the landlord the heating", "Write that the landlord pays the water and the tenant the heating"),
    ("Write a letter of resignation effective immediately", "Write a letter of resignation effective in two months"),
    ("Rent increases by 50 euros to 800 euros, write it", "Rent increases by 800 euros to 50 euros, write it"),
    ("Write a text for the doctor's appointment of my mother", "Write a text for my mother about the doctor"),
    ("Write a birthday poem for my wife, mention our dog", "Write a birthday poem for our dog, mention my wife"),
    ("Describe the app to users without jargon", "Describe the app to users with jargon"),
    ("Use no adjectives. Write about fog.", "Use adjectives. Write about fog."),
    ("Ask if we can still cancel", "Ask if we cannot cancel"),
    ("Write that I agree", "Write that I disagree"),
    ("Write that the app is secure", "Write that the app is insecure"),
    ("Write an email from the school to parents", "Write an email from parents to the school"),
    ("Write a post: the shop opens at 9 and closes at 6", "Write a post: the shop opens at 6 and closes at 9"),
    ("Write a speech by a son for his mother's birthday", "Write a speech by a mother for her son's birthday"),
    ("Summarize chapter 3 of my notes in 2 lines", "Summarize chapter 2 of my notes in 3 lines"),
    ("Write an informal note about the formal dress code", "Write a formal note about the informal dress code"),
    ("Write a poem about a girl who loves a boy", "Write a poem about a boy who loves a girl"),
    ("Write about how a teacher became a pilot", "Write about how a pilot became a teacher"),
    ("Announce that Ms Hill replaces Mr Vale", "Announce that Mr Vale replaces Ms Hill"),
    ("Write a note: the key is under the mat, the letter on the table", "Write a note: the letter is under the mat, the key on the table"),
    ("Draft a contract in which the buyer pays the seller", "Draft a contract in which the seller pays the buyer"),
    ("Write a joke about a lawyer told by a doctor", "Write a joke about a doctor told by a lawyer"),
    ("We moved from Kiel to Ulm, write a card", "We moved from Ulm to Kiel, write a card"),
    ("Write a text where the rich man is sad and the poor man is happy", "Write a text where the rich man is happy and the poor man is sad"),
    ("Write an email: Anna is on leave, Bert takes over", "Write an email: Bert is on leave, Anna takes over"),
    ("Remind Ivo that he owes Lea money", "Remind Lea that she owes Ivo money"),
    ("Write an ad for a red sofa and a blue chair", "Write an ad for a blue sofa and a red chair"),
    ("Write an intro for Dr Lee, who will be interviewed by Max", "Write an intro for Max, who will be interviewed by Dr Lee"),
    ("Translate the word 'bank' into Dutch", "Translate the word 'bench' into Dutch"),
]  # fmt: skip
NUMBERS = [
    ("Write an ad for 2 adults and 3 kids.", "Write an ad for 3 adults and 2 kids."),
    ("Write at least 100 words about bees.", "Write at most 100 words about bees."),
    ("Write about 100 words about bees.", "Write exactly 100 words about bees."),
    ("The price rose from 5 to 7 euros. Write a notice.", "The price rose from 7 to 5 euros. Write a notice."),
    ("Write an email: we meet on 3 March.", "Write an email: we meet on 13 March."),
    ("Write an email: we meet at 3 pm.", "Write an email: we meet at 3 am."),
    ("The meeting moved from Monday to Friday. Tell the team.", "The meeting moved from Friday to Monday. Tell the team."),
    ("Write a request for 5 chairs at 20 dollars.", "Write a request for 20 chairs at 5 dollars."),
    ("Write a card for my 6-year-old niece.", "Write a card for my 7-year-old niece."),
]  # fmt: skip
PERSONS_AND_TENSE = [
    ("Email my boss that I will be late.", "Email my boss that he will be late."),
    ("Email my boss that I will be late.", "Email my boss that I was late."),
    ("We lent them money. Write an email.", "They lent us money. Write an email."),
    ("I owe him 20 euros, write a note.", "He owes me 20 euros, write a note."),
    ("Write a letter to my brother.", "Write a letter to our brother."),
    ("Write a letter to my brother.", "Write a letter to my brothers."),
    ("Tell the customer her order has arrived.", "Tell the customer his order has arrived."),
    ("Write in first person about my trip.", "Write in third person about my trip."),
]  # fmt: skip
WORDS = [
    ("Translate this into German: Good morning.", "Translate this into Dutch: Good morning."),
    ("Translate this from English to German: Hello.", "Translate this from German to English: Hello."),
    ("Rewrite this for my boss as an email: see you.", "Rewrite this for my boss as a letter: see you."),
    ("Explain photosynthesis to a child.", "Explain photosynthesis to a student."),
    ("Write a job ad for a nurse in Bonn.", "Write a job ad for a nurse in Bern."),
    ("Write release notes for C++.", "Write release notes for C#."),
    ("Write a friendly email to the team.", "Write a formal email to the team."),
    ('Write a poem with the word "white".', 'Write a poem with the word "cold".'),
    ("Write an apology for arriving late.", "Write an apology for leaving late."),
    ("Proofread this text: The dog are here.", "Proofread this text: The cat are here."),
]  # fmt: skip


@pytest.mark.parametrize(
    ("stored", "asked"),
    [
        *ROLES,
        *WHO_DOES_WHAT,
        *MODIFIERS,
        *NEGATION_AND_POLARITY,
        *NUMBERS,
        *PERSONS_AND_TENSE,
        *WORDS,
    ],
)
def test_one_decisive_detail_makes_two_requests_different(stored: str, asked: str) -> None:
    """And a plain comparison of canonical forms sees it too."""
    one, other = fold(stored), fold(asked)

    assert one is not None
    assert other is not None
    assert isinstance(verify(one, other), Different)
    assert one.canonical != other.canonical or one.source != other.source


@pytest.mark.parametrize(
    ("stored", "asked", "reason"),
    [
        ("Write about 5 chairs.", "Write about 6 chairs.", "number"),
        ("Write about 3 March.", "Write about 4 March.", "date"),
        ("Write a text in 50 words.", "Write a text in 60 words.", "length"),
        ("Write an email to Tom.", "Write an email to Tim.", "name"),
        ("Write a funny email to her.", "Write an angry email to her.", "tone"),
        ("Write an email to her.", "Write a letter to her.", "format"),
        ("Write an ad with prices.", "Write an ad without prices.", "negation"),
        ("Write in English about us.", "Write in French about us.", "language"),
        ('Write a text on "a b".', 'Write a text on "a c".', "quote"),
        ("Proofread this text: A dog.", "Proofread this text: A cat.", "source"),
    ],
)
def test_the_reason_names_the_kind_of_detail(stored: str, asked: str, reason: str) -> None:
    """Reasons label metrics."""
    one, other = fold(stored), fold(asked)

    assert one is not None
    assert other is not None
    assert verify(one, other) == Different(reason=reason)  # type: ignore[arg-type]
