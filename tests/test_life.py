"""The life of an idea in real Chromium: what visitors do with it after its results are there."""

import json
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pandas
import pytest
from app_server import LOOK_OFTEN, AppServer
from conftest import TEXT, move_to
from model_server import ModelServer, Reply
from playwright.sync_api import Page, expect
from pypdfium2 import PdfDocument
from test_browser import expect_all_is_drawn, let_runs_end, open_tab, submit, tab

from idearc.jobs import JOBS

COMPETITORS, FEATURES = JOBS["competitors"], JOBS["features"]
A_COMPETITOR = {
    "name": "",
    "kind": "direct",
    "what": "Sells cancelled hours.",
    "pricing": "",
    "strengths": ["Cheap"],
    "weaknesses": [],
}


@pytest.fixture(scope="module")
def servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[AppServer, ModelServer]]:
    place = tmp_path_factory.mktemp("app")
    with pytest.MonkeyPatch.context() as patch, ModelServer() as model:
        move_to(place, patch)
        with AppServer(OPENAI_BASE_URL=model.url, **LOOK_OFTEN) as app:
            yield app, model


@pytest.fixture
def app(servers: tuple[AppServer, ModelServer]) -> AppServer:
    return servers[0]


@pytest.fixture
def model_server(servers: tuple[AppServer, ModelServer]) -> ModelServer:
    let_runs_end(*servers)
    return servers[1]


@pytest.mark.parametrize("width", [1280, 380])
def test_what_one_can_do_stands_in_one_row(
    app: AppServer, model_server: ModelServer, new_page: Callable[[], Page], width: int
) -> None:
    page = new_page()
    page.set_viewport_size({"width": width, "height": 800})
    submit(page, app)
    expect(tab(page, COMPETITORS)).to_have_text("Competitors · 3")
    expect(page.locator("iframe")).to_have_count(0)
    page.get_by_role("link", name="Refine", exact=True).click()
    expect(page.get_by_role("heading", name="Refine your idea")).to_be_visible()
    page.get_by_role("button", name="Submit idea").click()
    expect(page.get_by_text("refined from 1")).to_be_visible()
    expect(tab(page, COMPETITORS)).to_have_text("Competitors · 3")
    compare = page.get_by_role("link", name="Compare", exact=True)
    refine = page.get_by_role("link", name="Refine", exact=True)
    buttons = [
        page.get_by_role("button", name=name, exact=True) for name in ("Share", "Export", "Delete")
    ]
    expect_all_is_drawn(page)
    boxes = [control.bounding_box() for control in (compare, refine, *buttons)]
    assert all(boxes)
    assert len({(box["y"], box["height"]) for box in boxes}) == 1
    assert {box["width"] for box in boxes} == {44} or width > 380  # their icons only
    for button in buttons:
        expect(button).to_have_attribute("aria-expanded", "false")
        button.click()
        expect(button).to_have_attribute("aria-expanded", "true")
        page.keyboard.press("Escape")


def test_delete_asks_first_and_is_told_wherever_the_idea_is_open(
    page: Page, app: AppServer, model_server: ModelServer, new_page: Callable[[], Page]
) -> None:
    model_server.gate.clear()
    submit(page, app, name="Salon gaps")
    elsewhere = new_page()
    elsewhere.goto(page.url)
    expect(elsewhere.get_by_text("Looking for competitors")).to_be_visible()

    delete = page.get_by_role("button", name="Delete", exact=True)
    question = page.get_by_role("dialog")
    for _ in range(4):  # ticks come meanwhile
        delete.click()
        expect(question.get_by_text("“Salon gaps” goes for good")).to_be_visible()
        question.get_by_role("button", name="Keep it").click()
        expect(question).to_have_count(0)
        expect(delete).to_have_attribute("aria-expanded", "false")
    delete.click()
    expect(question).to_be_visible()
    page.keyboard.press("Escape")
    expect(question).to_have_count(0)
    expect(delete).to_have_attribute("aria-expanded", "false")

    delete.click()
    expect(question).to_be_visible()
    model_server.gate.set()
    expect(tab(page, COMPETITORS)).to_have_text("Competitors · 3")
    page.wait_for_timeout(1_000)  # some ticks
    expect(question).to_be_visible()  # what comes in meanwhile does not close it
    question.get_by_role("button", name="Delete for good").click()
    expect(page.get_by_text("“Salon gaps” is deleted.")).to_be_visible()
    expect(page.get_by_role("link", name="Salon gaps")).to_have_count(0)

    elsewhere.reload()
    gone = "There is no idea at this address. Perhaps it was deleted"
    expect(elsewhere.get_by_text(gone)).to_be_visible()
    page.go_back()
    expect(page.get_by_text(gone)).to_be_visible()
    expect(page.get_by_role("dialog")).to_have_count(0)


def test_who_waits_for_an_idea_hears_that_it_is_deleted(
    page: Page, app: AppServer, model_server: ModelServer, new_page: Callable[[], Page]
) -> None:
    model_server.gate.clear()
    submit(page, app)
    elsewhere = new_page()
    elsewhere.goto(page.url)
    expect(elsewhere.get_by_text("Looking for competitors")).to_be_visible()
    page.get_by_role("button", name="Delete", exact=True).click()
    page.get_by_role("button", name="Delete for good").click()
    page.wait_for_url(re.compile("/ideas"))
    expect(elsewhere.get_by_text("There is no idea at this address.")).to_be_visible()
    expect(elsewhere.locator("iframe")).to_have_count(0)  # no timer


