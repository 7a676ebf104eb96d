package io.muster.agent.work;

import static org.assertj.core.api.Assertions.assertThat;

import io.muster.agent.Ownership;
import io.muster.agent.Partition;
import io.muster.agent.UnfinishedLead;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LeadMarksTest {
    @TempDir
    private Path dir;

    private static Ownership ownership(int partition, long epoch) {
        return (Ownership) Proxy.newProxyInstance(
                LeadMarksTest.class.getClassLoader(),
                new Class<?>[] {Ownership.class},
                (proxy, method, args) -> switch (method.getName()) {
                    case "partition" -> new Partition("orders", 7, partition);
                    case "epoch" -> epoch;
                    default -> throw new UnsupportedOperationException(method.getName());
                });
    }

    @Test
    void theNextProcessFindsWhatWasUnderWay() {
        Path file = dir.resolve("leads");
        LeadMarks first = LeadMarks.in(file);
        assertThat(first.found()).isEmpty();
        int zero = first.begins(ownership(0, 11));
        first.begins(ownership(1, 12));
        first.ended(zero);
        first.begins(ownership(2, 13));

        // Not closed: the process was killed.
        LeadMarks second = LeadMarks.in(file);
        assertThat(second.found())
                .containsExactlyInAnyOrder(new UnfinishedLead(7, 1, 12), new UnfinishedLead(7, 2, 13));
        second.told();
        assertThat(LeadMarks.in(file).found())
                .as("what was found once is told once")
                .isEmpty();
    }

    @Test
    void whatWasNotToldYetIsFoundAgainAndNewMarksAreKeptApart() {
        Path file = dir.resolve("leads");
        LeadMarks.in(file).begins(ownership(1, 12));
        LeadMarks.in(file).close();

        LeadMarks third = LeadMarks.in(file);
        assertThat(third.found()).containsExactly(new UnfinishedLead(7, 1, 12));
        third.begins(ownership(2, 13));
        third.told();
        assertThat(LeadMarks.in(file).found()).containsExactly(new UnfinishedLead(7, 2, 13));
    }

    @Test
    void aProcessThatEndsOfItsOwnWillLeavesNothing() {
        Path file = dir.resolve("leads");
        LeadMarks marks = LeadMarks.in(file);
        marks.begins(ownership(0, 11));
        marks.close();
        marks.begins(ownership(1, 12));
        assertThat(LeadMarks.in(file).found()).isEmpty();
    }

    @Test
    void moreThanThereIsRoomForGoUnmarked() {
        LeadMarks marks = LeadMarks.inMemory();
        for (int i = 0; i < 3000; i++) {
            marks.ended(marks.begins(ownership(i, i)));
        }
        for (int i = 0; i < 3000; i++) {
            marks.begins(ownership(i, i));
        }
        marks.ended(marks.begins(ownership(1, 1)));
    }

    @Test
    void aDiskWithoutRoomForTheFileCostsTheMarksAndNotTheStart() {
        LeadMarks marks = LeadMarks.in(dir.resolve("leads"), channel -> {
            throw new InternalError("a fault occurred in an unsafe memory access operation");
        });
        marks.ended(marks.begins(ownership(1, 1)));
        assertThat(marks.found()).isEmpty();
    }

    @Test
    void aFileThatCannotBeUsedCostsTheMarksAndNotTheStart() throws Exception {
        Path file = Files.createDirectory(dir.resolve("leads"));
        assertThat(LeadMarks.in(file).found()).isEmpty();
    }
}
