package io.muster.cli.command;

import io.muster.cli.DurationConverter;
import io.muster.cli.Facts;
import io.muster.cli.Table;
import io.muster.cli.Times;
import io.muster.cli.cluster.ClusterClient;
import io.muster.rpc.v1.BrokerInfo;
import io.muster.rpc.v1.ChangeReply;
import io.muster.rpc.v1.DescribeBrokerReply;
import io.muster.rpc.v1.DescribeBrokerRequest;
import io.muster.rpc.v1.LiftFencingHoldRequest;
import io.muster.rpc.v1.ListBrokersReply;
import io.muster.rpc.v1.ListBrokersRequest;
import io.muster.rpc.v1.SetBrokerFenceRequest;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.TreeMap;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code muster brokers}. */
@Command(
        name = "brokers",
        description = "The brokers: who is in, who is fenced, and why.",
        subcommands = {
            BrokersCommand.ListAll.class,
            BrokersCommand.Describe.class,
            BrokersCommand.Fence.class,
            BrokersCommand.Unfence.class,
            BrokersCommand.LiftHold.class
        })
public final class BrokersCommand extends GroupCommand {
    private static String since(BrokerInfo broker) {
        return Times.toTheSecond(broker.getStateSinceMs());
    }

    private static String age(BrokerInfo broker) {
        return Times.age(broker.getStateSinceMs(), System.currentTimeMillis());
    }

    private static String lease(BrokerInfo broker) {
        return broker.getLeaseLeftMs() == 0 ? "none" : Times.seconds(broker.getLeaseLeftMs());
    }

    private static String heard(BrokerInfo broker) {
        return broker.getLastContactMs() < 0 ? "never" : Times.seconds(broker.getLastContactMs()) + " ago";
    }

    @Command(
            name = "list",
            description = {
                "All brokers, fenced ones too: since when and why they are in their state.",
                "LEASE is what is left of the newest lease that this controller granted, HEARD when it last heard of the"
                        + " broker: both start anew when another controller takes over."
            })
    static final class ListAll extends ClusterCommand<ListBrokersReply> {
        @Override
        ListBrokersReply ask(ClusterClient client) {
            return client.ask(admin -> admin.listBrokers(ListBrokersRequest.getDefaultInstance()));
        }

        @Override
        void print(ListBrokersReply reply, PrintWriter out) {
            new Table<BrokerInfo>()
                    .number("ID", BrokerInfo::getId)
                    .text("STATE", BrokerInfo::getState)
                    .text("SINCE", BrokersCommand::since)
                    .number("AGE", BrokersCommand::age)
                    .number("LEADS", BrokerInfo::getLeaders)
                    .number("HOLDS", BrokerInfo::getReplicas)
                    .number("LEASE", BrokersCommand::lease)
                    .number("HEARD", BrokersCommand::heard)
                    .text("REASON", BrokerInfo::getReason)
                    .print(out, reply.getBrokersList());
            if (!reply.getFencingHold().isEmpty()) {
                out.println();
                out.println(reply.getFencingHold());
            }
        }
    }

    @Command(name = "describe", description = "One broker and what it holds.")
    static final class Describe extends ClusterCommand<DescribeBrokerReply> {
        @Parameters(paramLabel = "ID", description = "The broker's node id.")
        private int id;

        @Override
        DescribeBrokerReply ask(ClusterClient client) {
            return client.ask(admin -> admin.describeBroker(
                    DescribeBrokerRequest.newBuilder().setId(id).build()));
        }

        @Override
        void print(DescribeBrokerReply reply, PrintWriter out) {
            BrokerInfo b = reply.getBroker();
            new Facts()
                    .add("Id", b.getId())
                    .add("State", b.getState())
                    .add("Reason", b.getReason())
                    .add("Since", since(b) + " (" + age(b) + ")")
                    .add("Leaders", b.getLeaders())
                    .add("Replicas", b.getReplicas())
                    .add("BrokerEpoch", b.getBrokerEpoch())
                    .add("Incarnation", b.getIncarnation())
                    .add("DirectoryId", b.getDirectoryId())
                    .add("Endpoint", b.getEndpoint())
                    .add("Rack", b.getRack())
                    .add("Tags", Labels.show(new TreeMap<>(b.getTagsMap())))
                    .add("Capacity", b.getCapacity())
                    .add("LastContact", heard(b))
                    .add("LeaseLeft", lease(b))
                    .add("Voter", b.getVoter())
                    .print(out);
            if (reply.getPartitionsCount() > 0) {
                out.println();
                PartitionTable.print(reply.getPartitionsList(), out);
            }
        }
    }

    /** Fences, or takes the fence back. */
    abstract static class SetFence extends ClusterCommand<ChangeReply> {
        private final boolean fenced;

        @Parameters(paramLabel = "ID", description = "The broker's node id.")
        private int id;

        @Option(names = "--reason", paramLabel = "TEXT", defaultValue = "", description = "Why, for the log.")
        private String reason = "";

        @Mixin
        private ChangeArguments change = new ChangeArguments();

        SetFence(boolean fenced) {
            this.fenced = fenced;
        }

        @Override
        ChangeReply ask(ClusterClient client) {
            SetBrokerFenceRequest request = SetBrokerFenceRequest.newBuilder()
                    .setId(id)
                    .setFenced(fenced)
                    .setReason(reason)
                    .setOptions(change.toOptions())
                    .build();
            return client.ask(admin -> admin.setBrokerFence(request));
        }

        @Override
        void print(ChangeReply reply, PrintWriter out) {
            out.println(reply.getMessage());
        }
    }

    @Command(name = "fence", description = "Take all work from a broker until 'unfence'.")
    static final class Fence extends SetFence {
        Fence() {
            super(true);
        }
    }

    @Command(
            name = "unfence",
            description =
                    "Take a fence by hand back, or cut the wait of a broker short that was lost again and again: it joins"
                            + " when it is ready.")
    static final class Unfence extends SetFence {
        Unfence() {
            super(false);
        }
    }

    @Command(
            name = "lift-hold",
            description =
                    "Fence brokers that look dead, however many they are. Fencing is held when too many look dead at"
                            + " once, because the fault is then more likely the controller's; this says that it is not.")
    static final class LiftHold extends ClusterCommand<ChangeReply> {
        @Option(
                names = "--for",
                paramLabel = "DURATION",
                converter = DurationConverter.class,
                defaultValue = "10m",
                description = "For how long, at most a day. Default: ${DEFAULT-VALUE}.")
        private Duration duration = Duration.ofMinutes(10);

        @Option(names = "--end", description = "End an earlier lift now instead.")
        private boolean end;

        @Option(names = "--reason", paramLabel = "TEXT", defaultValue = "", description = "Why, for the log.")
        private String reason = "";

        @Mixin
        private ChangeArguments change = new ChangeArguments();

        @Override
        ChangeReply ask(ClusterClient client) {
            LiftFencingHoldRequest request = LiftFencingHoldRequest.newBuilder()
                    .setDurationMs(end ? 0 : duration.toMillis())
                    .setReason(reason)
                    .setOptions(change.toOptions())
                    .build();
            return client.ask(admin -> admin.liftFencingHold(request));
        }

        @Override
        void print(ChangeReply reply, PrintWriter out) {
            out.println(reply.getMessage());
        }
    }
}
