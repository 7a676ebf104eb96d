package io.muster.controller;

import static org.assertj.core.api.Assertions.assertThat;

import io.muster.controller.decide.Command;
import io.muster.controller.decide.Decision;
import io.muster.error.ErrorCode;
import io.muster.error.MusterException;
import io.muster.log.v1.BrokerState;
import io.muster.log.v1.BrokerStateRecord;
import io.muster.log.v1.CauseKind;
import io.muster.log.v1.LogEntry;
import io.muster.log.v1.Record;
import io.muster.metadata.image.MetadataImage;
import io.muster.metadata.log.memory.Slot;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ControllerCoreTest {
    private final Rig rig = new Rig();

    @Test
    void theFirstControllerBootstraps() {
        rig.lead();

        assertThat(rig.log.image().clusterId()).isEqualTo(Rig.CLUSTER);
        assertThat(rig.log.image().nextOffset()).isEqualTo(1);
        assertThat(rig.unit.core().isActive()).isTrue();
    }

    @Test
    void aLoneCommandIsAppendedAtOnceAndAnsweredWhenApplied() {
        rig.lead();
        CompletableFuture<Long> answer = rig.submit(new Note("a"));

        rig.loop();
        assertThat(rig.quorum.tailLength()).isOne();
        assertThat(answer).isNotDone();

        rig.settle();
        assertThat(answer).isCompletedWithValue(1L);
    }

    @Test
    void whatQueuesUpWhileEntriesAreUnderWayBecomesTheNextEntry() {
        rig.lead();
        int inFlight = ControllerSettings.DEFAULTS.entriesInFlightMax();
        List<CompletableFuture<Long>> answers = new ArrayList<>();
        for (int i = 0; i < inFlight; i++) {
            answers.add(rig.submit(new Note("early-" + i)));
            rig.loop();
        }
        IntStream.range(0, 100).forEach(i -> answers.add(rig.submit(new Note("late-" + i))));
        rig.loop();
        assertThat(rig.quorum.tailLength()).isEqualTo(inFlight);

        int before = rig.quorum.committed().size();
        rig.settle();

        List<Integer> sizes = rig.quorum.committed().subList(before, before + inFlight + 1).stream()
                .map(slot -> slot.entry().getBatchesCount())
                .toList();
        assertThat(sizes).endsWith(100).startsWith(1);
        assertThat(answers).allSatisfy(a -> assertThat(a).isCompleted());
        assertThat(answers.stream().map(CompletableFuture::join))
                .doesNotHaveDuplicates()
                .isSorted();
    }

    @Test
    void anEmptyDecisionWaitsForWhatItRestsOn() {
        rig.lead();
        CompletableFuture<Long> first = rig.submit(new Note("a"));
        CompletableFuture<Long> same = rig.submit(new Note("a"));
        rig.loop();
        assertThat(first).isNotDone();
        assertThat(same).isNotDone();

        rig.settle();
        assertThat(same).isCompletedWithValue(-1L);
    }

    @Test
    void aRefusalChangesNothingAndWaitsForWhatItRestsOn() {
        rig.lead();
        CompletableFuture<Long> change = rig.submit(new Note("a"));
        CompletableFuture<Long> refused = rig.submit(refusing());
        rig.loop();
        assertThat(refused).isNotDone();

        rig.settle();
        assertThat(change).isCompleted();
        assertThat(Rig.codeOf(refused)).isEqualTo(ErrorCode.NOT_FOUND);
        assertThat(rig.log.image().nextOffset()).isEqualTo(2);
    }

    @Test
    void aPoisonDecisionCostsOnlyItsCaller() {
        rig.lead();
        CompletableFuture<Long> throwing = rig.submit(command("throwing", image -> {
            throw new IllegalStateException("a defect");
        }));
        CompletableFuture<Long> breaking = rig.submit(command(
                "breaking",
                image -> new Decision<>(
                        Decision.cause(CauseKind.OPERATOR, "t", "breaks an invariant"),
                        List.of(Record.newBuilder()
                                .setBrokerState(BrokerStateRecord.newBuilder()
                                        .setBrokerId(77)
                                        .setBrokerEpoch(5)
                                        .setState(BrokerState.UNFENCED))
                                .build()),
                        offset -> offset)));
        CompletableFuture<Long> fine = rig.submit(new Note("a"));

        rig.settle();

        assertThat(Rig.codeOf(throwing)).isEqualTo(ErrorCode.INTERNAL);
        assertThat(Rig.codeOf(breaking)).isEqualTo(ErrorCode.INTERNAL);
        assertThat(fine).isCompletedWithValue(1L);
        assertThat(rig.unit.core().isActive()).isTrue();
    }

    @Test
    void aChangeTooLargeForTheLogIsRefused() {
        rig.lead();
        CompletableFuture<Long> large = rig.submit(new Note("x".repeat(4_000_000)));
        rig.settle();

        assertThat(Rig.codeOf(large)).isEqualTo(ErrorCode.INVALID_ARGUMENT);
        assertThat(rig.log.image().nextOffset()).isEqualTo(1);
    }

    @Test
    void aboveTheLimitCommandsAreRefused() {
        rig.lead();
        int limit = ControllerSettings.DEFAULTS.maxQueue();
        rig.loopStalled = true;
        List<CompletableFuture<Long>> answers = new ArrayList<>();
        for (int i = 0; i < limit + 5; i++) {
            answers.add(rig.submit(new Note("n" + i)));
        }
        assertThat(answers.subList(limit, limit + 5))
                .allSatisfy(a -> assertThat(Rig.codeOf(a)).isEqualTo(ErrorCode.OVERLOADED));

        rig.loopStalled = false;
        rig.settle();
        assertThat(answers.subList(0, limit)).allSatisfy(a -> assertThat(a).isCompleted());
    }

    @Test
    void whoeverIsDeposedTellsItsCallersThatTheOutcomeIsUnknown() {
        rig.lead();
        CompletableFuture<Long> underWay = rig.submit(new Note("req-7"));
        rig.loop();
        CompletableFuture<Long> waiting = rig.submit(new Note("b"));

        rig.quorum.depose(1, "test");
        rig.settle();

        assertThat(Rig.codeOf(underWay)).isEqualTo(ErrorCode.UNKNOWN_OUTCOME);
        assertThat(underWay.handle((v, e) -> e.getMessage()).join()).contains("req-7");
        assertThat(Rig.codeOf(waiting)).isEqualTo(ErrorCode.NOT_CONTROLLER);
        assertThat(Rig.codeOf(rig.submit(new Note("c")))).isEqualTo(ErrorCode.NOT_CONTROLLER);
    }

    @Test
    void aRetryAfterAnUnknownOutcomeIsAnsweredFromTheLog() {
        rig.lead();
        CompletableFuture<Long> underWay = rig.submit(new Note("req-7"));
        rig.loop();
        rig.quorum.elect(1, 1); // the batch survives the election
        rig.quorum.establish();
        rig.quorum.tellEverybody();
        rig.settle();
        assertThat(Rig.codeOf(underWay)).isEqualTo(ErrorCode.UNKNOWN_OUTCOME);

        assertThat(rig.ask(new Note("req-7"))).isEqualTo(-1L);
        assertThat(rig.log.image().nextOffset()).isEqualTo(2);
    }

    @Test
    void anotherBatchAtOurOffsetEndsTheSpeculationAndDecidingGoesOnAfterABarrier() {
        rig.lead();
        MetadataImage before = rig.log.image();
        // A batch of an earlier speculation of this very term surfaces after a new one was decided for the same offset.
        LogEntry stray = LogEntry.newBuilder()
                .setFormatLevel(1)
                .setControllerEpoch(rig.unit.epoch())
                .addBatches(io.muster.log.v1.Batch.newBuilder()
                        .setControllerEpoch(rig.unit.epoch())
                        .setBaseOffset(before.nextOffset())
                        .setTimestampMs(5)
                        .setCause(Decision.cause(CauseKind.OPERATOR, "t", "stray"))
                        .addRecords(
                                new Note("stray").decide(before, 5).records().get(0)))
                .build();
        rig.log.append(stray);
        CompletableFuture<Long> ours = rig.submit(new Note("ours"));
        rig.loop();
        CompletableFuture<Long> behind = rig.submit(refusing());
        rig.loop();

        rig.settle();

        assertThat(Rig.codeOf(ours)).isEqualTo(ErrorCode.UNKNOWN_OUTCOME);
        assertThat(Rig.codeOf(behind)).isEqualTo(ErrorCode.NOT_FOUND);
        assertThat(rig.log.image().answerTo("stray")).isPresent();
        assertThat(rig.ask(new Note("next"))).isEqualTo(2L);
        assertThat(rig.quorum.committed().stream().map(Slot::entry)).anyMatch(e -> e.getBarrierId() != 0);
        assertThat(rig.unit.core().isRecovering()).isFalse();
    }

    @Test
    void commandsWaitWhileTheOutcomeIsInDoubt() {
        rig.lead();
        rig.quorum.hold(1);
        CompletableFuture<Long> held = rig.submit(new Note("held"));
        rig.loop();
        // The same voter is elected again; what was held lands in the next term and does not count.
        rig.quorum.lead(1);
        rig.settle();
        assertThat(Rig.codeOf(held)).isEqualTo(ErrorCode.UNKNOWN_OUTCOME);
        CompletableFuture<Long> next = rig.submit(new Note("next"));
        rig.loop();
        rig.quorum.releaseHeld();
        rig.settle();

        assertThat(next).isCompletedWithValue(1L);
        assertThat(rig.log.image().answerTo("held")).isEmpty();
    }

    private static Command<Long> refusing() {
        return command("refusing", image -> {
            throw new MusterException(ErrorCode.NOT_FOUND, "There is no such thing; ask for another.");
        });
    }

    private static Command<Long> command(
            String name, java.util.function.Function<MetadataImage, Decision<Long>> decide) {
        return new Command<>() {
            @Override
            public String name() {
                return name;
            }

            @Override
            public Decision<Long> decide(MetadataImage image, long wallMs) {
                return decide.apply(image);
            }
        };
    }
}
