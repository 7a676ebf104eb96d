package io.muster.cli.command;

import io.muster.cli.Facts;
import io.muster.cli.Table;
import io.muster.cli.cluster.ClusterClient;
import io.muster.log.v1.OwnershipMode;
import io.muster.log.v1.StateKind;
import io.muster.rpc.v1.ChangeReply;
import io.muster.rpc.v1.CreateResourceReply;
import io.muster.rpc.v1.CreateResourceRequest;
import io.muster.rpc.v1.DeleteResourceRequest;
import io.muster.rpc.v1.DescribeResourceReply;
import io.muster.rpc.v1.DescribeResourceRequest;
import io.muster.rpc.v1.ListResourcesReply;
import io.muster.rpc.v1.ListResourcesRequest;
import io.muster.rpc.v1.ResourceInfo;
import java.io.PrintWriter;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code muster resources}. */
@Command(
        name = "resources",
        description = "Named sets of partitions.",
        subcommands = {
            ResourcesCommand.Create.class,
            ResourcesCommand.ListAll.class,
            ResourcesCommand.Describe.class,
            ResourcesCommand.Delete.class
        })
public final class ResourcesCommand extends GroupCommand {
    /** What "ready" protects, as typed. */
    enum State {
        none(StateKind.STATE_NONE),
        durable(StateKind.STATE_DURABLE);

        private final StateKind kind;

        State(StateKind kind) {
            this.kind = kind;
        }
    }

    /** How owners are kept apart, as typed. */
    enum Ownership {
        leased(OwnershipMode.LEASED),
        fenced(OwnershipMode.TOKEN_FENCED);

        private final OwnershipMode mode;

        Ownership(OwnershipMode mode) {
            this.mode = mode;
        }
    }

    private static String state(ResourceInfo resource) {
        return Labels.show(resource.getStateKind());
    }

    private static String ownership(ResourceInfo resource) {
        return Labels.show(resource.getOwnership());
    }

    private static String count(int n, String what) {
        return n + " " + what + (n == 1 ? "" : "s");
    }

    @Command(name = "create", description = "Create a resource; the controller places its partitions.")
    static final class Create extends ClusterCommand<CreateResourceReply> {
        @Parameters(paramLabel = "NAME", description = "1 to 249 of [a-zA-Z0-9._-].")
        private String name = "";

        @Option(names = "--partitions", paramLabel = "P", required = true, description = "How many partitions.")
        private int partitions;

        @Option(
                names = "--replicas",
                paramLabel = "R",
                required = true,
                description = "How many brokers hold each: one leads, the others stand by.")
        private int replicas;

        @Option(
                names = "--state",
                paramLabel = "none|durable",
                defaultValue = "none",
                description = "durable: only a replica that is ready may lead. Default: ${DEFAULT-VALUE}.")
        private State state = State.none;

        @Option(
                names = "--ownership",
                paramLabel = "leased|fenced",
                defaultValue = "leased",
                description =
                        "fenced: the application's storage checks the leader epoch, so that the old owner's lease "
                                + "need not be waited out. Default: ${DEFAULT-VALUE}.")
        private Ownership ownership = Ownership.leased;

        @Option(
                names = "--tags",
                paramLabel = "KEY=VALUE",
                split = ",",
                description = "Only brokers with these tags may hold it.")
        private Map<String, String> tags = new LinkedHashMap<>();

        @Mixin
        private ChangeArguments change = new ChangeArguments();

        @Override
        CreateResourceReply ask(ClusterClient client) {
            CreateResourceRequest request = CreateResourceRequest.newBuilder()
                    .setName(name)
                    .setPartitions(partitions)
                    .setReplicas(replicas)
                    .setStateKind(state.kind)
                    .setOwnership(ownership.mode)
                    .putAllRequiredTags(tags)
                    .setOptions(change.toOptions())
                    .build();
            return client.ask(admin -> admin.createResource(request));
        }

        @Override
        void print(CreateResourceReply reply, PrintWriter out) {
            ResourceInfo r = reply.getResource();
            out.println((reply.getOffset() < 0 ? "Would create " : "Created ") + r.getName() + " with "
                    + count(r.getPartitions(), "partition") + " of " + count(r.getReplicas(), "replica")
                    + (reply.getOffset() < 0 ? "; nothing was changed." : " at offset " + reply.getOffset() + "."));
        }
    }

    @Command(name = "list", description = "All resources.")
    static final class ListAll extends ClusterCommand<ListResourcesReply> {
        @Override
        ListResourcesReply ask(ClusterClient client) {
            return client.ask(admin -> admin.listResources(ListResourcesRequest.getDefaultInstance()));
        }

        @Override
        void print(ListResourcesReply reply, PrintWriter out) {
            new Table<ResourceInfo>()
                    .text("NAME", ResourceInfo::getName)
                    .number("PARTITIONS", ResourceInfo::getPartitions)
                    .number("REPLICAS", ResourceInfo::getReplicas)
                    .number("LEADERLESS", ResourceInfo::getLeaderless)
                    .number("UNDER-REPLICATED", ResourceInfo::getUnderReplicated)
                    .text("STATE", ResourcesCommand::state)
                    .text("OWNERSHIP", ResourcesCommand::ownership)
                    .print(out, reply.getResourcesList());
        }
    }

    @Command(name = "describe", description = "One resource and its partitions.")
    static final class Describe extends ClusterCommand<DescribeResourceReply> {
        @Parameters(paramLabel = "NAME", description = "The resource.")
        private String name = "";

        @Override
        DescribeResourceReply ask(ClusterClient client) {
            return client.ask(admin -> admin.describeResource(
                    DescribeResourceRequest.newBuilder().setName(name).build()));
        }

        @Override
        void print(DescribeResourceReply reply, PrintWriter out) {
            ResourceInfo r = reply.getResource();
            new Facts()
                    .add("Name", r.getName())
                    .add("ResourceId", r.getResourceId())
                    .add("Partitions", r.getPartitions())
                    .add("Replicas", r.getReplicas())
                    .add("Leaderless", r.getLeaderless())
                    .add("UnderReplicated", r.getUnderReplicated())
                    .add("State", state(r))
                    .add("Ownership", ownership(r))
                    .add("RequiredTags", Labels.show(new TreeMap<>(r.getRequiredTagsMap())))
                    .print(out);
            out.println();
            PartitionTable.print(reply.getPartitionsList(), out);
        }
    }

    @Command(name = "delete", description = "Delete a resource and its partitions.")
    static final class Delete extends ClusterCommand<ChangeReply> {
        @Parameters(paramLabel = "NAME", description = "The resource.")
        private String name = "";

        @Mixin
        private ChangeArguments change = new ChangeArguments();

        @Override
        ChangeReply ask(ClusterClient client) {
            DeleteResourceRequest request = DeleteResourceRequest.newBuilder()
                    .setName(name)
                    .setOptions(change.toOptions())
                    .build();
            return client.ask(admin -> admin.deleteResource(request));
        }

        @Override
        void print(ChangeReply reply, PrintWriter out) {
            out.println(reply.getMessage());
        }
    }
}
