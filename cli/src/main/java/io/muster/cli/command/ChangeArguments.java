package io.muster.cli.command;

import io.muster.rpc.v1.ChangeOptions;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Options of every command that changes something. */
public final class ChangeArguments {
    @Option(names = "--dry-run", description = "Decide and answer as if, but change nothing.")
    private boolean dryRun;

    @Option(
            names = "--request-id",
            paramLabel = "ID",
            description =
                    "Makes a repetition safe: a change with an id that was already answered is answered the same, "
                            + "and not done again. Default: a random one.")
    private @Nullable String requestId;

    @Option(
            names = "--expected-offset",
            paramLabel = "OFFSET",
            description = "Refuse if the metadata log is no longer exactly at this offset.")
    private long expectedOffset;

    ChangeOptions toOptions() {
        return ChangeOptions.newBuilder()
                .setRequestId(requestId == null ? UUID.randomUUID().toString() : requestId)
                .setDryRun(dryRun)
                .setExpectedOffset(expectedOffset)
                .setActor(System.getProperty("user.name", "unknown"))
                .build();
    }
}