def test_refine_and_compare(page: Page, app: AppServer, model_server: ModelServer) -> None:
    submit(page, app, name="Salon gaps")
    expect(tab(page, COMPETITORS)).to_have_text("Competitors · 3")
    expect(page.get_by_role("link", name="Compare")).to_have_count(0)  # with what?
    page.get_by_role("link", name="Refine").click()
    expect(page.get_by_role("heading", name="Refine your idea")).to_be_visible()
    expect(page.get_by_label("Your idea")).to_have_value(TEXT)
    expect(page.get_by_label("Name (optional)")).to_have_value("Salon gaps")

    named = [{**A_COMPETITOR, "name": name} for name in ("name-2 GmbH", "Waitly")]
    model_server.script["competitors"] = [Reply(text=json.dumps({"competitors": named}))]
    model_server.gate.clear()
    page.get_by_label("Your idea").fill(f"{TEXT} Stylists, too.")
    page.get_by_role("button", name="Submit idea").click()
    expect(page.get_by_text("Stylists, too.")).to_be_visible()
    page.get_by_role("link", name="Compare").click()
    expect(page.get_by_text("Version 2 has none: working.").first).to_be_visible()
    expect(page.get_by_text("Stylists, too.")).to_be_visible()
    model_server.gate.set()
    for text in ("New: 1", "Waitly", "Kept: 1", "name-2 GmbH", "Gone: 2", "Name 1", "Name 3"):
        expect(page.get_by_text(text, exact=True).first).to_be_visible()

    expect(page.locator("iframe")).to_have_count(0)  # nothing is left to wait for: no timer
    page.get_by_role("link", name="Open version 2").click()
    expect(tab(page, COMPETITORS)).to_have_text("Competitors · 2")
    expect(page.get_by_text("Stylists, too.")).to_be_visible()
    page.get_by_role("combobox").click()
    page.get_by_role("option", name="Version 1").click()
    expect(tab(page, COMPETITORS)).to_have_text("Competitors · 3")
    expect(page.get_by_text("Stylists, too.")).to_have_count(0)
    page.go_back()
    expect(page.get_by_text("Stylists, too.")).to_be_visible()
    page.get_by_role("link", name="Ideas").click()
    expect(page.get_by_text("Version 2, refined from 1").first).to_be_visible()
    page.get_by_role("link", name="New idea").click()
    expect(page.get_by_role("heading", name="What is your idea?")).to_be_visible()
    expect(page.get_by_label("Your idea")).to_have_value("")


def test_print_export_and_import(
    page: Page, app: AppServer, model_server: ModelServer, tmp_path: Path
) -> None:
    """What is downloaded opens elsewhere: see test_export."""
    answers = json.loads(Path(__file__).with_name("salon.json").read_text("utf-8"))
    for job in (COMPETITORS, FEATURES):
        model_server.script[job.name] = [Reply(text=json.dumps(answers[job.name]))]
    submit(page, app, name="Salon: gaps/day?")
    expect(tab(page, FEATURES)).to_have_text("Features · 7")
    open_tab(page, "features")
    page.get_by_text("Deposit with a tap").click()
    expect(page.get_by_text("First version: 4 of 7")).to_be_visible()
    # What is printed is drawn last.
    expect_all_is_drawn(page)

    page.emulate_media(color_scheme="dark")
    printed = PdfDocument(page.pdf())
    on_paper = "\n".join(sheet.get_textpage().get_text_range() for sheet in printed)
    for words in ("Salon: gaps/day?", TEXT, "10. Walk-in offers", "7. Shared list for one street"):
        assert words in " ".join(on_paper.split())
    assert on_paper.count("Chosen: yes") == 4
    for control in ("Refine", "Export", "Delete", "New idea", "Features · 7", "download"):
        assert control not in on_paper
    assert printed[0].render().to_pil().getpixel((2, 2)) == (255, 255, 255)
    expect(page.get_by_text("10. Walk-in offers")).to_have_count(0)  # on screen all is as before

    files: dict[str, Path] = {}
    page.get_by_role("button", name="Export").click()
    for label in ("Report", "Competitors", "Features", "All"):
        with page.expect_download() as download:
            page.get_by_role("button", name=re.compile(f"^{label}, as ")).click()
        name = download.value.suggested_filename
        download.value.save_as(tmp_path / name)
        files[name] = tmp_path / name
    kinds = (".md", " competitors.csv", " features.csv", ".json")
    assert list(files) == [f"Salon gaps day{kind}" for kind in kinds]
    report, competitors, features, exported = files.values()
    assert "### 4\\. Deposit with a tap" in report.read_text("utf-8")
    assert len(pandas.read_csv(competitors)) == 10
    chosen = pandas.read_csv(features).set_index("name").chosen
    assert list(chosen[["Deposit with a tap", "Earnings report"]]) == ["yes", "no"]

    command = [sys.executable, "-m", "idearc", "import", str(exported)]
    done = subprocess.run(
        command, env=app.environment, capture_output=True, text=True, check=True, timeout=60
    )
    page.goto(app.url + done.stdout.split(" at ")[1].strip() + "&tab=features")
    expect(page.get_by_text("First version: 4 of 7")).to_be_visible()
    expect(tab(page, COMPETITORS)).to_have_text("Competitors · 10")
