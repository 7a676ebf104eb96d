package io.muster.cli;

import com.github.freva.asciitable.AsciiTable;
import com.github.freva.asciitable.Column;
import com.github.freva.asciitable.ColumnData;
import com.github.freva.asciitable.HorizontalAlign;
import com.github.freva.asciitable.OverflowBehaviour;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.function.Function;

/**
 * A table of plain text: a heading, then a line per row, two blanks between columns, no borders and no colours, so that it
 * reads well and cuts well. Not thread-safe.
 *
 * @param <T> what a row shows
 */
public final class Table<T> {
    private static final int UNLIMITED = Integer.MAX_VALUE;

    private final List<ColumnData<T>> columns = new ArrayList<>();

    /** A column of words, aligned left. */
    public Table<T> text(String heading, Function<T, Object> value) {
        return column(heading, HorizontalAlign.LEFT, value);
    }

    /** A column of numbers, aligned right. */
    public Table<T> number(String heading, Function<T, Object> value) {
        return column(heading, HorizontalAlign.RIGHT, value);
    }

    private Table<T> column(String heading, HorizontalAlign align, Function<T, Object> value) {
        columns.add(new Column()
                .header(heading)
                .headerAlign(align)
                .dataAlign(align)
                .maxWidth(UNLIMITED, OverflowBehaviour.CLIP_RIGHT)
                .with(row -> cell(value.apply(row))));
        return this;
    }

    private static String cell(Object value) {
        String text = value.toString();
        return text.isEmpty() ? "-" : text;
    }

    public void print(PrintWriter out, Collection<T> rows) {
        AsciiTable.builder()
                .border(AsciiTable.NO_BORDERS)
                .lineSeparator("\n")
                .data(rows, columns)
                .asString()
                .lines()
                .map(line -> line.startsWith(" ") ? line.substring(1).stripTrailing() : line.stripTrailing())
                .filter(line -> !line.isEmpty())
                .forEach(out::println);
    }
}
