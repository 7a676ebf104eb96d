package io.muster.cli.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HostPortTest {
    @Test
    void namesAndBothKindsOfAddresses() {
        assertThat(HostPort.parse("node-1.example:9090")).isEqualTo(new HostPort("node-1.example", 9090));
        assertThat(HostPort.parse("10.0.0.1:1")).isEqualTo(new HostPort("10.0.0.1", 1));
        assertThat(HostPort.parse("[::1]:9090")).isEqualTo(new HostPort("::1", 9090));
        assertThat(HostPort.parse("[::1]:9090")).hasToString("[::1]:9090");
    }

    @Test
    void listsMayHaveBlanks() {
        assertThat(HostPort.parseList("a:1, b:2,")).containsExactly(new HostPort("a", 1), new HostPort("b", 2));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "host", "host:", ":1", "host:0", "host:65536", "::1:9090", "host:port"})
    void anythingElseIsRefused(String text) {
        assertThatThrownBy(() -> HostPort.parse(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("HOST:PORT");
    }
}
