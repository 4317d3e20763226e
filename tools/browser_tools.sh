#!/bin/sh
# What browser tests need: Debian's Chromium, a font, and axe-core. Installed by apt-get when missing and root.
set -e
if ! command -v chromium >/dev/null 2>&1; then
    if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
        echo "Installing Chromium and a font for the browser tests ..."
        export DEBIAN_FRONTEND=noninteractive
        apt-get update -qq >/dev/null
        apt-get install -y -qq chromium fonts-noto-core >/dev/null
    else
        echo "The browser tests need Chromium at /usr/bin/chromium: install the packages chromium and fonts-noto-core." >&2
        exit 1
    fi
fi
