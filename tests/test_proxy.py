"""Behind nginx, as deploy/nginx.conf sets it up: HTTPS, log-in, pushes, restarts, limits."""

import re
import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import trustme
from app_server import LOOK_OFTEN, ROOT, AppServer
from model_server import ModelServer
from oidc_provider_mock import run_server_in_thread
from playwright.sync_api import Browser, Page, expect
from processes import free_port, wait_until_ready
from test_browser import expect_findings, fill_in, kill, open_tab, submit, tab
from test_visitors import SECRETS, log_in

from idearc.jobs import JOBS
from idearc.models import new_id

# What the provider is made with has newer ways by now.
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")

HOST = "ideas.localhost"  # browsers look for it on this machine, Streamlit knows nothing of it
NGINX = """
daemon off;
user root;
worker_processes 1;
pid {place}/nginx.pid;
error_log stderr;
events {{}}
http {{
    access_log off;
    {folders}
    {site}
    {visitors}
}}
"""
# A visitor's own machine: its address, and what it claims to be, which is new each time.
VISITOR = """
server {{
    listen 127.0.0.1:{port};
    location / {{
        proxy_pass https://127.0.0.1:{proxy};
        proxy_bind {address};
        proxy_http_version 1.1;
        proxy_set_header Upgrade $http_upgrade;
        proxy_set_header Connection upgrade;
        proxy_set_header Host $http_host;
        proxy_set_header X-Forwarded-For 198.51.100.$connection;
    }}
}}
"""


class Proxied:
    """Where the app is for a browser, as AppServer's `url` is without a proxy."""

    def __init__(self, app: AppServer, url: str) -> None:
        self.url = url
        self.kill, self.start = app.kill, app.start


@contextmanager
def nginx(place: Path, app_url: str, port: int | str, visitors: str = "") -> Iterator[None]:
    """With the site that is shipped, but for its names, ports and certificates."""
    certificate = trustme.CA().issue_cert(HOST)
    certificate.private_key_and_cert_chain_pem.write_to_path(str(place / "site.pem"))
    site = (ROOT / "deploy" / "nginx.conf").read_text("utf-8")
    for old, new in (
        (r"listen \[::\].*", ""),
        ("listen 443 ", f"listen 127.0.0.1:{port} "),
        ("listen 80;", f"listen 127.0.0.1:{free_port()};"),
        ("ideas.example.com;", f"{HOST};"),
        (r"/etc/ssl/\S+;", f"{place / 'site.pem'};"),
        ("127.0.0.1:8501", f"127.0.0.1:{app_url.rpartition(':')[2]}"),
    ):
        site, count = re.subn(old, new, site)
        assert count, f"nginx.conf has no {old}"
    kinds = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    folders = " ".join(f"{kind}_temp_path {place / kind};" for kind in kinds)
    file = place / "nginx.conf"
    file.write_text(NGINX.format(place=place, folders=folders, site=site, visitors=visitors))
    binary = shutil.which("nginx", path="/usr/sbin:/usr/local/sbin:/usr/bin:/usr/local/bin")
    assert binary, "no nginx found: apt-get install nginx-light, as tests/run.sh does"
    process = subprocess.Popen([binary, "-p", place, "-c", file, "-e", "stderr"])
    try:
        wait_until_ready(process, (place / "nginx.pid").exists)
        yield
    finally:
        process.terminate()
        process.wait()


@pytest.fixture
def site(tmp_path: Path, model_server: ModelServer) -> Iterator[Proxied]:
    url = f"https://{HOST}:{free_port()}"
    (tmp_path / ".streamlit").mkdir()
    with run_server_in_thread() as provider:
        secrets = SECRETS.replace("http://localhost:{{port}}", url).format(
            secret=new_id(), provider=f"http://localhost:{provider.server_port}"
        )
        (tmp_path / ".streamlit" / "secrets.toml").write_text(secrets)
        settings = {"OPENAI_BASE_URL": model_server.url, **LOOK_OFTEN}
        with AppServer(**settings) as app, nginx(tmp_path, app.url, url.rpartition(":")[2]):
            yield Proxied(app, url)


def test_two_people_work_behind_it_each_on_their_own(
    site: Proxied, browser: Browser, model_server: ModelServer
) -> None:
    people = {}
    for name in ("alice", "bob"):
        people[name] = browser.new_context(ignore_https_errors=True).new_page()
        log_in(people[name], site, name)
        submit(people[name], site, name=f"Idea of {name}")
        expect_findings(people[name])  # without a click
        expect(people[name].get_by_text("its timer, a frame of this very site")).to_have_count(0)
    alice, bob = people.values()

    model_server.gate.clear()
    # Without a new page: browsers keep no scripts of a site whose certificate they don't know.
    bob.get_by_role("link", name="New idea").click()
    bob.get_by_label("Your idea").fill("Another thought of bob")
    bob.get_by_role("button", name="Submit idea").click()
    expect(tab(bob, JOBS["competitors"])).to_have_text("Competitors · working")
    kill(site, bob)
    model_server.gate.set()
    site.start()
    for job in JOBS.values():  # without a click
        expect(tab(bob, job)).to_have_text(f"{job.label} · interrupted")
    bob.get_by_role("button", name="Try again").click()
    expect_findings(bob)
    open_tab(alice, "features")
    expect(alice.get_by_text("First version: ")).to_be_visible()

    for name, page in people.items():
        page.goto(f"{site.url}/ideas")
        expect(page.get_by_role("link", name=f"Idea of {name}")).to_be_visible()
    expect(alice.get_by_role("link", name=re.compile("bob"))).to_have_count(0)
    expect(bob.get_by_role("link", name=re.compile("alice"))).to_have_count(0)

    # As large as may be passes nginx; what Idearc says of it is its own.
    for size in (0, 4_900_000):
        junk = {"name": "a.json", "mimeType": "application/json", "buffer": b" " * size}
        bob.get_by_role("button", name="Import").click()
        bob.locator("input[type=file]").set_input_files(junk)
        expect(bob.get_by_text("not what “All, as JSON” exports")).to_be_visible()
        bob.reload()
    for page in people.values():
        page.context.close()


def test_a_visitor_is_counted_by_the_address_that_the_proxy_sees(
    tmp_path: Path,
    model_server: ModelServer,
    new_page: Callable[[], Page],
) -> None:
    proxy, ports = free_port(), {f"127.0.0.{number}": free_port() for number in (1, 2)}
    visitors = [
        VISITOR.format(port=port, proxy=proxy, address=address) for address, port in ports.items()
    ]
    limits = {"IDEARC_ALLOW_ANONYMOUS": "1", "IDEARC_IDEAS_PER_HOUR": "1"}
    with (
        AppServer(OPENAI_BASE_URL=model_server.url, **limits) as app,
        nginx(tmp_path, app.url, proxy, "".join(visitors)),
    ):
        for port in ports.values():
            there = Proxied(app, f"http://localhost:{port}")
            submit(new_page(), there)
            page = new_page()  # who has another connection, claims to have another address
            fill_in(page, there)
            page.get_by_role("button", name="Submit idea").click()
            expect(page.get_by_text("You have submitted 1 idea within an hour")).to_be_visible()
