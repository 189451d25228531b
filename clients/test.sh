#!/usr/bin/env bash
# Make the types again, compile the TypeScript client strictly, and run its tests against a real server.
# Usage: clients/test.sh PYTHON
set -euo pipefail

python=$(realpath -s "$1")
cd "$(dirname "$0")"
"$python" describe.py >openapi.json
"$python" check_examples.py <openapi.json
cd typescript
[ -d node_modules ] || npm install --silent --no-audit --no-fund
npm run --silent types >/dev/null
rm ../openapi.json
folder=$(mktemp -d)
cp -r ../../corpus "$folder/corpus"
export QA_CORPUS=$folder/corpus QA_INDEX=$folder/index
"$python" -m qa.cli index >/dev/null
"$python" -m qa.cli serve --port 0 >"$folder/log" 2>&1 &
server=$!
trap 'kill $server; rm -rf "$folder"' EXIT
until grep -q "serving snapshot" "$folder/log"; do sleep 0.2; kill -0 $server; done
QATEST_ADDRESS=$(grep -o 'http://[^ /]*' "$folder/log" | head -1) npm test --silent
