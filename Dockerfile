# Doorway as one image for all its programs: `config/deploy/run` says which one starts. See config/deploy/DEPLOY.md.
ARG PYTHON=python:3.12-slim

FROM ${PYTHON} AS build
WORKDIR /opt/doorway
RUN python -m venv .venv
COPY requirements.txt .
RUN .venv/bin/pip install --no-cache-dir --disable-pip-version-check --require-hashes -r requirements.txt
COPY . .
# Keys of this line only: settings ask for some, and static files need none.
RUN SECRET_KEY="$(.venv/bin/python -c 'import secrets; print(secrets.token_urlsafe(60))')" \
    DATA_KEYS="$(.venv/bin/python -c 'from accounts import keys; print(keys.new("build"))')" \
    .venv/bin/python manage.py collectstatic --noinput --verbosity 0 \
    && .venv/bin/python -m compileall -q -j 0 .

FROM ${PYTHON}
# What the filed paper is drawn with; nothing else comes in.
RUN apt-get update \
    && apt-get install -y --no-install-recommends \
        libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 fonts-dejavu-core \
    && rm -rf /var/lib/apt/lists/* \
    && groupadd --system --gid 10001 doorway \
    && useradd --system --uid 10001 --gid 10001 --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin doorway
COPY --from=build /opt/doorway /opt/doorway
WORKDIR /opt/doorway
USER 10001:10001
ENV PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 WEB_ADDRESS=0.0.0.0 LIFE_SIGN_FILE=/tmp/alive
EXPOSE 8000
STOPSIGNAL SIGTERM
ENTRYPOINT ["/opt/doorway/config/deploy/run"]
CMD ["web", "8000"]
HEALTHCHECK --interval=15s --timeout=6s --start-period=60s --retries=3 \
    CMD ["/opt/doorway/.venv/bin/python", "/opt/doorway/config/deploy/alive.py", "web", "8000"]
