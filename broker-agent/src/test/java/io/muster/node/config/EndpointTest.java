package io.muster.node.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EndpointTest {
    @ParameterizedTest
    @ValueSource(strings = {"h:1", "[::1]:9090", "127.0.0.1:65535", ":80"})
    void readsWhatItPrints(String text) {
        assertThat(Endpoint.parse(text)).hasToString(text);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "h", "h:", "h:x", "h:0", "h:65536", "h:-1", "::1:80", "a b:80", "http://h:80"})
    void refusesTheRest(String text) {
        assertThatIllegalArgumentException().isThrownBy(() -> Endpoint.parse(text));
    }

    @Test
    void allInterfacesClashWithEach() {
        assertThat(Endpoint.parse(":80").clashesWith(Endpoint.parse("h:80"))).isTrue();
        assertThat(Endpoint.parse("g:80").clashesWith(Endpoint.parse("h:80"))).isFalse();
        assertThat(Endpoint.parse(":80").clashesWith(Endpoint.parse("h:81"))).isFalse();
    }
}
