package io.muster.cli;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonElement;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.MessageOrBuilder;
import com.google.protobuf.util.JsonFormat;

/** How JSON is printed: protobuf messages as protobuf's own JSON with every default, everything else in the same style. */
public final class Json {
    private static final JsonFormat.Printer MESSAGES =
            JsonFormat.printer().alwaysPrintFieldsWithNoPresence().sortingMapKeys();
    private static final JsonFormat.Printer COMPACT =
            JsonFormat.printer().omittingInsignificantWhitespace().sortingMapKeys();
    private static final Gson OTHER = new GsonBuilder()
            .setPrettyPrinting()
            .serializeNulls()
            .disableHtmlEscaping()
            .create();

    private Json() {}

    public static String of(MessageOrBuilder message) {
        try {
            return MESSAGES.print(message);
        } catch (InvalidProtocolBufferException e) {
            throw new IllegalArgumentException("a reply that JSON cannot show: " + e.getMessage(), e);
        }
    }

    /** One message on one line, without defaults. */
    public static String compact(MessageOrBuilder message) {
        try {
            return COMPACT.print(message);
        } catch (InvalidProtocolBufferException e) {
            throw new IllegalArgumentException("a record that JSON cannot show: " + e.getMessage(), e);
        }
    }

    public static String of(JsonElement element) {
        return OTHER.toJson(element);
    }
}
