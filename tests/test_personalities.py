"""Every server that is known to speak OpenAI's API in a way of its own, asked for both jobs."""

import re
from collections.abc import Callable, Sequence

import pytest
from conftest import API_KEY, an_idea, quiet
from model_server import ModelServer, example
from personalities import PERSONALITIES, Personality
from pydantic import BaseModel

from idearc.errors import ProviderError
from idearc.jobs import JOBS, Job
from idearc.providers.compatible import CompatibleProvider
from idearc.providers.messages import schema_of


def end(provider: CompatibleProvider, job: Job) -> tuple[Sequence[str], str]:
    """The names of what is found; or the reason why there is nothing."""
    try:
        return names(provider.ask(job, an_idea(), quiet).findings), ""
    except ProviderError as error:
        return [], str(error)


def names(findings: Sequence[BaseModel]) -> list[str]:
    return [found.name for found in findings]  # type: ignore[attr-defined]


def expected(job: Job, one: Personality) -> list[str]:
    """The names of what is kept of the example."""
    schema = schema_of(job.question.answer)
    answer = job.question.answer.model_validate(example(schema, schema))
    if one.loses_last:
        lists = {name: value[:-1] for name, value in answer if isinstance(value, list)}
        answer = answer.model_copy(update=lists)
    return names(answer.findings())


@pytest.mark.parametrize(
    "jobs", [list(JOBS.values()), list(JOBS.values())[::-1]], ids=lambda jobs: jobs[0].name
)
@pytest.mark.parametrize("one", PERSONALITIES, ids=lambda one: one.name)
def test_a_personality_leads_to_a_result_or_its_reason(
    one: Personality,
    jobs: Sequence[Job],
    model_server: ModelServer,
    record_property: Callable[[str, object], None],
) -> None:
    model_server.refuses, model_server.listing = one.refuses, one.listing
    model_server.models = list(one.models)
    model_server.always = dict.fromkeys(JOBS, one.reply)
    model_server.script[jobs[0].name] = list(one.first)
    provider = CompatibleProvider(
        base_url=one.address.format(url=model_server.url),
        api_key=API_KEY,
        model=one.model,
        timeout_seconds=60,
        max_retries=1,
    )
    provider.options = one.options
    calls = []
    for job in jobs:
        model_server.requests.clear()
        found, reason = end(provider, job)
        calls.append(len(model_server.requests))
        assert bool(found) == (not one.says), reason
        assert re.search(one.says, reason)
        whole = expected(job, one) if found else []
        assert (len(found), found[:2]) == (len(whole), whole[:2])
        if job == jobs[0]:
            record_property("end", reason or f"{len(found)} {job.name}")
    assert tuple(calls) == one.calls
    record_property("personality", (one.name, *calls))
