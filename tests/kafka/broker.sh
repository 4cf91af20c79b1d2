#!/bin/sh
# usage: broker.sh JAVA JARS DIR [OWNER]
# Runs the broker that `cargo xtask` prepared in DIR. Its process id goes to DIR/pid and, once it has ended, its status to DIR/exit.
# When the process OWNER ends in whatever way, so does the broker.
set -u
java=$1 jars=$2 dir=$3 owner=${4:-}

rm -f "$dir/exit"
# The key sets that the optional listeners may read: Kafka 4 compares each URL with this list as a whole string.
urls=$(cat "$dir/allowed.urls" 2>/dev/null)
"$java" -Xms64m -Xmx384m -XX:+UseSerialGC -XX:TieredStopAtLevel=1 \
    -Dorg.apache.logging.log4j.level=INFO \
    ${urls:+"-Dorg.apache.kafka.sasl.oauthbearer.allowed.urls=$urls"} \
    -cp "$dir/classes:$jars/*" kafka.Kafka "$dir/server.properties" >>"$dir/broker.log" 2>&1 </dev/null &
pid=$!
echo "$pid" >"$dir/pid"

watcher=
if [ -n "$owner" ]; then
    (
        while kill -0 "$owner" 2>/dev/null; do sleep 1; done
        kill "$pid"
    ) >/dev/null 2>&1 &
    watcher=$!
fi

wait "$pid"
echo $? >"$dir/exit"
[ -z "$watcher" ] || kill "$watcher" 2>/dev/null
