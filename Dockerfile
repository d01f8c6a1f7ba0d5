# The image of web, worker, beat and migrate. Python is the version the tests run on.
ARG PYTHON=3.11

FROM python:${PYTHON}-slim AS build
ARG UV=0.13.9
ENV UV_COMPILE_BYTECODE=1 UV_LINK_MODE=copy UV_PYTHON_DOWNLOADS=never UV_NO_CACHE=1
RUN pip install --no-cache-dir --root-user-action=ignore "uv==${UV}"
WORKDIR /app
# The libraries first: they change less often than the code. No default group: no embedded servers, no development tools.
COPY pyproject.toml uv.lock README.md LICENSE ./
RUN uv sync --locked --no-default-groups --no-install-project
COPY platform platform
COPY tenants tenants
COPY billing billing
COPY shared shared
RUN uv sync --locked --no-default-groups \
 && .venv/bin/python -m compileall -q platform tenants billing shared
ENV PATH=/app/.venv/bin:$PATH \
    DJANGO_SETTINGS_MODULE=conciergeries.settings.production \
    STATIC_ROOT=/app/static
# Hashed names and brotli once, here: at a first start they would cost half a minute. The values are for this line only.
RUN SECRET_KEY=build PLATFORM_DOMAIN=build.invalid DATABASE_URL=postgresql://build.invalid/build \
    conciergeries manage collectstatic --no-input

FROM python:${PYTHON}-slim
ENV PATH=/app/.venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    DJANGO_SETTINGS_MODULE=conciergeries.settings.production \
    STATIC_ROOT=/app/static \
    DATA_DIR=/data \
    MEDIA_ROOT=/data/media
# The folders belong to the user that writes them, so that volumes mounted there do too.
RUN useradd --uid 10001 --no-create-home --shell /usr/sbin/nologin conciergeries \
 && install --directory --owner=conciergeries --group=conciergeries /data /data/media /data/beat
WORKDIR /app
COPY --from=build /app /app
USER conciergeries
EXPOSE 8000
CMD ["granian", "--interface", "wsgi", "--host", "0.0.0.0", "--port", "8000", "conciergeries.wsgi:application"]
