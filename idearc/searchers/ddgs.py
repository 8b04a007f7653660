"""Public search engines, by the library ddgs: nothing to set up, and nothing that one can count on.

Phrases go to the engines that are named here and to nobody else.
"""

import logging
import os
from collections.abc import Sequence

from idearc.errors import ProviderError, SearchError
from idearc.providers.client import way_to
from idearc.web import Hit

# The second attempt goes to others, which may not refuse where the first one does.
_ATTEMPTS = (["duckduckgo"], ["brave", "mojeek"])
_SECONDS = 10  # for each
_MAX_RESULTS = 10

for _name in ("ddgs", "primp"):  # what they log below that holds the phrases
    logging.getLogger(_name).setLevel(logging.WARNING)


class DdgsSearcher:
    recipients = "DuckDuckGo and other search engines"

    def __init__(self, *, proxy: str | None = None, certificates: str | None = None) -> None:
        """Without these, the proxies and certificates that the environment names."""
        self._proxy = proxy
        self._verify = certificates or os.environ.get("SSL_CERT_FILE") or True

    def search(self, phrase: str) -> Sequence[Hit]:
        from ddgs import DDGS  # takes a while: not for a page
        from ddgs.engines import ENGINES
        from ddgs.exceptions import DDGSException, TimeoutException

        try:
            way_to("https://duckduckgo.com")  # names a variable that can't be used
        except ProviderError as error:
            raise SearchError(str(error)) from error
        problem = ""
        for engines in _ATTEMPTS:
            # Of one that it no longer has, the library would make all that it has.
            there = [name for name in engines if name in ENGINES["text"]]
            if not there:
                continue
            try:
                client = DDGS(proxy=self._proxy, timeout=_SECONDS, verify=self._verify)
                found = client.text(
                    phrase, region="wt-wt", max_results=_MAX_RESULTS, backend=",".join(there)
                )
            except TimeoutException:
                problem = f"they gave no answer within {_SECONDS} s"
            except DDGSException as error:
                # It also says so where an engine refuses: only nothing at all tells.
                if str(error) != "No results found.":
                    problem = f"they can't be reached ({str(error).partition(':')[0]})"
            except Exception as error:  # noqa: BLE001 # primp's, whose module is its own
                problem = f"they can't be reached ({type(error).__name__})"
            else:
                return [Hit(one["title"], one["href"], one["body"]) for one in found]
        if problem:
            raise SearchError(
                f"{self.recipients} could not be asked: {problem}. Check the network, or set "
                "IDEARC_SEARCH to the address of a SearXNG."
            )
        return []
