# The labs' program for containers, Talk.java, which uses WeftMessaging. Sourced after fabric.sh and messages.sh.
#
#   talk_build                               compile it
#   talk_start JOB CONTAINER MODE ARGS...    run it in a container; its pid in SPAWNED, its lines in $WORK/log/JOB.log
#   said JOB FIELD                           a field of its last line
#   goes_on JOB                              status 0 when its "got" grows within 20 s
#   says JOB FILTER                          status 0 when the last line fulfils a jq filter

# shellcheck shell=bash

talk_build() {
    mkdir -p "$WORK/classes"
    "$JAVA_HOME/bin/javac" -d "$WORK/classes" -cp "$(class_path)" "$ROOT/lab/netns/java/Talk.java" || die "the lab's client does not compile"
}

talk_start() {
    local job=$1 container=$2
    shift 2
    rm -f "$WORK/log/$job.log"
    spawn_in "$container" "$job" "$JAVA_HOME/bin/java" "${JAVA_FLAGS[@]}" -cp "$(class_path)" Talk "$@"
}

last_line() { grep '^{.*}$' "$WORK/log/$1.log" 2>/dev/null | tail -n 1; }

said() { last_line "$1" | jq -r ".$2"; }

says() { last_line "$1" | jq -e "$2" >/dev/null 2>&1; }

goes_on() {
    local before
    before=$(said "$1" got)
    wait_until 20 says "$1" ".got > ${before:-0} + 200"
}
