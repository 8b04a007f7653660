"""Asks the small model on this machine both jobs of many ideas and prints what came of each.

    .venv/bin/python bench/small_model.py held-out
    .venv/bin/python bench/small_model.py --results FILE

The second asks the ideas of a file, with what a search of the web has returned for each: an object
of the ideas' texts, each with a list of up to 30 objects with `title`, `url` and `content`, the
best first. Searching itself takes no time then.

A line for each job: seconds, tokens written, findings kept, how many were missing or dropped as
repeats, names that only echo the idea, sentences that are empty or cut off, texts copied from the
worked examples, and words that may be brands (for people to judge: capitals inside a text).
"""

import argparse
import json
import re
import time
import tomllib
from collections.abc import Iterator, Sequence
from itertools import count
from pathlib import Path
from statistics import median
from typing import Any

from pydantic import BaseModel

from idearc.bootstrap import build_provider
from idearc.errors import ProviderError
from idearc.jobs import JOBS, Job
from idearc.jobs.research.phrases import MAX_PHRASES
from idearc.models import Idea
from idearc.providers import Search
from idearc.settings import Settings
from idearc.web import Hit

IDEAS = tomllib.loads(Path(__file__).with_name("ideas.toml").read_text("utf-8"))
WHOLE = {"competitors": 6, "features": 7}
PLENTY = {"competitors": 4, "features": 6}
SECONDS = 45  # for both jobs
TEA = [
    Hit("The best tea timers", "https://a.example", "Teabell rings when tea is ready."),
    Hit("Tea in the news", "https://b.example", "Tea Monthly met the makers of Kettlo in Leeds."),
    Hit("Tea apps compared", "https://c.example", "We tried Steepwell, Sencha Clock and Brewo."),
]


def texts(value: Any) -> Iterator[str]:
    """All text in an answer's data."""
    if isinstance(value, str):
        yield value
    elif value:
        for part in value.values() if isinstance(value, dict) else value:
            yield from texts(part)


def words(text: str) -> set[str]:
    return set(re.findall(r"\w+", text.casefold()))


def of_examples(job: Job) -> set[str]:
    examples = (job.small_question or job.question).examples
    return {text for _, good in examples for text in texts(good.model_dump()) if " " in text}


def measure(job: Job, findings: list[BaseModel], idea: dict[str, str]) -> dict[str, Any]:
    rows = [finding.model_dump() for finding in findings]
    names = [row["name"] for row in rows]
    sentences = [row[field] for row in rows for field in ("what", "why") if field in row]
    said = [text for row in rows for text in texts(row)]
    capitals = {
        word
        for text in said
        for word in re.findall(r"(?<=[a-z,] )[A-Z]\w*[a-z]\w*|\b[A-Z]?[a-z]+[A-Z]\w*", text)
        if idea["kind"] != "German" and word.casefold() not in words(idea["text"])
    }
    return {
        "kept": len(rows),
        "dropped": WHOLE[job.name] - len(rows),
        "echoes": sum(words(name) <= words(idea["text"]) for name in names),
        "empty": sum(not text for text in sentences),
        "cut": sum(not re.search(r"[.!?][\"')]*$", text) for text in sentences),
        "copied": len(of_examples(job) & set(said)),
        "capitals": " ".join(sorted(capitals)) or "none",
    }


def a_search(hits: Sequence[Hit]) -> Search | None:
    """Each of the phrases finds its share of them."""
    number = count()
    return (lambda _phrase: hits[next(number) % MAX_PHRASES :: MAX_PHRASES]) if hits else None


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("half", choices=IDEAS, nargs="?", default="held-out")
    parser.add_argument("--results", type=Path, help="what a search returned for each idea")
    parser.add_argument("--first", type=int, help="ask only so many ideas")
    options = parser.parse_args()
    nothing_else = {"openai_api_key": None, "openai_base_url": None}
    provider = build_provider(Settings().model_copy(update=nothing_else))
    both: list[float] = []
    figures: dict[str, list[dict[str, Any]]] = {name: [] for name in JOBS}
    ideas, hits = IDEAS[options.half], {}
    if options.results:
        for text, results in json.loads(options.results.read_text("utf-8")).items():
            hits[text] = [Hit(one["title"], one["url"], one["content"]) for one in results]
        ideas = [{"kind": "searched", "text": text} for text in hits]
    warm_up = Idea(token="", name="Warm-up", text="A bell that rings when tea is ready.")
    for job in JOBS.values():  # loads the model and reads the questions
        provider.ask(job, warm_up, lambda _: None, a_search(TEA if hits else []))
    for idea in ideas[: options.first]:
        print(f"\n{idea['kind']}: {idea['text']}")
        started = time.monotonic()
        for name, job in JOBS.items():
            asked = Idea(token="", name=idea["text"][:40], text=idea["text"])
            before = time.monotonic()
            try:
                there = hits.get(idea["text"], [])
                answer = provider.ask(job, asked, lambda _: None, a_search(there))
            except ProviderError as error:
                print(f"  {name}: {error}")
                figures[name].append({"kept": 0, "dropped": WHOLE[name]})
                continue
            took = time.monotonic() - before
            measured = measure(job, list(answer.findings), idea)
            figures[name].append(measured)
            line = ", ".join(f"{figure} {value}" for figure, value in measured.items())
            print(f"  {name}: {took:.1f} s, {answer.provenance.output_tokens} tokens, {line}")
            for finding in answer.findings:
                print("    " + json.dumps([*texts(finding.model_dump())], ensure_ascii=False))
                proof = getattr(finding, "evidence", "")
                if proof and not any(proof in f"{hit.title}\n{hit.text}" for hit in there):
                    print("    NO PAGE SAYS SO")
        both.append(time.monotonic() - started)
        print(f"  both: {both[-1]:.1f} s", flush=True)
    in_time = sum(seconds <= SECONDS for seconds in both)
    print(
        f"\n{len(both)} ideas; both jobs: median {median(both):.1f} s, max {max(both):.1f} s,",
        end="",
    )
    print(f" within {SECONDS} s: {in_time}")
    for name, rows in figures.items():
        enough = sum(row["kept"] >= PLENTY[name] for row in rows)
        keys = ("kept", "dropped", "echoes", "empty", "cut", "copied")
        totals = ", ".join(f"{key} {sum(row.get(key, 0) for row in rows)}" for key in keys)
        print(f"{name}: {PLENTY[name]} or more of {enough} ideas; in all {totals}")


if __name__ == "__main__":
    main()
