package io.muster.controller.decide;

import io.muster.error.ErrorCode;
import io.muster.error.MusterException;
import io.muster.metadata.image.MetadataImage;
import io.muster.metadata.image.PartitionState;
import java.util.Map;
import java.util.regex.Pattern;

/** What every name and tag of a resource must be. */
final class ResourceChecks {
    static final int MAX_NAME_CHARS = 249;
    static final int MAX_TAGS = 32;
    private static final int SHOWN_CHARS = 40;
    private static final Pattern NAME = Pattern.compile("[a-zA-Z0-9._-]+");

    private ResourceChecks() {}

    static void checkName(String name) {
        if (name.isEmpty()) {
            throw refuse("A resource needs a name: 1 to " + MAX_NAME_CHARS
                    + " letters, digits, dots, underscores or dashes.");
        }
        if (name.length() > MAX_NAME_CHARS) {
            throw refuse("The resource name that starts with '" + shown(name) + "' has " + name.length()
                    + " characters and the limit is " + MAX_NAME_CHARS + "; take a shorter one.");
        }
        if (!NAME.matcher(name).matches()) {
            throw refuse("The resource name '" + shown(name)
                    + "' is refused: only letters a-z and A-Z, digits, dots, underscores and dashes are allowed.");
        }
        if (name.equals(".") || name.equals("..")) {
            throw refuse("The resource name '" + name + "' is refused: it means a directory; take another one.");
        }
    }

    /**
     * A partition that an operator names.
     *
     * @throws MusterException NOT_FOUND with what to do
     */
    static PartitionState partition(MetadataImage image, String resource, int partition) {
        checkName(resource);
        return image.resource(resource)
                .flatMap(found -> image.partition(found.id(), partition))
                .orElseThrow(() -> new MusterException(
                        ErrorCode.NOT_FOUND,
                        "There is no partition " + partition + " of a resource " + resource
                                + "; 'muster resources list' shows the resources and their partitions."));
    }

    static void checkTags(String name, Map<String, String> tags) {
        int longest = 0;
        for (Map.Entry<String, String> tag : tags.entrySet()) {
            longest = Math.max(
                    longest, Math.max(tag.getKey().length(), tag.getValue().length()));
        }
        if (tags.size() > MAX_TAGS || longest > MAX_NAME_CHARS) {
            throw refuse("Resource " + name + " asks for " + tags.size() + " tags, the longest part has " + longest
                    + " characters; the limits are " + MAX_TAGS + " and " + MAX_NAME_CHARS + ".");
        }
    }

    /** The start of a text that cannot be trusted, safe to print. */
    private static String shown(String text) {
        String start = text.length() > SHOWN_CHARS ? text.substring(0, SHOWN_CHARS) + "…" : text;
        return start.replaceAll("\\p{C}", "?");
    }

    private static MusterException refuse(String message) {
        return new MusterException(ErrorCode.INVALID_ARGUMENT, message);
    }
}
