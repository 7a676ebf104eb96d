package io.muster.cli.command;

import io.muster.cli.cluster.ClusterClient;
import io.muster.rpc.v1.ChangeReply;
import io.muster.rpc.v1.ListPartitionsReply;
import io.muster.rpc.v1.ListPartitionsRequest;
import io.muster.rpc.v1.MovePartitionRequest;
import java.io.PrintWriter;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.TypeConversionException;

/** {@code muster partitions}. */
@Command(
        name = "partitions",
        description = "The units of work: who leads them, who stands by.",
        subcommands = {PartitionsCommand.ListSome.class, PartitionsCommand.Move.class})
public final class PartitionsCommand extends GroupCommand {
    @Command(name = "list", description = "Partitions, all or some.")
    static final class ListSome extends ClusterCommand<ListPartitionsReply> {
        @Option(names = "--resource", paramLabel = "NAME", description = "Only of this resource.")
        private @Nullable String resource;

        @Option(names = "--broker", paramLabel = "ID", description = "Only with a replica on this broker.")
        private @Nullable Integer broker;

        @Option(names = "--leaderless", description = "Only those that nobody leads.")
        private boolean leaderless;

        @Override
        ListPartitionsReply ask(ClusterClient client) {
            ListPartitionsRequest.Builder request =
                    ListPartitionsRequest.newBuilder().setLeaderless(leaderless);
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

    /** "orders/3". */
    record Name(String resource, int partition) {}

    static final class NameConverter implements ITypeConverter<Name> {
        @Override
        public Name convert(String value) {
            int slash = value.lastIndexOf('/');
            String number = value.substring(slash + 1);
            if (slash <= 0 || !number.matches("\\d{1,9}")) {
                throw new TypeConversionException(
                        "'" + value + "' is no partition: write RESOURCE/NUMBER, as in orders/3");
            }
            return new Name(value.substring(0, slash), Integer.parseInt(number));
        }
    }

    @Command(name = "move", description = "Hand the leadership of a partition to another of its replicas.")
    static final class Move extends ClusterCommand<ChangeReply> {
        @Parameters(
                paramLabel = "RESOURCE/NUMBER",
                converter = NameConverter.class,
                description = "The partition, as in orders/3.")
        private Name name = new Name("", 0);

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
}
