package io.muster.cli.command;

import java.util.Map;
import java.util.stream.Collectors;

/** Labels as people write them: "disk=ssd,zone=a". Stateless. */
final class Labels {
    private Labels() {}

    static String show(Map<String, String> labels) {
        return labels.entrySet().stream()
                .map(e -> e.getKey() + "=" + e.getValue())
                .collect(Collectors.joining(","));
    }
}
