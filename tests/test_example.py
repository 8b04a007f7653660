"""The example: good to look at, and of no cost to anybody."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from app_server import AppServer
from playwright.sync_api import Page, expect
from streamlit.testing.v1 import AppTest
from test_pages import an_app, open_tab, texts

from idearc.example import example
from idearc.jobs import JOBS
from idearc.web import Pages


def test_it_shows_what_a_good_answer_has() -> None:
    """Claims of a search are borne out by what that search returned, as in all results."""
    parts = {part.job.name: part for part in example().parts}
    assert set(JOBS) == set(parts) | {"risks"} & set(JOBS)
    competitors, features = parts["competitors"], parts["features"]
    assert (len(competitors.findings), len(features.findings)) == (10, 7)
    pages = Pages(competitors.result.pages)
    proven = [one for one in competitors.findings if one.evidence]
    assert len(proven) >= 8
    assert all(pages.has(source) for one in proven for source in one.sources)
    assert {one.is_confirmed(pages) for one in competitors.findings} == {True, False}
    assert competitors.not_found(example().idea.known) == ["Tressly"]
    addresses = [*competitors.result.pages, *(one.url for one in competitors.findings if one.url)]
    assert all(re.match(r"https://[a-z.]+\.example(/|$)", url) for url in addresses)  # nobody's


@pytest.fixture
def app(monkeypatch: pytest.MonkeyPatch) -> AppTest:
    monkeypatch.setenv("OPENAI_BASE_URL", "http://127.0.0.1:9/v1")
    return an_app()


def test_it_needs_no_database(app: AppTest, tmp_path: Path) -> None:
    app.run()
    database = tmp_path / "idearc.db"
    database.write_bytes(b"\xff" * database.stat().st_size)
    app.switch_page("pages/example.py").run()
    assert not app.exception
    assert not app.error
    assert "An example, all made up" in texts(app)
    assert "Gapfill" in texts(app)
    open_tab(app, "features")
    assert "First version: 4 of 7" in texts(app)
    app.checkbox[0].uncheck().run()
    assert "First version: 3 of 7" in texts(app)
    assert not app.error


def test_from_the_form_to_the_example_and_back(
    tmp_path: Path, new_page: Callable[[], Page], database_url: str
) -> None:
    with AppServer(OPENAI_BASE_URL="http://127.0.0.1:9/v1") as there:
        page = new_page()
        page.goto(there.url)
        page.get_by_role("link", name="See an example").click()
        expect(page.get_by_role("link", name="Gapfill").first).to_be_visible()
        expect(page).to_have_title("An example · Fill the chair")
        page.get_by_role("tab", name="Features · 7").click()
        page.get_by_role("checkbox", name="Calendar watch").uncheck(force=True)
        expect(page.get_by_text("First version: 3 of 7")).to_be_visible()
        page.get_by_role("button", name="Export").click()
        kept = {}
        for label, name in {
            "Brief, as Markdown": "Fill the chair brief.md",
            "Tables, as Excel": "Fill the chair.xlsx",
            "All, as JSON": "Fill the chair.json",
        }.items():
            with page.expect_download() as download:
                page.get_by_role("button", name=label).click()
            assert download.value.suggested_filename == name
            kept[name] = tmp_path / name
            download.value.save_as(kept[name])
        brief = kept["Fill the chair brief.md"].read_text("utf-8")
        assert "- Calendar watch: Reads" in brief  # no longer in the first version
        assert "- [ ] Offer by text message" in brief
        assert kept["Fill the chair.xlsx"].read_bytes().startswith(b"PK")
        page.reload()
        expect(page.get_by_text("First version: 4 of 7")).to_be_visible()
        page.get_by_role("button", name="Write down your own idea").click()
        expect(page.get_by_label("Your idea")).to_be_visible()

        # What was exported comes back as an idea, and what is no such file says why.
        page.get_by_role("link", name="Ideas").click()
        page.get_by_role("button", name="Import").click()
        junk = {"name": "a.json", "mimeType": "application/json", "buffer": b"{}"}
        page.locator("input[type=file]").set_input_files(junk)
        expect(page.get_by_text("not one that Idearc has exported")).to_be_visible()
        page.get_by_role("button", name="Import").click()
        page.locator("input[type=file]").set_input_files(kept["Fill the chair.json"])
        page.wait_for_url(re.compile(r"/workspace\?idea="))
        expect(
            page.get_by_text("10 competitors").or_(page.get_by_text("Gapfill")).first
        ).to_be_visible()
        page.get_by_role("tab", name="Features · 7").click()
        expect(page.get_by_text("First version: 3 of 7")).to_be_visible()
