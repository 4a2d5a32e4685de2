#!/bin/sh
# Runs a command with each variable NAME_FILE turned into NAME, the content of that file; for programs that read
# secrets from the environment alone. What it says stays out of the compose file and out of `docker inspect`.
set -eu
for pair in $(env | grep -E '^[A-Z_]+_FILE=.*/secrets/' || true); do
    name=${pair%%_FILE=*}
    export "$name=$(cat "${pair#*=}")"
done
exec "$@"
