package io.muster.it.lab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.muster.it.lab.NetworkLab.Direction;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The lab does what it says, seen by packets. */
class NetworkLabIT {
    private static final int CLOSED_PORT = 9;
    private static final int REFUSED = 1;
    private static final int NO_ANSWER = 124;

    private NetworkLab lab;

    @BeforeEach
    void create() {
        String impossible = NetworkLab.impossible().orElse("");
        Skip.unless(impossible.isEmpty(), impossible);
        lab = NetworkLab.create(3);
    }

    @AfterEach
    void close() {
        if (lab != null) {
            lab.close();
        }
    }

    private Shell.Result in(int node, String script) {
        List<String> command = new ArrayList<>(lab.launcher(node));
        command.addAll(List.of("timeout", "1", "bash", "-c", script));
        return Shell.attempt(command);
    }

    /** A closed port answers at once, if anything answers. */
    private int knock(int from, int to) {
        return in(from, "exec 2>/dev/null 3<>/dev/tcp/" + lab.address(to) + "/" + CLOSED_PORT)
                .exitCode();
    }

    @Test
    void everyNodeReachesEveryOther() {
        for (int from = 1; from <= 3; from++) {
            for (int to = 1; to <= 3; to++) {
                assertThat(knock(from, to)).as(from + " to " + to).isEqualTo(REFUSED);
            }
        }
    }

    @Test
    void aCutPairHearsNothingAndTheOthersHearAll() {
        lab.cut(new Direction(1, 2));
        assertThat(knock(1, 2)).isEqualTo(NO_ANSWER);
        assertThat(knock(2, 1)).as("the answer is what is cut").isEqualTo(NO_ANSWER);
        assertThat(knock(1, 3)).isEqualTo(REFUSED);
        assertThat(knock(3, 2)).isEqualTo(REFUSED);

        lab.cut(new Direction(1, 2));
        lab.heal(new Direction(1, 2));
        assertThat(knock(1, 2)).as("cut twice, healed once").isEqualTo(NO_ANSWER);
        lab.heal(new Direction(1, 2));
        assertThat(knock(1, 2)).isEqualTo(REFUSED);
        assertThatThrownBy(() -> lab.heal(new Direction(1, 2))).hasMessageContaining("is not cut");
    }

    @Test
    void aCutIsOneWay() throws IOException {
        try (DatagramSocket socket = new DatagramSocket(new InetSocketAddress(lab.address(0), 0))) {
            socket.setSoTimeout(500);
            lab.cut(new Direction(0, 1));
            assertThat(arrives(socket)).isTrue();
            lab.heal(new Direction(0, 1));

            lab.cut(new Direction(1, 0));
            assertThat(arrives(socket)).isFalse();
            lab.heal(new Direction(1, 0));
            assertThat(arrives(socket)).isTrue();
        }
    }

    private boolean arrives(DatagramSocket socket) throws IOException {
        in(1, "echo hello >/dev/udp/" + lab.address(0) + "/" + socket.getLocalPort());
        try {
            socket.receive(new DatagramPacket(new byte[16], 16));
            return true;
        } catch (SocketTimeoutException e) {
            return false;
        }
    }

    @Test
    void whatAProcessThatIsGoneHasLeftBehindIsRemoved() throws Exception {
        Process gone = new ProcessBuilder("true").start();
        gone.waitFor();
        String leftover = "mlab-" + gone.pid() + "-1-n1";
        Shell.run("ip netns add " + leftover);
        String own = "mlab-" + ProcessHandle.current().pid() + "-999-n1";
        Shell.run("ip netns add " + own);
        try (NetworkLab second = NetworkLab.create(1)) {
            assertThat(Shell.run("ip netns list")).doesNotContain(leftover).contains(own);
            assertThat(second.address(1)).isNotEqualTo(lab.address(1));
        } finally {
            Shell.run("ip netns del " + own);
        }
    }
}
