#!/bin/sh
# Runs a command after setting NAME to the content of the file NAME_FILE, for each such variable; for programs that read
# secrets only from the environment. The secrets then appear neither in the compose file nor in `docker inspect`.
set -eu
for pair in $(env | grep -E '^[A-Z_]+_FILE=.*/secrets/' || true); do
    name=${pair%%_FILE=*}
    export "$name=$(cat "${pair#*=}")"
done
exec "$@"
