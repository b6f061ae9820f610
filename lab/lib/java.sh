# Finds the JDK 25 that built the project; sets JAVA_HOME. Sourced.

# shellcheck shell=bash

JAVA_HOME=${JAVA_HOME:-}
if [[ ! -x $JAVA_HOME/bin/javac ]] || ! grep -qs '^JAVA_VERSION="2[5-9]' "$JAVA_HOME/release"; then
    JAVA_HOME=
    for candidate in /usr/lib/jvm/*; do
        if [[ -x $candidate/bin/javac ]] && grep -qs '^JAVA_VERSION="2[5-9]' "$candidate/release"; then
            JAVA_HOME=$candidate
        fi
    done
fi
[[ -n $JAVA_HOME ]] || { echo "no JDK 25 in JAVA_HOME or /usr/lib/jvm" >&2 && exit 1; }
export JAVA_HOME
