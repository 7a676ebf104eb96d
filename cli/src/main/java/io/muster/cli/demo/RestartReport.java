package io.muster.cli.demo;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import java.util.Comparator;
import java.util.List;

/**
 * What a rolling restart measured, as the work itself said it.
 *
 * @param nodes one after the other
 * @param overlaps proofs that two nodes owned one partition at once
 */
record RestartReport(DemoSettings settings, List<NodeRestart> nodes, long overlaps) implements Report {
    /**
     * One node stopped in order and started again.
     *
     * @param node its id
     * @param wasController it led the quorum when it was asked to stop
     * @param stopMs from SIGTERM to the end of its process
     * @param rejoinMs from its start until it leads what it prefers and every replica is ready
     * @param away hand-overs of its work to others
     * @param back hand-overs while it returned
     */
    record NodeRestart(int node, boolean wasController, long stopMs, long rejoinMs, HandOvers away, HandOvers back) {
        JsonObject toJson() {
            JsonObject json = new JsonObject();
            json.addProperty("node", node);
            json.addProperty("wasController", wasController);
            json.addProperty("stopMs", stopMs);
            json.addProperty("rejoinMs", rejoinMs);
            json.add("away", away.toJson());
            json.add("back", back.toJson());
            return json;
        }
    }

    /**
     * Changes of owner, and how long nobody served in between.
     *
     * @param count how many
     * @param medianGapMs of the silences between the old owner's last sign of life and the new owner's first
     * @param longestGapMs the longest of them
     */
    record HandOvers(int count, double medianGapMs, double longestGapMs) {
        static HandOvers of(List<Double> gapsMs) {
            if (gapsMs.isEmpty()) {
                return new HandOvers(0, 0, 0);
            }
            List<Double> sorted = gapsMs.stream().sorted().toList();
            return new HandOvers(sorted.size(), sorted.get(sorted.size() / 2), sorted.get(sorted.size() - 1));
        }

        JsonObject toJson() {
            JsonObject json = new JsonObject();
            json.addProperty("count", count);
            json.addProperty("medianGapMs", rounded(medianGapMs));
            json.addProperty("longestGapMs", rounded(longestGapMs));
            return json;
        }

        private static double rounded(double ms) {
            return Math.round(ms * 10) / 10.0;
        }
    }

    RestartReport {
        nodes = List.copyOf(nodes);
    }

    double longestGapMs() {
        return nodes.stream()
                .flatMap(n -> List.of(n.away(), n.back()).stream())
                .map(HandOvers::longestGapMs)
                .max(Comparator.naturalOrder())
                .orElse(0.0);
    }

    @Override
    public JsonObject toJson() {
        JsonObject json = new JsonObject();
        json.addProperty("nodes", settings.nodes());
        json.addProperty("partitions", settings.partitions());
        json.addProperty("replicas", settings.replicas());
        json.addProperty("fault", settings.fault().name());
        JsonArray restarts = new JsonArray();
        nodes.forEach(n -> restarts.add(n.toJson()));
        json.add("restarts", restarts);
        json.addProperty("longestGapMs", HandOvers.rounded(longestGapMs()));
        json.addProperty("overlaps", overlaps);
        return json;
    }
}
