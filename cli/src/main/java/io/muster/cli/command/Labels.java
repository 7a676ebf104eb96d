package io.muster.cli.command;

import io.muster.log.v1.OwnershipMode;
import io.muster.log.v1.StateKind;
import java.util.Map;
import java.util.stream.Collectors;

/** Labels and choices as people write them: "disk=ssd,zone=a", "leased". Stateless. */
final class Labels {
    private Labels() {}

    static String show(Map<String, String> labels) {
        return labels.entrySet().stream()
                .map(e -> e.getKey() + "=" + e.getValue())
                .collect(Collectors.joining(","));
    }

    static String show(StateKind state) {
        return state == StateKind.STATE_DURABLE ? "durable" : "none";
    }

    static String show(OwnershipMode ownership) {
        return ownership == OwnershipMode.TOKEN_FENCED ? "fenced" : "leased";
    }
}
