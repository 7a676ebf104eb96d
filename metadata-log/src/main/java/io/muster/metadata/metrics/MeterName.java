package io.muster.metadata.metrics;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * A Ratis metric under the name that Prometheus expects: {@code ratis_} in front, snake case, base units, no type in the name, and
 * the peer that it is about as a tag instead of a part of the name.
 *
 * @param name the name
 * @param peer Raft id of the peer that it is about; empty for none
 * @param factor what values are multiplied by to get base units
 */
record MeterName(String name, String peer, double factor) {
    private static final Pattern PEER = Pattern.compile("\\d+(@group-\\w+)?");
    private static final Pattern CAMEL = Pattern.compile("([a-z0-9])([A-Z])");

    /** Parts that say a type, which Prometheus's lint refuses; {@code _count} belongs to histograms. */
    private static final Set<String> TYPES = Set.of("gauge", "counter", "timer", "count");

    private static final String MEGABYTES = "_mega_byte_size";

    /**
     * @param application what Ratis calls the application: {@code ratis} or {@code ratis_grpc}
     * @param component what Ratis calls the component, as {@code log_worker}
     * @param ratisName the metric within it, as {@code follower_2_next_index} or {@code flushTime}
     */
    static MeterName of(String application, String component, String ratisName) {
        String peer = "";
        List<String> parts = new ArrayList<>();
        for (String part : (application + "_" + component + "_" + ratisName).split("_", -1)) {
            if (PEER.matcher(part).matches()) {
                peer = part.replaceFirst("@.*", "");
                continue;
            }
            String snake = CAMEL.matcher(part).replaceAll("$1_$2").toLowerCase(Locale.ROOT);
            for (String word : snake.split("_", -1)) {
                if (!TYPES.contains(word) && !word.isEmpty()) {
                    parts.add(word.replaceAll("[^a-z0-9]", ""));
                }
            }
        }
        String name = String.join("_", parts);
        if (name.endsWith(MEGABYTES)) {
            return new MeterName(name.replace(MEGABYTES, "_bytes"), peer, 1 << 20);
        }
        return new MeterName(name.replace("size_in_bytes", "bytes"), peer, 1);
    }

    /** The same for a gauge: Ratis's times are milliseconds. */
    MeterName asGauge() {
        return name.endsWith("_time") ? new MeterName(name + "_seconds", peer, 0.001) : this;
    }
}
