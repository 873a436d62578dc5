#!/usr/bin/env bash
# What the browser tests need beside Python: a Chromium and a font with Chinese characters.
# Where neither is there nor can be installed, those tests are skipped and say why.
set -u
have() { command -v chromium >/dev/null || command -v chromium-browser >/dev/null || command -v google-chrome >/dev/null; }
have && exit 0
if command -v apt-get >/dev/null && [ "$(id -u)" = 0 ]; then
    export DEBIAN_FRONTEND=noninteractive
    (apt-get update -qq && apt-get install -y -qq --no-install-recommends chromium fonts-noto-cjk) >/dev/null 2>&1
fi
have || echo "No Chromium here and none could be installed: the browser tests will be skipped." >&2
exit 0
