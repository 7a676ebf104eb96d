package io.muster.controller.decide;

import static io.muster.controller.decide.Refusals.assertRefused;
import static org.assertj.core.api.Assertions.assertThat;

import io.muster.error.ErrorCode;
import io.muster.log.v1.CauseKind;
import io.muster.metadata.image.PartitionState;
import io.muster.metadata.record.LogCodec;
import io.muster.rpc.v1.CreateResourceReply;
import io.muster.rpc.v1.CreateResourceRequest;
import io.muster.rpc.v1.DeleteResourceRequest;
import io.muster.rpc.v1.MovePartitionRequest;
import org.junit.jupiter.api.Test;

/** What operators do with resources. */
class ResourceChangesTest {
    private final Decider decider = Decider.cluster(3);

    @Test
    void aNewResourceIsLedAtOnceAndEvenly() {
        CreateResourceReply reply = decider.create("orders", 300, 2);
        assertThat(reply.getOffset()).isEqualTo(decider.image().nextOffset() - 1);
        assertThat(reply.getResource().getResourceId()).isEqualTo(reply.getOffset());
        for (int id = 1; id <= 3; id++) {
            assertThat(decider.leaders(id)).isEqualTo(100);
            assertThat(decider.replicas(id)).isEqualTo(200);
        }
        assertThat(decider.partitions())
                .allMatch(s -> s.isFullyReady() && s.leader() == s.replica(0) && s.leaderEpoch() == reply.getOffset());
        assertThat(decider.sentence()).isEqualTo("Resource orders was created: 300 partitions of 2 replicas");
    }

    @Test
    void namesThatAreNoNamesAreRefused() {
        refuseCreate("", 1, 1, ErrorCode.INVALID_ARGUMENT, "needs a name");
        refuseCreate("x".repeat(10_240), 1, 1, ErrorCode.INVALID_ARGUMENT, "10240 characters", "249");
        refuseCreate("a/b", 1, 1, ErrorCode.INVALID_ARGUMENT, "'a/b'");
        refuseCreate("bad\u0007\u001b[31m", 1, 1, ErrorCode.INVALID_ARGUMENT, "'bad??[31m'");
        refuseCreate("..", 1, 1, ErrorCode.INVALID_ARGUMENT, "'..'");
        assertThat(decider.create("x".repeat(249), 1, 1).getOffset()).isPositive();
    }

    @Test
    void numbersOutsideTheLimitsAreRefusedWithTheLimit() {
        refuseCreate("a", 0, 1, ErrorCode.INVALID_ARGUMENT, "0 partitions", "1000000");
        refuseCreate("a", 1_000_000_000, 1, ErrorCode.INVALID_ARGUMENT, "1000000000 partitions", "1000000");
        refuseCreate("a", 1, 0, ErrorCode.INVALID_ARGUMENT, "0 replicas", "31");
        refuseCreate("a", 1, 32, ErrorCode.INVALID_ARGUMENT, "32 replicas", "31");
        refuseCreate("a", 1, 4, ErrorCode.FAILED_PRECONDITION, "4 replicas", "3 unfenced brokers are there");
        decider.fence(3, CauseKind.PROOF_OF_DEATH);
        refuseCreate("a", 1, 3, ErrorCode.FAILED_PRECONDITION, "2 unfenced brokers", "of 3 registered", "start more");
    }

    @Test
    void whatDoesNotFitOneEntryIsRefusedWithWhatFits() {
        Decider big = Decider.cluster(7);
        assertRefused(
                big,
                new CreateResource(request("big", 1_000_000, 7).build()),
                ErrorCode.INVALID_ARGUMENT,
                "7000020 bytes",
                "498000 partitions fit");
        big.create("half", 498_000, 7);
        assertThat(big.lastBatch().getSerializedSize()).isLessThan(LogCodec.MAX_ENTRY_BYTES);
    }

    @Test
    void aClusterHasALimitOfPartitions() {
        decider.create("a", 1_000_000, 1);
        decider.create("b", 1_000_000, 1);
        refuseCreate("c", 1, 1, ErrorCode.FAILED_PRECONDITION, "2000001", "2000000");
    }

