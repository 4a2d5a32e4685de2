# Image for running sweeps on a cluster: the project and its dependencies, at the tested versions.
FROM python:3.11.14-slim-bookworm AS build
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
RUN python -m venv /opt/sweep
ENV PATH=/opt/sweep/bin:$PATH
WORKDIR /src
COPY pyproject.toml constraints.txt README.md ./
COPY sweep sweep
COPY trainers trainers
# To train on PyTorch: --build-arg EXTRAS=cluster,fast,torch
ARG EXTRAS=cluster,fast
RUN pip install -c constraints.txt ".[$EXTRAS]"

FROM python:3.11.14-slim-bookworm
# hadolint ignore=DL3008
RUN apt-get update \
    && apt-get install --no-install-recommends -y curl \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --uid 1000 --create-home sweep \
    && install -d -o sweep -g sweep /mlartifacts /sweeps
COPY --from=build /opt/sweep /opt/sweep
COPY --chmod=0555 deploy/with-secrets.sh /usr/local/bin/with-secrets
ENV PATH=/opt/sweep/bin:$PATH PYTHONUNBUFFERED=1
USER 1000
WORKDIR /sweeps
ENTRYPOINT ["with-secrets"]
CMD ["sweep", "--help"]
