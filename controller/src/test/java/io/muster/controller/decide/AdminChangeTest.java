package io.muster.controller.decide;

import static io.muster.controller.decide.Refusals.assertRefused;
import static org.assertj.core.api.Assertions.assertThat;

import io.muster.error.ErrorCode;
import io.muster.rpc.v1.ChangeOptions;
import io.muster.rpc.v1.ChangeReply;
import io.muster.rpc.v1.CreateResourceReply;
import io.muster.rpc.v1.CreateResourceRequest;
import io.muster.rpc.v1.DeleteResourceRequest;
import io.muster.rpc.v1.SetBrokerFenceRequest;
import org.junit.jupiter.api.Test;

class AdminChangeTest {
    private final Decider decider = Decider.cluster(3);

    @Test
    void aRetryGetsTheSameReplyAndChangesNothing() {
        ChangeOptions options =
                ChangeOptions.newBuilder().setRequestId("r-1").setActor("ann").build();
        CreateResourceReply first = decider.run(create(options));
        assertThat(decider.lastBatch().getCause().getActor()).isEqualTo("ann");
        assertThat(decider.lastBatch().getCause().getRequestId()).isEqualTo("r-1");
        long after = decider.image().nextOffset();
        assertThat(decider.run(create(options))).isEqualTo(first);
        assertThat(decider.image().nextOffset()).isEqualTo(after);
    }

    @Test
    void aKeyIsForOneKindOfRequest() {
        ChangeOptions options = ChangeOptions.newBuilder().setRequestId("r-1").build();
        decider.run(create(options));
        assertRefused(
                decider,
                new AdminChange<>(
                        new DeleteResource(DeleteResourceRequest.newBuilder()
                                .setName("orders")
                                .build()),
                        options,
                        ChangeReply.class),
                ErrorCode.INVALID_ARGUMENT,
                "r-1",
                "new id");
    }

    @Test
    void aDryRunAnswersAndWritesNothing() {
        long before = decider.image().nextOffset();
        CreateResourceReply reply = decider.run(create(
                ChangeOptions.newBuilder().setDryRun(true).setRequestId("r-2").build()));
        assertThat(reply.getOffset()).isEqualTo(-1);
        assertThat(reply.getResource().getPartitions()).isEqualTo(3);
        assertThat(decider.image().nextOffset()).isEqualTo(before);
        assertThat(decider.image().answerTo("r-2")).isEmpty();
    }

    @Test
    void anotherOffsetThanExpectedIsRefused() {
        long now = decider.image().nextOffset();
        assertRefused(
                decider,
                create(ChangeOptions.newBuilder().setExpectedOffset(now - 1).build()),
                ErrorCode.FAILED_PRECONDITION,
                "offset " + (now - 1),
                "" + now);
        decider.run(create(ChangeOptions.newBuilder().setExpectedOffset(now).build()));
    }

    @Test
    void keysHaveALimit() {
        assertRefused(
                decider,
                create(ChangeOptions.newBuilder().setRequestId("x".repeat(201)).build()),
                ErrorCode.INVALID_ARGUMENT,
                "201",
                "200");
    }

    @Test
    void anOperatorsFenceHoldsUntilItIsTakenBack() {
        decider.create("orders", 9, 2);
        ChangeReply fenced = decider.run(new SetFence(SetBrokerFenceRequest.newBuilder()
                .setId(1)
                .setFenced(true)
                .setReason("disk check.")
                .build()));
        assertThat(fenced.getMessage())
                .isEqualTo("Broker 1 was fenced: an operator asked, disk check; 3 partitions to be handed over");
        assertThat(decider.run(new UnfenceBroker(1, decider.epoch(1), "ready"))).isFalse();
        decider.settle();
        assertThat(decider.leaders(1)).isZero();
        decider.run(new SetFence(SetBrokerFenceRequest.newBuilder().setId(1).build()));
        assertThat(decider.run(new UnfenceBroker(1, decider.epoch(1), "ready"))).isTrue();
        decider.settle();
        assertThat(decider.leaders(1)).isEqualTo(3);
        assertRefused(
                decider,
                new SetFence(SetBrokerFenceRequest.newBuilder()
                        .setId(9)
                        .setFenced(true)
                        .build()),
                ErrorCode.NOT_FOUND,
                "no broker 9");
    }

    private static AdminChange<CreateResourceReply> create(ChangeOptions options) {
        CreateResourceRequest request = CreateResourceRequest.newBuilder()
                .setName("orders")
                .setPartitions(3)
                .setReplicas(2)
                .build();
        return new AdminChange<>(new CreateResource(request), options, CreateResourceReply.class);
    }
}
