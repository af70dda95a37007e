# The same processes as bin/up, for a server: docker-compose.yml says which run and how.
FROM python:3.11-slim-bookworm

ENV PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
RUN useradd --system --uid 10001 --create-home --home-dir /home/concord concord \
    && install -d -o concord -g concord /data
WORKDIR /app
COPY requirements/runtime.txt requirements/runtime.txt
RUN pip install --require-hashes -r requirements/runtime.txt
COPY . .
ENV CONCORD_DATA=/data
USER concord
VOLUME /data
EXPOSE 8000