    @Test
    void onlyBrokersWithTheTagsGetIt() {
        decider.join(Decider.record(4).toBuilder().putTags("disk", "ssd").build());
        CreateResourceRequest.Builder tagged = request("fast", 5, 1).putRequiredTags("disk", "ssd");
        decider.run(new CreateResource(tagged.build()));
        assertThat(decider.partitions()).allMatch(s -> s.leader() == 4);
        decider.settle();
        assertThat(decider.leaders(4)).isEqualTo(5);
        assertRefused(
                decider,
                new CreateResource(tagged.setName("other").setReplicas(2).build()),
                ErrorCode.FAILED_PRECONDITION,
                "1 unfenced broker is there with the tags {disk=ssd}");
        decider.fence(4, CauseKind.PROOF_OF_DEATH);
        assertThat(decider.partitions()).allMatch(s -> s.leader() == PartitionState.NONE);
    }

    @Test
    void aNameIsTakenUntilItIsDeleted() {
        decider.create("orders", 3, 2);
        refuseCreate("orders", 3, 2, ErrorCode.ALREADY_EXISTS, "orders exists");
        long epoch = decider.partition("orders", 0).leaderEpoch();
        decider.run(new DeleteResource(
                DeleteResourceRequest.newBuilder().setName("orders").build()));
        assertThat(decider.image().resourceCount()).isZero();
        assertThat(decider.leaders(1)).isZero();
        assertRefused(
                decider,
                new DeleteResource(
                        DeleteResourceRequest.newBuilder().setName("orders").build()),
                ErrorCode.NOT_FOUND,
                "no resource orders");
        decider.create("orders", 3, 2);
        assertThat(decider.partition("orders", 0).leaderEpoch()).isGreaterThan(epoch);
    }

    @Test
    void leadershipMovesToAReadyReplicaThatIsThenPreferred() {
        decider.create("orders", 4, 3);
        PartitionState s = decider.partition("orders", 0);
        int to = s.replica(2);
        assertThat(decider.run(move(0, to)).getMessage())
                .isEqualTo("Broker " + s.leader() + " hands orders/0 over to broker " + to);
        decider.agentsWork();
        PartitionState moved = decider.partition("orders", 0);
        assertThat(moved.leader()).isEqualTo(to);
        assertThat(moved.replica(0)).isEqualTo(to);
        assertThat(decider.run(move(0, to)).getOffset()).isEqualTo(-1);
    }

    @Test
    void leadershipDoesNotMoveWhereItCannot() {
        decider.create("orders", 3, 2);
        PartitionState s = decider.partition("orders", 0);
        int stranger = 6 - s.replica(0) - s.replica(1);
        assertRefused(decider, move(0, stranger), ErrorCode.FAILED_PRECONDITION, "orders/0", "no replica");
        assertRefused(decider, move(0, 99), ErrorCode.NOT_FOUND, "no broker 99");
        assertRefused(decider, move(7, 1), ErrorCode.NOT_FOUND, "partition 7");
        decider.fence(s.replica(1), CauseKind.PROOF_OF_DEATH);
        assertRefused(decider, move(0, s.replica(1)), ErrorCode.FAILED_PRECONDITION, "FENCED");
        decider.run(new UnfenceBroker(s.replica(1), decider.epoch(s.replica(1)), "back"));
        assertRefused(decider, move(0, s.replica(1)), ErrorCode.FAILED_PRECONDITION, "not ready");
    }

    private static MoveLeader move(int partition, int to) {
        return new MoveLeader(MovePartitionRequest.newBuilder()
                .setResource("orders")
                .setPartition(partition)
                .setTo(to)
                .build());
    }

    private static CreateResourceRequest.Builder request(String name, int partitions, int replicas) {
        return CreateResourceRequest.newBuilder()
                .setName(name)
                .setPartitions(partitions)
                .setReplicas(replicas);
    }

    private void refuseCreate(String name, int partitions, int replicas, ErrorCode code, String... facts) {
        assertRefused(
                decider, new CreateResource(request(name, partitions, replicas).build()), code, facts);
    }
}
