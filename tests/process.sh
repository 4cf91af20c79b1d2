#!/bin/sh
# usage: process.sh DIR LOG OWNER COMMAND...
# Runs a server in DIR with its output in LOG. Its process id goes to DIR/pid and, once it has ended, its status to DIR/exit.
# When the process OWNER ends in whatever way, so does the server; with `-` it has no owner.
set -u
dir=$1 log=$2 owner=$3
shift 3

rm -f "$dir/exit"
"$@" >>"$log" 2>&1 </dev/null &
pid=$!
echo "$pid" >"$dir/pid"

watcher=
if [ "$owner" != - ]; then
    (
        while kill -0 "$owner" 2>/dev/null; do sleep 1; done
        kill "$pid"
    ) >/dev/null 2>&1 &
    watcher=$!
fi

wait "$pid"
echo $? >"$dir/exit"
[ -z "$watcher" ] || kill "$watcher" 2>/dev/null
