package io.muster.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import org.junit.jupiter.api.Test;

class TableTest {
    private record Row(int id, String name) {}

    @Test
    void numbersAreRightWordsLeftAndNothingIsEmpty() {
        StringWriter text = new StringWriter();
        PrintWriter out = new PrintWriter(text);
        new Table<Row>()
                .number("ID", Row::id)
                .text("NAME", Row::name)
                .text("MORE", r -> "")
                .print(out, List.of(new Row(7, "x".repeat(200)), new Row(123, "b")));
        out.flush();

        List<String> lines = text.toString().lines().toList();
        assertThat(lines).hasSize(3);
        assertThat(lines.get(0)).startsWith(" ID  NAME");
        assertThat(lines.get(1)).startsWith("  7  " + "x".repeat(200)).endsWith("  -");
        assertThat(lines.get(2)).startsWith("123  b ").endsWith("  -");
    }

    @Test
    void factsAreAligned() {
        StringWriter text = new StringWriter();
        PrintWriter out = new PrintWriter(text);
        new Facts().add("Id", 1).add("LongName", "").print(out);
        out.flush();

        assertThat(text.toString().lines()).containsExactly("Id:        1", "LongName:  -");
    }
}
