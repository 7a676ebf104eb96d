package io.muster.testkit.sim;

import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What happened, in words: the last lines, to be shown when a run fails, or every line as it happens. Lines are put into words
 * only when they are shown, so what they hold must not change. Not thread-safe.
 */
final class Trace {
    private static final int KEPT = 400;

    private final EventQueue queue;
    private final @Nullable Consumer<String> out;
    private final long[] atNs = new long[KEPT];
    private final @Nullable Supplier<String>[] lines = newLines();
    private long count;

    /** @param out hears every line; null if only the last ones are wanted */
    Trace(EventQueue queue, @Nullable Consumer<String> out) {
        this.queue = queue;
        this.out = out;
    }

    @SuppressWarnings({"unchecked", "rawtypes"})
    private static @Nullable Supplier<String>[] newLines() {
        return new Supplier[KEPT];
    }

    void add(Supplier<String> line) {
        int at = (int) (count++ % KEPT);
        atNs[at] = queue.nowNs();
        lines[at] = line;
        if (out != null) {
            out.accept(format(at, line));
        }
    }

    private String format(int at, Supplier<String> line) {
        return String.format(Locale.ROOT, "%10.3f s  %s", atNs[at] / 1e9, line.get());
    }

    /** The last lines, oldest first. */
    List<String> lines() {
        return java.util.stream.LongStream.range(Math.max(0, count - KEPT), count)
                .mapToInt(n -> (int) (n % KEPT))
                .mapToObj(at -> {
                    Supplier<String> line = lines[at];
                    return line == null ? "" : format(at, line);
                })
                .toList();
    }
}
