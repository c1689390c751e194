"""The page itself."""

from __future__ import annotations

from importlib import resources

from assistant.evaluation.report import plots, tables
from assistant.evaluation.report.headlines import headlines
from assistant.evaluation.report.markup import Html, joined, tag
from assistant.evaluation.report.numbers import number
from assistant.evaluation.result import Evaluation, LeftOut, Provenance

_TITLE = "How well the score knows a bad draft"

_HEAD = (
    '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
    '<meta name="viewport" content="width=device-width, initial-scale=1">'
    '<meta http-equiv="Content-Security-Policy" content="default-src \'none\';'
    " style-src 'unsafe-inline'\">"
)


def page(found: Evaluation) -> str:
    """The whole report as one HTML file; it holds numbers and names, and no text of any row."""
    style = resources.files("assistant.evaluation.report").joinpath("style.css").read_text("utf-8")
    sections = [
        _summary(found),
        _scorers(found),
        _groups(found),
        _deferral(found),
        _honesty(found),
        _features(found),
        _faults(found),
        _origin(found),
    ]
    head = f"{_HEAD}<title>{_TITLE}</title><style>{style}</style></head>"
    return f"{head}<body>{tag('main', sections)}</body></html>\n"


def _summary(found: Evaluation) -> Html:
    data = found.data
    cards = [
        tag(
            "li",
            tag("span", one.name, class_="name"),
            tag("span", one.value, class_="value"),
            tag("span", one.interval, class_="interval"),
            tag("span", one.meaning, class_="meaning"),
            class_="strong" if one.strong else None,
        )
        for one in headlines(found)
    ]
    return joined(
        [
            tag("h1", _TITLE),
            tag(
                "p",
                f"{data.rows} judged drafts of {data.prompts} prompts. Every number is of drafts"
                " whose prompt the scorer was not fitted on; ranges are 95 % intervals over"
                " prompts. A draft counts as bad in the worst third by judged score, at or below"
                f" {data.bar_third:.3f} ({data.bad_third} drafts), or in the worst tenth, at or"
                f" below {data.bar_tenth:.3f} ({data.bad_tenth}).",
                class_="soft",
            ),
            tag("ul", cards, class_="cards"),
        ]
    )


def _scorers(found: Evaluation) -> Html:
    lines = [found.ours, *found.transfer, *found.others, *found.baselines]
    parts = [
        tag("h2", "Beside what it never saw, and beside simpler scorers"),
        tag(
            "p",
            "The lines fitted without the draft's own task or writer matter most: other traffic"
            " differs from this data at least as much. AUROC is the chance that of a bad and a better"
            " draft the bad one scores lower. Skill is the share of what knowing each draft's judged"
            " score would gain over chance. CPT50 and CPT80 are the shares of drafts to escalate for"
            " half and four fifths of the gap; less is better.",
        ),
        tables.lines_table(lines, strong=1 + len(found.transfer) + len(found.others)),
    ]
    parts += [
        tag("p", f"Left out: {reason}.", class_="soft") for reason in found.baselines_left_out
    ]
    return joined(parts)


def _groups(found: Evaluation) -> Html:
    return joined(
        [
            tag("h2", "By task and by writer"),
            tag(
                "p",
                "\N{LEFT DOUBLE QUOTATION MARK}Fitted without it\N{RIGHT DOUBLE QUOTATION MARK} is a"
                " model that never saw the task or writer of the row.",
            ),
            tables.groups_table("task", found.tasks),
            tables.groups_table("writer", found.models),
        ]
    )


def _deferral(found: Evaluation) -> Html:
    parts: list[str] = [tag("h2", "What escalating gains")]
    if found.curves:
        parts += [
            tag(
                "p",
                "Drafts are escalated from the lowest score up. At 0 all drafts of the small model are"
                " kept, at 1 the large model has written everything; above 1 the mix is better than"
                " the large model alone. Mean over the pairs of models below. The oracle knows"
                " beforehand where the large model will do better, and rises out of the picture.",
            ),
            tag("figure", plots.deferral_plot(found.curves), class_="wide"),
            tables.pairs_table(found.pairs),
        ]
    else:
        parts.append(
            tag("p", "No pair of a drafting model and a better large one shares a prompt here.")
        )
    parts += [tag("p", _said(pair), class_="soft") for pair in found.pairs_left_out]
    return joined(parts)


def _honesty(found: Evaluation) -> Html:
    return joined(
        [
            tag("h2", "Whether a score means what it says"),
            tag(
                "p",
                f"Expected calibration error {number(found.ours.ece)} over bins of as many drafts,"
                f" {number(found.ours.ece_equal_width)} over bins as wide; Brier score"
                f" {number(found.ours.brier)}, of which less is better.",
            ),
            tag(
                "div",
                tag(
                    "figure",
                    plots.reliability_plot(found.reliability),
                    tag(
                        "figcaption", "On the dashed line a score is honest; above it, too modest."
                    ),
                ),
                tag(
                    "figure",
                    plots.histogram_plot(found.histogram),
                    tag(
                        "figcaption", "The further apart both kinds lie, the better they are told."
                    ),
                ),
                class_="figures",
            ),
            tables.reliability_table(found.reliability),
            tag("h2", "What a threshold lets through"),
            tag("p", "Risk is the share of bad drafts among those accepted (Clopper-Pearson)."),
            tables.risk_table(found.risk),
        ]
    )


def _features(found: Evaluation) -> Html:
    parts: list[str] = [
        tag("h2", "What a score is made of"),
        tag(
            "p",
            "How far each feature moves the log-odds of a judged draft on average, in a model of all"
            " rows. 1 moves a score of 0.50 to 0.73.",
        ),
        tag("figure", plots.contributions_plot(found.contributions)),
        tag(
            "details",
            tag("summary", "All features, by family"),
            tables.contributions_table(found.contributions),
        ),
    ]
    if found.ablation:
        parts += [
            tag("p", "AUROC for the worst third without a family of features, and with it alone:"),
            tables.ablation_table(found.ablation, found.ours),
        ]
    return joined(parts)


def _faults(found: Evaluation) -> Html:
    parts: list[str] = []
    if found.planted:
        parts += [
            tag("h2", "Planted faults"),
            tag("p", "Each kind of fault against acceptable drafts and excerpts of them."),
            tables.planted_table(found.planted),
        ]
    if found.checks:
        parts += [
            tag("h2", "Checks"),
            tag(
                "p",
                "A check that fails on a text of a large model or on an acceptable draft is counted as"
                " a false alarm, though such texts have faults too. Shares are of the texts a check"
                " applies to.",
            ),
            tables.checks_table(found.checks),
        ]
    return joined(parts)


def _origin(found: Evaluation) -> Html:
    entries = [("data, SHA-256 over the rows", found.data.fingerprint)]
    if found.provenance is not None:
        entries += _told(found.provenance)
    listed = [joined([tag("dt", name), tag("dd", value)]) for name, value in entries]
    return joined([tag("h2", "What was evaluated"), tag("dl", listed)])


def _told(origin: Provenance) -> list[tuple[str, str]]:
    versions = ", ".join(f"{name} {version}" for name, version in origin.versions.items())
    return [
        ("data", origin.data_name),
        ("artefact", f"{origin.artefact}: {origin.artefact_note}"),
        ("features", f"{origin.features}, {'with' if origin.embeddings else 'without'} embeddings"),
        ("resamples of the prompts", str(origin.resamples)),
        ("versions", versions),
    ]


def _said(pair: LeftOut) -> str:
    return f"Left out: {pair.small} with {pair.large}: {pair.reason}."
