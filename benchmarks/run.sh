#!/usr/bin/env bash
# Measures Muster and prints the tables of docs/benchmarks.md. About ten minutes on two cores; nothing else should run meanwhile.
#
#   benchmarks/run.sh                  all parts but failover
#   benchmarks/run.sh image commit     only these parts
#   benchmarks/run.sh failover         kill -9 on real processes, 10 runs of each of four kinds (about twelve minutes)
#
# Parts: collections image decision liveness snapshot heap commit controller heartbeat failover.
# MUSTER_SKIP_BUILD=1 measures what was built before.
set -euo pipefail
cd "$(dirname "$0")/.."

parts=("$@")
((${#parts[@]})) || parts=(collections image decision liveness snapshot heap commit controller heartbeat)

if [[ -z ${MUSTER_SKIP_BUILD:-} ]]; then
    mvn -B -q -DskipTests -Dspotless.check.skip=true package -pl benchmarks -am
fi
class_path=benchmarks/target/classes:$(<benchmarks/target/classpath.txt)
java=${JAVA_HOME:+$JAVA_HOME/bin/}java

bench() { # bench HEAP MAIN ARGS...
    "$java" "-Xmx$1" -cp "$class_path" "io.muster.bench.$2" "${@:3}"
}

printf '# %s, %s cores, %s\n' "$("$java" -version 2>&1 | sed -n 2p)" "$(nproc)" "$(uname -srm)"
printf '# load before: %s\n' "$(cut -d' ' -f1-3 /proc/loadavg 2>/dev/null || uptime)"
for part in "${parts[@]}"; do
    printf '\n## %s\n' "$part"
    case $part in
        collections) bench 512m JmhFigures CollectionsBenchmark ;;
        image) bench 512m JmhFigures ImageBenchmark ;;
        decision) bench 512m JmhFigures DecisionBenchmark ;;
        liveness) bench 512m JmhFigures LivenessBenchmark ;;
        snapshot) bench 512m JmhFigures SnapshotBenchmark ;;
        heap) bench 2g HeapPerPartition ;;
        commit) bench 2g CommitLatency ;;
        controller) bench 2g ControllerFigures ;;
        heartbeat) bench 2g HeartbeatCost ;;
        failover)
            bench 256m FailoverBench bin/muster 10 --partitions 300
            bench 256m FailoverBench bin/muster 10 --partitions 10000
            bench 256m FailoverBench bin/muster 10 --partitions 300 --kill controller
            bench 256m FailoverBench bin/muster 10 --partitions 300 --set broker.proof.of.death.enabled=false
            ;;
        *)
            printf 'run.sh: no part is called %s; see the head of this file.\n' "$part" >&2
            exit 2
            ;;
    esac
done
