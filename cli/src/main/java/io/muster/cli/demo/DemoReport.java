package io.muster.cli.demo;

import com.google.gson.JsonObject;
import org.jspecify.annotations.Nullable;

/**
 * What a demo measured. All milliseconds count from the fault; null where nothing of the kind happened.
 *
 * @param killed node id of the victim
 * @param controllerBefore node id of the controller before the fault
 * @param controllerAfter and at the end
 * @param sessionTimeoutMs `broker.session.timeout.ms` of the nodes
 * @param firstCommitMs the first change that the next controller committed had reached every survivor
 * @param suspectedMs the controller had missed a heartbeat, or knew more
 * @param fencedMs the fence reached every survivor
 * @param fencedBy kind of the fence's cause
 * @param firstLedMs the first of the victim's partitions had another leader, as the last survivor saw it
 * @param lastLedMs the last one had, as the last survivor saw it
 * @param lastServedMs every one of them was served again, as the work itself said
 * @param longestGapMs the longest silence of a partition between its old owner's last sign of life and its new owner's first
 * @param restartedMs the victim was started again, or woken
 * @param rejoinedMs it was unfenced again and led something
 * @param overlaps proofs that two nodes owned one partition at once
 * @param lastActedMs the last thing that the victim's own guards allowed while it was paused or cut off
 * @param refused attempts of the victim that were refused: while it was cut off, or after it woke
 */
record DemoReport(
        DemoSettings settings,
        @Nullable Integer killed,
        int controllerBefore,
        int controllerAfter,
        long sessionTimeoutMs,
        @Nullable Long firstCommitMs,
        @Nullable Long suspectedMs,
        @Nullable Long fencedMs,
        @Nullable String fencedBy,
        @Nullable Long firstLedMs,
        @Nullable Long lastLedMs,
        @Nullable Long lastServedMs,
        @Nullable Long longestGapMs,
        @Nullable Long restartedMs,
        @Nullable Long rejoinedMs,
        long overlaps,
        @Nullable Long lastActedMs,
        @Nullable Long refused)
        implements Report {
    @Override
    public JsonObject toJson() {
        JsonObject json = new JsonObject();
        json.addProperty("nodes", settings.nodes());
        json.addProperty("partitions", settings.partitions());
        json.addProperty("replicas", settings.replicas());
        json.addProperty("fault", settings.fault().name());
        json.addProperty("killed", killed);
        json.addProperty("killedWasController", killed != null && killed == controllerBefore);
        json.addProperty("controllerBefore", controllerBefore);
        json.addProperty("controllerAfter", controllerAfter);
        json.addProperty("sessionTimeoutMs", sessionTimeoutMs);
        json.addProperty("firstCommitMs", firstCommitMs);
        json.addProperty("suspectedMs", suspectedMs);
        json.addProperty("fencedMs", fencedMs);
        json.addProperty("fencedBy", fencedBy);
        json.addProperty("firstLedMs", firstLedMs);
        json.addProperty("lastLedMs", lastLedMs);
        json.addProperty("lastServedMs", lastServedMs);
        json.addProperty("longestGapMs", longestGapMs);
        json.addProperty("restartedMs", restartedMs);
        json.addProperty("rejoinedMs", rejoinedMs);
        json.addProperty("overlaps", overlaps);
        if (settings.fault() == DemoSettings.Fault.pause) {
            json.addProperty("lastActedMs", lastActedMs);
            json.addProperty("refusedAfterWake", refused);
        } else if (settings.fault() == DemoSettings.Fault.partition) {
            json.addProperty("lastActedMs", lastActedMs);
            json.addProperty("refusedWhileCut", refused);
        }
        return json;
    }
}
