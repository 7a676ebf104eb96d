package io.muster.cli.command;

import io.muster.cli.Facts;
import io.muster.cli.Times;
import io.muster.cli.cluster.ClusterClient;
import io.muster.rpc.v1.BrokerInfo;
import io.muster.rpc.v1.ChangeReply;
import io.muster.rpc.v1.DescribePartitionReply;
import io.muster.rpc.v1.DescribePartitionRequest;
import io.muster.rpc.v1.ListPartitionsReply;
import io.muster.rpc.v1.ListPartitionsRequest;
import io.muster.rpc.v1.MovePartitionRequest;
import io.muster.rpc.v1.PartitionInfo;
import io.muster.rpc.v1.ReleasePartitionRequest;
import java.io.PrintWriter;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code muster partitions}. */
@Command(
        name = "partitions",
        description = "The units of work: who leads them, who stands by.",
        subcommands = {
            PartitionsCommand.ListSome.class,
            PartitionsCommand.Describe.class,
            PartitionsCommand.Move.class,
            PartitionsCommand.Release.class
        })
public final class PartitionsCommand extends GroupCommand {
    @Command(name = "list", description = "Partitions, all or some.")
    static final class ListSome extends ClusterCommand<ListPartitionsReply> {
        @Option(names = "--resource", paramLabel = "NAME", description = "Only of this resource.")
        private @Nullable String resource;

        @Option(names = "--broker", paramLabel = "ID", description = "Only with a replica on this broker.")
        private @Nullable Integer broker;

        @Option(names = "--leaderless", description = "Only those that nobody leads.")
        private boolean leaderless;

        @Option(names = "--parked", description = "Only those that are parked.")
        private boolean parked;

        @Override
        ListPartitionsReply ask(ClusterClient client) {
            ListPartitionsRequest.Builder request =
                    ListPartitionsRequest.newBuilder().setLeaderless(leaderless).setParked(parked);
            if (resource != null) {
                request.setResource(resource);
            }
            if (broker != null) {
                request.setBroker(broker);
            }
            return client.ask(admin -> {
                ListPartitionsReply.Builder all = ListPartitionsReply.newBuilder();
                admin.listPartitions(request.build()).forEachRemaining(all::mergeFrom);
                return all.build();
            });
        }

        @Override
        void print(ListPartitionsReply reply, PrintWriter out) {
            PartitionTable.print(reply.getPartitionsList(), out);
        }
    }

    @Command(name = "describe", description = "One partition: who holds it, how it is owned, and its last changes.")
    static final class Describe extends ClusterCommand<DescribePartitionReply> {
        private static final int CHANGES = 5;

        @Parameters(
                paramLabel = "RESOURCE/NUMBER",
                converter = PartitionName.Converter.class,
                description = "The partition, as in orders/3.")
        private PartitionName name = new PartitionName("", 0);

        @Override
        DescribePartitionReply ask(ClusterClient client) {
            return client.ask(admin -> admin.describePartition(DescribePartitionRequest.newBuilder()
                    .setResource(name.resource())
                    .setPartition(name.partition())
                    .setChanges(CHANGES)
                    .build()));
        }

        @Override
        void print(DescribePartitionReply reply, PrintWriter out) {
            PartitionInfo p = reply.getPartition();
            new Facts()
                    .add("Partition", p.getResource() + "/" + p.getPartition())
                    .add("Leader", leader(reply))
                    .add("LeaderEpoch", p.getLeaderEpoch())
                    .add("Phase", PartitionTable.phase(p))
                    .add("Replicas", PartitionTable.nodes(p.getReplicasList()))
                    .add("Ready", PartitionTable.nodes(p.getReadyList()))
                    .add("Ownership", Labels.show(reply.getOwnership()))
                    .add("State", Labels.show(reply.getStateKind()))
                    .print(out);
            out.println();
            if (reply.getChangesCount() > 0) {
                HistoryPrinter.heading(out);
                reply.getChangesList().forEach(change -> HistoryPrinter.line(change, out));
            }
            if (reply.getChangesCount() < CHANGES && reply.getFirstOffset() > 0) {
                out.println("Changes before offset " + reply.getFirstOffset() + " are no longer kept in the log.");
            }
        }

        private static String leader(DescribePartitionReply reply) {
            if (!reply.hasLeader()) {
                return PartitionTable.node(reply.getPartition().getLeader());
            }
            BrokerInfo leader = reply.getLeader();
            String heard = leader.getLastContactMs() < 0
                    ? "not heard by this controller yet"
                    : "heard " + Times.seconds(leader.getLastContactMs()) + " ago";
            return leader.getId() + " (" + leader.getState() + ", lease left " + Times.seconds(leader.getLeaseLeftMs())
                    + ", " + heard + ")";
        }
    }

    @Command(name = "move", description = "Hand the leadership of a partition to another of its replicas.")
    static final class Move extends ClusterCommand<ChangeReply> {
        @Parameters(
                paramLabel = "RESOURCE/NUMBER",
                converter = PartitionName.Converter.class,
                description = "The partition, as in orders/3.")
        private PartitionName name = new PartitionName("", 0);

        @Option(names = "--to", paramLabel = "ID", required = true, description = "The broker that is to lead.")
        private int to;

        @Mixin
        private ChangeArguments change = new ChangeArguments();

        @Override
        ChangeReply ask(ClusterClient client) {
            MovePartitionRequest request = MovePartitionRequest.newBuilder()
                    .setResource(name.resource())
                    .setPartition(name.partition())
                    .setTo(to)
                    .setOptions(change.toOptions())
                    .build();
            return client.ask(admin -> admin.movePartition(request));
        }

        @Override
        void print(ChangeReply reply, PrintWriter out) {
            out.println(reply.getMessage());
        }
    }

    @Command(
            name = "release",
            description =
                    "Let a parked partition be led again. It was parked because owner after owner failed to lead it or"
                            + " died of it: cure that first.")
    static final class Release extends ClusterCommand<ChangeReply> {
        @Parameters(
                paramLabel = "RESOURCE/NUMBER",
                converter = PartitionName.Converter.class,
                description = "The partition, as in orders/3.")
        private PartitionName name = new PartitionName("", 0);

        @Mixin
        private ChangeArguments change = new ChangeArguments();

        @Override
        ChangeReply ask(ClusterClient client) {
            ReleasePartitionRequest request = ReleasePartitionRequest.newBuilder()
                    .setResource(name.resource())
                    .setPartition(name.partition())
                    .setOptions(change.toOptions())
                    .build();
            return client.ask(admin -> admin.releasePartition(request));
        }

        @Override
        void print(ChangeReply reply, PrintWriter out) {
            out.println(reply.getMessage());
        }
    }
}
