"""Small hand-written texts that planted defects are made of."""

from __future__ import annotations

REFUSALS = (
    "I'm sorry, but I can't help with that request.",
    "I cannot assist with this. If you have another question, I am happy to help.",
    "As an AI language model, I am not able to write this kind of text.",
    "I'm unable to fulfil this request. Please try something else.",
    "I'm sorry, I can't assist with that.",
    "I apologize, but I cannot create that content for you.",
    "I can't provide the content you asked for. Is there anything else I can help you with?",
    "I won't be able to help you with that, as it goes against my guidelines.",
)

TOO_SHORT = (
    "OK.",
    "Yes, of course.",
    "Here you go.",
    "Thank you for your message.",
    "This is an interesting topic.",
    "It depends.",
    "Done.",
    "A text about this will follow.",
)

PREAMBLES = (
    "Here is the text you asked for:",
    "Sure! Here is a draft:",
    "Certainly! Here's what I came up with:",
    "Of course! I'd be happy to help you with that.",
    "Sure, here is the text:",
    "Here's a version for you:",
)

TEMPLATE_TOKENS = (
    "<|im_start|>assistant",
    "<|im_end|>",
    "<start_of_turn>model",
    "<end_of_turn>",
    "[INST]",
    "[/INST]",
    "</s>",
    "<|eot_id|>",
    "### Response:",
    "<|assistant|>",
)

PLACEHOLDERS = (
    "Please contact [Name] for details.",
    "It takes place on [insert date].",
    "This was confirmed by {company_name}.",
    "Lorem ipsum dolor sit amet, consectetur adipiscing elit.",
    "[Your Name]",
    "<insert example here>",
    "TODO: add a source.",
)

FORMATS = (
    "Write it as a bulleted list.",
    "Format the answer as a table.",
    "Give the answer as a numbered list.",
    "Answer in JSON.",
    "Write it as a letter.",
    "Write it as a dialogue between two people.",
    "Present it as a Markdown table with three columns.",
    "Write it as a poem.",
)
"""Demands that prose cannot meet."""

FOREIGN = {
    "de": (
        "Wir haben das Angebot gestern ausf\u00fchrlich besprochen und sind uns noch nicht einig.",
        "Am Ende des Monats werden die Zahlen noch einmal von allen Beteiligten gepr\u00fcft.",
        "Viele Menschen fragen sich, ob sich der Aufwand in diesem Jahr wirklich gelohnt hat.",
        "Das Wetter war in der letzten Woche deutlich k\u00e4lter, als alle erwartet hatten.",
        "Bitte geben Sie uns bis Freitag Bescheid, damit wir die R\u00e4ume reservieren k\u00f6nnen.",
    ),
    "fr": (
        "Nous avons longuement discut\u00e9 de cette proposition sans parvenir \u00e0 un accord.",
        "Les r\u00e9sultats seront v\u00e9rifi\u00e9s encore une fois par toutes les personnes concern\u00e9es.",
        "Beaucoup de gens se demandent si cet effort en valait vraiment la peine cette ann\u00e9e.",
        "Il a fait beaucoup plus froid la semaine derni\u00e8re que tout le monde ne le pensait.",
        "Merci de nous donner votre r\u00e9ponse avant vendredi afin de r\u00e9server les salles.",
    ),
    "es": (
        "Ayer hablamos mucho tiempo de la propuesta y todav\u00eda no estamos de acuerdo.",
        "A finales de mes todas las personas implicadas revisar\u00e1n otra vez los resultados.",
        "Mucha gente se pregunta si este a\u00f1o el esfuerzo ha merecido realmente la pena.",
        "La semana pasada hizo bastante m\u00e1s fr\u00edo de lo que todo el mundo esperaba.",
        "Por favor, dinos antes del viernes si vienes, para que podamos reservar las salas.",
    ),
    "it": (
        "Ieri abbiamo discusso a lungo della proposta e non siamo ancora d'accordo su tutto.",
        "Alla fine del mese i risultati saranno controllati ancora una volta da tutti quanti.",
        "Molte persone si chiedono se quest'anno ne sia valsa davvero la pena, dopo tanto lavoro.",
        "La settimana scorsa ha fatto molto pi\u00f9 freddo di quanto tutti si aspettassero.",
        "Vi preghiamo di darci una risposta entro venerd\u00ec, per poter prenotare le sale.",
    ),
    "zh": (
        "\u6211\u4eec\u6628\u5929\u8ba8\u8bba\u4e86\u8fd9\u4e2a\u65b9\u6848\uff0c\u4f46\u8fd8\u6ca1\u6709\u8fbe\u6210\u4e00\u81f4\u3002",
        "\u6708\u5e95\u7684\u65f6\u5019\uff0c\u5927\u5bb6\u4f1a\u518d\u68c0\u67e5\u4e00\u904d\u6240\u6709\u7684\u6570\u636e\u3002",
        "\u5f88\u591a\u4eba\u90fd\u5728\u95ee\uff0c\u4eca\u5e74\u7684\u52aa\u529b\u5230\u5e95\u503c\u4e0d\u503c\u5f97\u3002",
        "\u4e0a\u4e2a\u661f\u671f\u7684\u5929\u6c14\u6bd4\u5927\u5bb6\u9884\u6599\u7684\u8981\u51b7\u5f97\u591a\u3002",
        "\u8bf7\u5728\u661f\u671f\u4e94\u4e4b\u524d\u7ed9\u6211\u4eec\u56de\u590d\uff0c\u4ee5\u4fbf\u9884\u8ba2\u623f\u95f4\u3002",
    ),
}  # fmt: skip
"""Ordinary sentences in languages nobody asked for, by ISO 639-1 code."""
