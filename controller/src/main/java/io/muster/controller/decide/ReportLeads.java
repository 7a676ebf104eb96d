package io.muster.controller.decide;

import io.muster.log.v1.CauseKind;
import io.muster.log.v1.Record;
import io.muster.metadata.image.MetadataImage;
import io.muster.metadata.image.PartitionState;
import io.muster.rpc.v1.LeadReport;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A broker fails to lead partitions: each goes to another, or is parked when it was so with its last owners too; one that no
 * other could lead stays, for the fault may be the broker's. And it leads others well that were suspected. A report of another
 * leader epoch than the present one changes nothing. True if something changed.
 *
 * @param id the broker
 * @param epoch its epoch
 * @param failed what it fails to lead, after a few tries
 * @param led suspected partitions that it leads well
 * @param parking when a partition is parked
 */
public record ReportLeads(int id, long epoch, List<LeadReport> failed, List<LeadReport> led, Parking parking)
        implements Command<Boolean> {
    /** Most characters of a reason that are kept. */
    static final int MAX_REASON_CHARS = 200;

    public ReportLeads {
        failed = List.copyOf(failed);
        led = List.copyOf(led);
    }

    @Override
    public String name() {
        return "report-leads";
    }

    @Override
    public Decision<Boolean> decide(MetadataImage image, long wallMs) {
        Facts.current(image, id, epoch);
        Steps steps = new Steps(image);
        Suspicions suspicions = new Suspicions(image, parking, wallMs);
        for (LeadReport report : led) {
            PartitionState state = meant(steps, report);
            if (state != null) {
                suspicions.led(state, report.getLeaderEpoch());
            }
        }
        for (LeadReport report : failed) {
            PartitionState state = meant(steps, report);
            if (state == null || !steps.anotherCanLead(state)) {
                continue;
            }
            String reason = "Broker " + id + " failed to lead it: " + brief(report.getReason());
            switch (suspicions.strike(state, id, report.getLeaderEpoch(), false, reason)) {
                case NONE -> {}
                case SUSPECTED -> steps.revoke(state, PartitionState.NONE);
                case PARKED -> steps.park(state);
            }
        }
        if (suspicions.isEmpty()) {
            return Decision.nothing(false);
        }
        List<Record> records = new ArrayList<>(steps.records());
        records.addAll(suspicions.records());
        String head = failed.isEmpty()
                ? "Broker " + id + " leads " + Steps.count(led.size(), "suspected partition") + " well"
                : "Broker " + id + " fails to lead " + Steps.count(failed.size(), "partition");
        String sentence = Facts.join(Facts.join(head, suspicions.summary()), steps.summary());
        return new Decision<>(
                Decision.cause(CauseKind.LEAD_FAILED, Facts.actor(id), sentence), records, offset -> true);
    }

    private @Nullable PartitionState meant(Steps steps, LeadReport report) {
        PartitionState state = steps.partition(report.getResourceId(), report.getPartition());
        return state != null && state.leader() == id && state.leaderEpoch() == report.getLeaderEpoch() ? state : null;
    }

    static String brief(String reason) {
        String line = reason.lines().findFirst().orElse("it gave no reason");
        return line.length() > MAX_REASON_CHARS ? line.substring(0, MAX_REASON_CHARS) + "…" : line;
    }
}
