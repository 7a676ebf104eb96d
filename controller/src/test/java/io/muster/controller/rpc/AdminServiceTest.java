package io.muster.controller.rpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.muster.rpc.v1.AdminServiceGrpc;
import io.muster.rpc.v1.ChangeOptions;
import io.muster.rpc.v1.CreateResourceReply;
import io.muster.rpc.v1.CreateResourceRequest;
import io.muster.rpc.v1.DeleteResourceRequest;
import io.muster.rpc.v1.DescribeQuorumReply;
import io.muster.rpc.v1.DescribeQuorumRequest;
import io.muster.rpc.v1.DescribeResourceRequest;
import io.muster.rpc.v1.ListBrokersReply;
import io.muster.rpc.v1.ListBrokersRequest;
import io.muster.rpc.v1.ListPartitionsReply;
import io.muster.rpc.v1.ListPartitionsRequest;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class AdminServiceTest {
    private LocalVoter voter;
    private AdminServiceGrpc.AdminServiceBlockingStub admin;

    @BeforeEach
    void start() throws IOException {
        voter = new LocalVoter(1_000_000);
        admin = AdminServiceGrpc.newBlockingStub(voter.channel);
    }

    @AfterEach
    void stop() {
        voter.close();
    }

    private void lead() {
        voter.on(() -> voter.rig.lead());
        voter.on(() -> voter.rig.join(1));
        voter.on(() -> voter.rig.join(2));
    }

    @Test
    void whoDoesNotLeadRefuses() {
        StatusRuntimeException refused = catchThrowableOfType(
                StatusRuntimeException.class, () -> admin.listBrokers(ListBrokersRequest.getDefaultInstance()));

        assertThat(refused.getStatus().getCode()).isEqualTo(Status.Code.FAILED_PRECONDITION);
        assertThat(refused.getTrailers().get(ErrorMapper.ERROR_CODE)).isEqualTo("NOT_CONTROLLER");
    }

    @Test
    void createListAndDescribe() {
        lead();
        CreateResourceReply created =
                admin.createResource(request("orders", 2500).build());
        assertThat(created.getOffset()).isPositive();

        ListBrokersReply brokers = admin.listBrokers(ListBrokersRequest.getDefaultInstance());
        assertThat(brokers.getBrokersList()).hasSize(2).allSatisfy(b -> {
            assertThat(b.getReplicas()).isPositive();
            assertThat(b.getLastContactMs()).isEqualTo(-1);
        });
        assertThat(brokers.getBrokers(0).getVoter()).isTrue();
        assertThat(brokers.getBrokers(1).getVoter()).isFalse();

        List<ListPartitionsReply> pieces = new ArrayList<>();
        admin.listPartitions(ListPartitionsRequest.getDefaultInstance()).forEachRemaining(pieces::add);
        assertThat(pieces).hasSize(3);
        assertThat(pieces.stream()
                        .mapToInt(ListPartitionsReply::getPartitionsCount)
                        .sum())
                .isEqualTo(2500);
        assertThat(pieces.stream().map(ListPartitionsReply::getOffset).distinct())
                .hasSize(1);

        DescribeQuorumReply quorum = admin.describeQuorum(DescribeQuorumRequest.getDefaultInstance());
        assertThat(quorum.getLeaderId()).isEqualTo(1);
        assertThat(quorum.getHighWatermark()).isEqualTo(voter.rig.log.image().nextOffset());
    }

    @Test
    void aDryRunWritesNothingAndARetryIsAnsweredFromTheLog() {
        lead();
        long before = voter.rig.log.image().nextOffset();
        CreateResourceReply dry = admin.createResource(request("orders", 4)
                .setOptions(ChangeOptions.newBuilder().setDryRun(true))
                .build());
        assertThat(dry.getOffset()).isEqualTo(-1);
        assertThat(voter.rig.log.image().nextOffset()).isEqualTo(before);

        CreateResourceRequest keyed = request("orders", 4)
                .setOptions(ChangeOptions.newBuilder().setRequestId("k1"))
                .build();
        CreateResourceReply first = admin.createResource(keyed);
        assertThat(admin.createResource(keyed)).isEqualTo(first);
        StatusRuntimeException refused = catchThrowableOfType(
                StatusRuntimeException.class,
                () -> admin.createResource(request("orders", 4).build()));
        assertThat(refused.getStatus().getCode()).isEqualTo(Status.Code.ALREADY_EXISTS);
    }

    @Test
    void aStrictReadWaitsForProofThatTheControllerStillLeads() {
        lead();
        ListBrokersRequest strict =
                ListBrokersRequest.newBuilder().setStrict(true).build();
        long barriers = voter.on(() -> voter.rig.unit.liveness().barriers());
        voter.on(() -> voter.rig.nowNs += 1_000_000);

        assertThat(admin.listBrokers(strict).getBrokersList()).hasSize(2);
        List<ListPartitionsReply> pieces = new ArrayList<>();
        admin.listPartitions(ListPartitionsRequest.newBuilder().setStrict(true).build())
                .forEachRemaining(pieces::add);
        assertThat(pieces).hasSize(1);
        assertThat(voter.rig.unit.liveness().barriers()).isGreaterThan(barriers);
    }

    @Test
    void aDeposedControllerAnswersNoStrictRead() {
        lead();
        // it believes that it leads, and what it appends no longer commits
        voter.on(() -> {
            voter.rig.quorum.hold(1);
            return true;
        });
        voter.on(() -> voter.rig.nowNs += 1_000_000);
        assertThat(admin.listBrokers(ListBrokersRequest.getDefaultInstance()).getBrokersList())
                .hasSize(2);

        StatusRuntimeException refused = catchThrowableOfType(
                StatusRuntimeException.class,
                () -> admin.withDeadlineAfter(300, TimeUnit.MILLISECONDS)
                        .listBrokers(
                                ListBrokersRequest.newBuilder().setStrict(true).build()));

        assertThat(refused.getStatus().getCode()).isEqualTo(Status.Code.DEADLINE_EXCEEDED);
    }

    /** Its successor may have done what it refuses: a deletion that is asked for again finds nothing to delete. */
    @Test
    void aDeposedControllerRefusesNothingFromItsOldImage() {
        lead();
        DeleteResourceRequest unknown =
                DeleteResourceRequest.newBuilder().setName("none").build();
        StatusRuntimeException refused =
                catchThrowableOfType(StatusRuntimeException.class, () -> admin.deleteResource(unknown));
        assertThat(refused.getStatus().getCode()).isEqualTo(Status.Code.NOT_FOUND);

        voter.on(() -> {
            voter.rig.quorum.hold(1);
            return true;
        });
        voter.on(() -> voter.rig.nowNs += 1_000_000);
        StatusRuntimeException silent = catchThrowableOfType(
                StatusRuntimeException.class,
                () -> admin.withDeadlineAfter(300, TimeUnit.MILLISECONDS).deleteResource(unknown));

        assertThat(silent.getStatus().getCode()).isEqualTo(Status.Code.DEADLINE_EXCEEDED);
    }

    @Test
    void whatDoesNotExistIsNotFound() {
        lead();
        StatusRuntimeException refused = catchThrowableOfType(
                StatusRuntimeException.class,
                () -> admin.describeResource(
                        DescribeResourceRequest.newBuilder().setName("none").build()));
        assertThat(refused.getStatus().getCode()).isEqualTo(Status.Code.NOT_FOUND);
        assertThat(refused.getStatus().getDescription()).contains("'none'");
    }

    private static CreateResourceRequest.Builder request(String name, int partitions) {
        return CreateResourceRequest.newBuilder()
                .setName(name)
                .setPartitions(partitions)
                .setReplicas(2);
    }
}
