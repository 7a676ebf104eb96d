package io.muster.cli.command;

import io.muster.cli.Facts;
import io.muster.cli.Table;
import io.muster.cli.cluster.ClusterClient;
import io.muster.rpc.v1.DescribeQuorumReply;
import io.muster.rpc.v1.DescribeQuorumRequest;
import io.muster.rpc.v1.Voter;
import java.io.PrintWriter;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;

/** {@code muster quorum}: names as kafka-metadata-quorum prints them, so that habits and greps carry over. */
@Command(
        name = "quorum",
        description = "The voters and the metadata log.",
        subcommands = {QuorumCommand.Status.class, QuorumCommand.Replication.class})
public final class QuorumCommand extends GroupCommand {
    private static DescribeQuorumReply describe(ClusterClient client) {
        return client.ask(admin -> admin.describeQuorum(DescribeQuorumRequest.getDefaultInstance()));
    }

    @Command(name = "status", description = "Who leads, how far the log is, who votes.")
    static final class Status extends ClusterCommand<DescribeQuorumReply> {
        @Override
        DescribeQuorumReply ask(ClusterClient client) {
            return describe(client);
        }

        @Override
        void print(DescribeQuorumReply reply, PrintWriter out) {
            new Facts()
                    .add("ClusterId", reply.getClusterId())
                    .add("LeaderId", reply.getLeaderId())
                    .add("LeaderEpoch", reply.getLeaderEpoch())
                    .add("HighWatermark", reply.getHighWatermark())
                    .add("MaxFollowerLag", reply.getMaxFollowerLag())
                    .add("MaxFollowerLagTimeMs", reply.getMaxFollowerLagTimeMs())
                    .add(
                            "CurrentVoters",
                            reply.getCurrentVotersList().stream()
                                    .map(v -> v.getNodeId() + "@" + v.getEndpoint())
                                    .collect(Collectors.joining(",")))
                    .print(out);
        }
    }

    @Command(name = "replication", description = "How far each voter is.")
    static final class Replication extends ClusterCommand<DescribeQuorumReply> {
        @Override
        DescribeQuorumReply ask(ClusterClient client) {
            return describe(client);
        }

        @Override
        void print(DescribeQuorumReply reply, PrintWriter out) {
            new Table<Voter>()
                    .number("NodeId", Voter::getNodeId)
                    .text("DirectoryId", Voter::getDirectoryId)
                    .number("LogEndOffset", Voter::getLogEndOffset)
                    .number("Lag", Voter::getLag)
                    .number("LastCaughtUpMs", Voter::getLastCaughtUpMs)
                    .text("Status", Voter::getStatus)
                    .text("Endpoint", Voter::getEndpoint)
                    .print(out, reply.getCurrentVotersList());
        }
    }
}
