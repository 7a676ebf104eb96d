package io.muster.testkit.sim;

import static org.assertj.core.api.Assertions.assertThat;

import io.muster.controller.decide.AdminChange;
import io.muster.controller.decide.Command;
import io.muster.controller.decide.Decision;
import io.muster.log.v1.Cause;
import io.muster.metadata.image.MetadataImage;
import io.muster.rpc.v1.ChangeOptions;
import io.muster.rpc.v1.ChangeReply;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the simulator found once stays found: one test for each bug. */
class SimulatorFindingsTest {
    /** Seeds that failed at some time, with five minutes each: a move asked twice was acknowledged at an offset never written. */
    @ParameterizedTest
    @ValueSource(longs = {1, 4, 9, 15, 34, 39, 108})
    void seedsThatOnceFailed(long seed) {
        assertThat(new Simulation(seed, PlantedBugs.NONE).run(5).offsets()).isPositive();
    }

    /** A fence of an earlier round was asked again in the next one and never taken back: the simulator's own operator. */
    @Test
    void aFenceByHandIsTakenBackWhicheverRoundItLandsIn() {
        assertThat(new Simulation(266, PlantedBugs.NONE).run(15).offsets()).isPositive();
    }

    @Test
    void aChangeThatHasNothingToWriteClaimsNoOffset() {
        Command<ChangeReply> nothingToDo = new Command<>() {
            @Override
            public String name() {
                return "nothing-to-do";
            }

            @Override
            public Decision<ChangeReply> decide(MetadataImage image, long wallMs) {
                return new Decision<>(
                        Cause.getDefaultInstance(),
                        List.of(),
                        offset -> ChangeReply.newBuilder().setOffset(offset).build());
            }
        };
        Decision<ChangeReply> decision = new AdminChange<>(
                        nothingToDo,
                        ChangeOptions.newBuilder().setRequestId("r1").build(),
                        ChangeReply.class)
                .decide(MetadataImage.EMPTY, 0);
        assertThat(decision.reply().apply(7).getOffset()).isEqualTo(-1);
    }
}
