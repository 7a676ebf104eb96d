package io.muster.controller.rpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.muster.log.v1.CauseKind;
import io.muster.rpc.v1.AdminServiceGrpc;
import io.muster.rpc.v1.AdminServiceGrpc.AdminServiceBlockingStub;
import io.muster.rpc.v1.ChangeOptions;
import io.muster.rpc.v1.CreateResourceRequest;
import io.muster.rpc.v1.DeleteResourceRequest;
import io.muster.rpc.v1.DescribePartitionReply;
import io.muster.rpc.v1.DescribePartitionRequest;
import io.muster.rpc.v1.HistoryChange;
import io.muster.rpc.v1.ReadHistoryReply;
import io.muster.rpc.v1.ReadHistoryRequest;
import io.muster.rpc.v1.SetBrokerFenceRequest;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class HistoryTest {
    private LocalVoter voter;
    private AdminServiceBlockingStub admin;

    @BeforeEach
    void start() throws IOException {
        voter = new LocalVoter(1_000_000);
        admin = AdminServiceGrpc.newBlockingStub(voter.channel);
        voter.on(() -> voter.rig.lead());
        voter.on(() -> voter.rig.join(1));
        voter.on(() -> voter.rig.join(2));
        create("orders", 4);
    }

    @AfterEach
    void stop() {
        voter.close();
    }

    private void create(String name, int partitions) {
        admin.createResource(CreateResourceRequest.newBuilder()
                .setName(name)
                .setPartitions(partitions)
                .setReplicas(2)
                .setOptions(ChangeOptions.newBuilder().setActor("ada"))
                .build());
    }

    private void fence(int broker, boolean fenced) {
        admin.setBrokerFence(SetBrokerFenceRequest.newBuilder()
                .setId(broker)
                .setFenced(fenced)
                .setReason("the disk is being replaced")
                .setOptions(ChangeOptions.newBuilder().setActor("ada"))
                .build());
    }

    private List<HistoryChange> read(ReadHistoryRequest.Builder request) {
        List<HistoryChange> all = new ArrayList<>();
        pieces(request).forEach(piece -> all.addAll(piece.getChangesList()));
        return all;
    }

    private List<ReadHistoryReply> pieces(ReadHistoryRequest.Builder request) {
        return voter.still(() -> {
            List<ReadHistoryReply> pieces = new ArrayList<>();
            admin.readHistory(request.build()).forEachRemaining(pieces::add);
            return pieces;
        });
    }

    private StatusRuntimeException refused(ReadHistoryRequest.Builder request) {
        return catchThrowableOfType(StatusRuntimeException.class, () -> read(request));
    }

    private static ReadHistoryRequest.Builder all() {
        return ReadHistoryRequest.newBuilder();
    }

    @Test
    void everyDecisionIsToldWithItsCause() {
        long next = voter.rig.log.image().nextOffset();
        List<HistoryChange> changes = read(all());

        assertThat(changes).hasSize((int) next);
        assertThat(changes.get(0).getCause().getKind()).isEqualTo(CauseKind.BOOTSTRAP);
        HistoryChange created = changes.get(changes.size() - 1);
        assertThat(created.getCause().getActor()).isEqualTo("ada");
        assertThat(created.getCause().getSentence()).contains("orders");
        assertThat(created.getPartitionsChanged()).isEqualTo(4);
        assertThat(created.getEffectsList()).isEmpty();
    }

    @Test
    void aBrokersHistoryIsItsStateAndTheWorkThatItGainedAndLost() {
        fence(2, true);
        List<HistoryChange> changes = read(all().setBroker(2));

        assertThat(changes.get(0).getEffects(0)).startsWith("registered with broker epoch");
        assertThat(changes.get(1).getEffectsList()).containsExactly("FENCED -> UNFENCED");
        assertThat(changes.get(2).getEffectsList())
                .contains("leads 2 partitions more", "holds replicas of 4 partitions more");
        assertThat(changes.get(3).getEffectsList()).contains("UNFENCED -> FENCED", "leads 2 partitions fewer");
        assertThat(read(all().setBroker(1)))
                .as("broker 1 gained what broker 2 lost")
                .last()
                .satisfies(change -> assertThat(change.getEffectsList()).anyMatch(e -> e.startsWith("leads ")));
    }

    @Test
    void aPartitionsHistorySaysWhatChanged() {
        int led = voter.rig.log.image().resource("orders").orElseThrow().firstSlot();
        int leader = voter.rig.log.image().partitionAt(led).leader();
        fence(leader, true);
        List<HistoryChange> changes = read(all().setResource("orders").setPartition(0));

        assertThat(changes.get(0).getEffectsList()).contains("created", "leader " + leader);
        assertThat(String.join(", ", changes.get(1).getEffectsList()))
                .contains("leader " + leader + " -> ")
                .contains("ready ");
    }

    @Test
    void aResourceThatWasCreatedAgainShowsBothItsLives() {
        admin.deleteResource(
                DeleteResourceRequest.newBuilder().setName("orders").build());
        create("orders", 6);

        List<HistoryChange> whole = read(all().setResource("orders"));
        assertThat(whole.stream().flatMap(c -> c.getEffectsList().stream()))
                .containsSubsequence(
                        "created with 4 partitions of 2 replicas",
                        "deleted with 4 partitions",
                        "created with 6 partitions of 2 replicas");
        assertThat(read(all().setResource("orders").setPartition(3)).stream().map(c -> c.getEffects(0)))
                .contains("created", "deleted")
                .endsWith("created");
        assertThat(read(all().setResource("orders").setPartition(5))).hasSize(1);
    }

    @Test
    void theNewestAreKeptWhenThereIsALimit() {
        List<HistoryChange> everything = read(all());
        assertThat(read(all().setLimit(2))).isEqualTo(everything.subList(everything.size() - 2, everything.size()));
        assertThat(read(all().setFromOffset(everything.size() - 1))).hasSize(1);
        assertThat(read(all().setSinceMs(Long.MAX_VALUE))).isEmpty();
    }

    @Test
    void aLongHistoryComesInPieces() {
        for (int i = 0; i < 150; i++) {
            fence(2, true);
            fence(2, false);
            voter.on(() -> voter.rig.join(2));
        }
        List<ReadHistoryReply> pieces = pieces(all());
        assertThat(pieces).hasSizeGreaterThan(1).allSatisfy(piece -> {
            assertThat(piece.getChangesCount()).isBetween(1, RpcLimits.CHANGES_PER_PIECE);
            assertThat(piece.getOffset()).isEqualTo(voter.rig.log.image().nextOffset());
        });
        assertThat(pieces.stream().mapToInt(ReadHistoryReply::getChangesCount).sum())
                .isEqualTo((int) voter.rig.log.image().nextOffset());
    }

    @Test
    void aNameThatNobodyKnowsIsNotAnEmptyAnswer() {
        assertThat(refused(all().setBroker(9)).getStatus().getCode()).isEqualTo(Status.Code.NOT_FOUND);
        assertThat(refused(all().setResource("none")).getStatus().getDescription())
                .contains("There is no resource 'none'")
                .contains("kept from offset 0");
        assertThat(refused(all().setResource("orders").setPartition(4))
                        .getStatus()
                        .getDescription())
                .isEqualTo("There is no partition orders/4; orders has partitions 0 to 3.");
    }

    @Test
    void whatMakesNoSenseIsRefused() {
        assertThat(refused(all().setPartition(1)).getStatus().getCode()).isEqualTo(Status.Code.INVALID_ARGUMENT);
        assertThat(refused(all().setFromOffset(-1)).getStatus().getCode()).isEqualTo(Status.Code.INVALID_ARGUMENT);
        assertThat(refused(all().setLimit(10_001)).getStatus().getDescription()).contains("10000");
    }

    @Test
    void aDescribedPartitionCarriesItsLastChanges() {
        int leader = describe(1, 5).getLeader().getId();
        assertThat(describe(1, 5).getPartition().getLeader()).isEqualTo(leader);
        assertThat(describe(1, 5).getPartition().getReplicasList()).containsExactlyInAnyOrder(1, 2);
        fence(leader, true);

        List<HistoryChange> every = read(all().setResource("orders").setPartition(1));
        assertThat(every).hasSizeGreaterThan(1);
        assertThat(describe(1, 1).getChangesList()).isEqualTo(every.subList(every.size() - 1, every.size()));
        assertThat(describe(1, 5).getChangesList()).isEqualTo(every);
        assertThat(describe(1, 0).getChangesList()).isEmpty();
    }

    private DescribePartitionReply describe(int partition, int changes) {
        return voter.still(() -> admin.describePartition(DescribePartitionRequest.newBuilder()
                .setResource("orders")
                .setPartition(partition)
                .setChanges(changes)
                .build()));
    }
}
