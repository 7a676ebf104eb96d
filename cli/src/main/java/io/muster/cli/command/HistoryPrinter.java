package io.muster.cli.command;

import io.muster.cli.Json;
import io.muster.cli.Times;
import io.muster.rpc.v1.HistoryChange;
import io.muster.rpc.v1.ReadHistoryReply;
import java.io.PrintWriter;
import java.util.Locale;

/** Shows history piece by piece, as it comes. Not thread-safe. */
abstract class HistoryPrinter {
    final PrintWriter out;
    private long shown;
    private long firstOffset;

    HistoryPrinter(PrintWriter out) {
        this.out = out;
    }

    final void piece(ReadHistoryReply piece) {
        firstOffset = piece.getFirstOffset();
        begin(piece);
        for (HistoryChange change : piece.getChangesList()) {
            change(change);
            shown++;
        }
    }

    abstract void begin(ReadHistoryReply piece);

    abstract void change(HistoryChange change);

    /** All is shown. */
    void finish() {
        out.flush();
    }

    /** How much that was, and how far back the log reaches. */
    final String summary(int limit) {
        String reach = firstOffset == 0
                ? "the log is whole, from offset 0 on"
                : "the log is kept from offset " + firstOffset + " on";
        if (shown == 0) {
            return "No change matches; " + reach + ".";
        }
        return shown == limit
                ? "The newest " + limit + " are shown, there may be more (--limit); " + reach + "."
                : shown + (shown == 1 ? " change" : " changes") + "; " + reach + ".";
    }

    /** One change for people: offset, time, kind, actor, sentence; below it what it did to what was asked for. */
    static void line(HistoryChange change, PrintWriter out) {
        var cause = change.getCause();
        out.println(String.format(
                        Locale.ROOT,
                        "%7d  %s  %-17s  %-10s  %s",
                        change.getOffset(),
                        Times.toTheMs(change.getTimestampMs()),
                        cause.getKind(),
                        cause.getActor().isEmpty() ? "-" : cause.getActor(),
                        cause.getSentence())
                .stripTrailing());
        if (change.getEffectsCount() > 0) {
            out.println("         " + String.join(", ", change.getEffectsList()));
        }
    }

    static void heading(PrintWriter out) {
        out.println(String.format(
                Locale.ROOT, "%7s  %-24s  %-17s  %-10s  %s", "OFFSET", "TIME", "KIND", "ACTOR", "SENTENCE"));
    }

    /** For people. */
    static final class AsText extends HistoryPrinter {
        private boolean open;

        AsText(PrintWriter out) {
            super(out);
        }

        @Override
        void begin(ReadHistoryReply piece) {
            if (!open && piece.getChangesCount() > 0) {
                heading(out);
                open = true;
            }
        }

        @Override
        void change(HistoryChange change) {
            line(change, out);
        }
    }

    /** For programs: one object, written as it is read. */
    static final class AsJson extends HistoryPrinter {
        private boolean open;
        private boolean any;

        AsJson(PrintWriter out) {
            super(out);
        }

        @Override
        void begin(ReadHistoryReply piece) {
            if (!open) {
                out.println("{");
                out.println("  \"firstOffset\": \"" + piece.getFirstOffset() + "\",");
                out.println("  \"offset\": \"" + piece.getOffset() + "\",");
                out.print("  \"changes\": [");
                open = true;
            }
        }

        @Override
        void change(HistoryChange change) {
            out.print(any ? ", " : "");
            out.print(Json.of(change));
            any = true;
        }

        @Override
        void finish() {
            if (open) {
                out.println("]");
                out.println("}");
            }
            super.finish();
        }
    }
}
