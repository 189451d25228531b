#!/usr/bin/env bash
# The steps of the Dockerfile in a bare virtual environment, for machines on which no container can run: installs the
# lock, indexes, asks and serves, and says how large it is. Usage: deploy/replay.sh FOLDER
set -euo pipefail
checkout=$(cd "$(dirname "$0")/.." && pwd)
folder=$(realpath -m "$1")
python3 -m venv "$folder/qa"
bin=$folder/qa/bin
"$bin/pip" -q install --no-cache-dir --no-compile --no-deps -r "$checkout/deploy/requirements.txt"
"$bin/pip" -q install --no-cache-dir --no-compile --no-deps "$checkout"
"$checkout/deploy/trim.sh" "$folder/qa"
export PYTHONDONTWRITEBYTECODE=1 QA_CORPUS=$checkout/corpus QA_INDEX=$folder/index QA_PORT=0
cd "$folder"
if "$bin/python" -c 'import torch' 2>/dev/null || "$bin/python" -c 'import sentence_transformers' 2>/dev/null; then
  echo "PyTorch is in the image" >&2
  exit 1
fi
"$bin/qa" index
"$bin/qa" ask "When did Xu Jiatun fly to San Francisco?" --evidence evidence.zip
QA_INDEX=$folder/none "$bin/qa" verify evidence.zip
"$bin/qa" serve >serve.log 2>&1 &
server=$!
trap 'kill $server' EXIT
for _ in $(seq 120); do
  address=$(grep -o 'http://[^ /]*' serve.log | head -1 || true)
  if [ -n "$address" ] && "$bin/python" -c "import urllib.request as r; r.urlopen('$address/readyz')" 2>/dev/null; then
    break
  fi
  sleep 0.5
done
"$bin/python" - "$address" <<'P'
import json, sys, urllib.parse, urllib.request
question = urllib.parse.urlencode({"question": "When did Xu Jiatun fly to San Francisco?"})
answer = json.load(urllib.request.urlopen(f"{sys.argv[1]}/ask?{question}"))
assert answer["answerable"], answer
P
echo "serves; $(du -sm "$folder/qa" | cut -f1) MB installed, $(awk '/VmHWM/ {print int($2 / 1024)}' /proc/$server/status) MB of memory at most"
