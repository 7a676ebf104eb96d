package io.muster.metadata.log.ratis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.muster.error.MusterException;
import java.util.List;
import org.junit.jupiter.api.Test;

class VoterTest {
    @Test
    void listIsReadAndWritten() {
        assertThat(Voter.parseAll("1@a.example:7071, 2@[::1]:7072"))
                .containsExactly(new Voter(1, "a.example", 7071), new Voter(2, "::1", 7072))
                .extracting(Voter::toString)
                .containsExactly("1@a.example:7071", "2@[::1]:7072");
        assertThat(Voter.parseAll("")).isEmpty();
    }

    @Test
    void whatIsNoVoterIsNamed() {
        for (String bad : List.of(
                "a:1", "1@a", "@a:1", "1@:1", "x@a:1", "1@a:0", "1@a:70000", "-1@a:1", "1@a:1,1@b:2", "1@a:1,2@a:1")) {
            assertThatThrownBy(() -> Voter.parseAll(bad)).isInstanceOf(MusterException.class);
        }
    }

    @Test
    void settingsRefuseWhatCannotWork() {
        QuorumSettings good = QuorumSettings.of(List.of(new Voter(1, "a", 1)), "", 1);
        assertThat(good.voter(1).host()).isEqualTo("a");
        assertThatThrownBy(() -> good.voter(2)).hasMessageContaining("controller.quorum.voters");
        assertThatThrownBy(() -> good.withElectionTimeoutMs(500, 500)).hasMessageContaining("election timeout");
        assertThatThrownBy(() -> QuorumSettings.of(List.of(), "", 1)).hasMessageContaining("empty");
    }
}
