package io.muster.cli.command;

import io.muster.cli.Table;
import io.muster.rpc.v1.PartitionInfo;
import java.io.PrintWriter;
import java.util.List;
import java.util.stream.Collectors;

/** How partitions are shown to people. Stateless. */
final class PartitionTable {
    private PartitionTable() {}

    static void print(List<PartitionInfo> partitions, PrintWriter out) {
        new Table<PartitionInfo>()
                .text("RESOURCE", PartitionInfo::getResource)
                .number("PARTITION", PartitionInfo::getPartition)
                .number("LEADER", p -> node(p.getLeader()))
                .number("EPOCH", PartitionInfo::getLeaderEpoch)
                .text("REPLICAS", p -> nodes(p.getReplicasList()))
                .text("READY", p -> nodes(p.getReadyList()))
                .text("PHASE", PartitionTable::phase)
                .print(out, partitions);
    }

    static String phase(PartitionInfo p) {
        StringBuilder text = new StringBuilder(p.getPhase());
        if (p.getReleasing() >= 0) {
            text.append(", ").append(p.getReleasing()).append(" lets go");
        }
        if (p.getTarget() >= 0) {
            text.append(", ").append(p.getTarget()).append(" is next");
        }
        if (p.getAddingCount() > 0) {
            text.append(", adding ").append(nodes(p.getAddingList()));
        }
        if (p.getRemovingCount() > 0) {
            text.append(", removing ").append(nodes(p.getRemovingList()));
        }
        if (!p.getReason().isEmpty()) {
            text.append(p.getPhase().equals("parked") ? ": " : ", suspected: ").append(p.getReason());
        }
        return text.toString();
    }

    static String node(int id) {
        return id < 0 ? "none" : Integer.toString(id);
    }

    static String nodes(List<Integer> ids) {
        return ids.isEmpty() ? "none" : ids.stream().map(String::valueOf).collect(Collectors.joining(","));
    }
}
