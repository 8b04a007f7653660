FROM debian:trixie-slim AS build
# hadolint ignore=DL3008 # Debian's stable release gives only fixes, and those are wanted.
RUN apt-get update \
    && apt-get install --yes --no-install-recommends python3-venv \
    && rm -rf /var/lib/apt/lists/*
# Idearc itself calls this environment's pip, to fetch the small model where Hugging Face can't be
# reached.
RUN python3 -m venv /opt/idearc
COPY . /source
# pip compiles what it installs: who runs it may write nothing there, and would compile at each start.
RUN /opt/idearc/bin/pip wheel --no-cache-dir --no-deps --wheel-dir=/wheels /source \
    && /opt/idearc/bin/pip install --no-cache-dir "$(echo /wheels/idearc-*.whl)[scale]"

FROM debian:trixie-slim
LABEL org.opencontainers.image.title="Idearc" \
    org.opencontainers.image.description="Write down a product idea and find its competitors and features waiting in a workspace." \
    org.opencontainers.image.licenses="MIT"
# The folder /etc/idearc is for .env and .streamlit/secrets.toml; nothing is written to it.
# The small model needs libgomp1.
# hadolint ignore=DL3008 # As above.
RUN apt-get update \
    && apt-get install --yes --no-install-recommends ca-certificates libgomp1 python3 \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --uid 10001 --user-group --home-dir /etc/idearc --no-create-home \
        --shell /usr/sbin/nologin idearc \
    && install --directory /etc/idearc \
    && install --directory --owner=idearc --group=idearc --mode=700 /data
COPY --from=build /opt/idearc /opt/idearc
ENV PATH=/opt/idearc/bin:$PATH \
    HOME=/etc/idearc \
    HF_HOME=/data/huggingface \
    PYTHONUNBUFFERED=1 \
    STREAMLIT_SERVER_ADDRESS=0.0.0.0 \
    STREAMLIT_SERVER_HEADLESS=true \
    STREAMLIT_SERVER_PORT=8501 \
    XDG_DATA_HOME=/data
WORKDIR /etc/idearc
USER 10001
# The ideas and the small model. All else may be read-only, but for /tmp.
VOLUME /data
EXPOSE 8501
# Without a proxy, whatever the environment says: it asks this container.
HEALTHCHECK --interval=30s --timeout=10s --start-period=60s CMD ["python", "-c", "\
import os, urllib.request as r; \
r.build_opener(r.ProxyHandler({})).open( \
f\"http://127.0.0.1:{os.environ['STREAMLIT_SERVER_PORT']}/_stcore/health\", timeout=5)"]
ENTRYPOINT ["idearc"]
CMD ["run"]
