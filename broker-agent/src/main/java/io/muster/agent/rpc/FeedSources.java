package io.muster.agent.rpc;

import java.util.ArrayList;
import java.util.List;

/** The voters to follow, in order of preference: the node itself if it is one, then the others, spread by node id. Not thread-safe. */
final class FeedSources {
    private final List<String> order;
    private int next;

    /** @param preferred "host:port", or empty to have no favourite */
    FeedSources(List<String> bootstrap, String preferred, int nodeId) {
        List<String> rotated = new ArrayList<>();
        if (!preferred.isEmpty()) {
            rotated.add(preferred);
        }
        for (int i = 0; i < bootstrap.size(); i++) {
            String endpoint = bootstrap.get(Math.floorMod(nodeId + i, bootstrap.size()));
            if (!endpoint.equals(preferred)) {
                rotated.add(endpoint);
            }
        }
        order = List.copyOf(rotated);
    }

    /** The voter to try now; each call moves on to the next one. */
    String take() {
        String endpoint = order.get(next);
        next = (next + 1) % order.size();
        return endpoint;
    }

    /** True when the end of the list is reached: everyone has been tried. */
    boolean isRoundOver() {
        return next == 0;
    }
}
