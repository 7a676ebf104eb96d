package io.muster.node.config;

import io.muster.error.ErrorCode;
import io.muster.error.MusterException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Collects everything that is wrong with a config, so that it is all told in one go. */
final class ConfigProblems {
    private final Path file;
    private final List<String> problems = new ArrayList<>();

    ConfigProblems(Path file) {
        this.file = file;
    }

    /**
     * @param where "node.properties:12", "environment NODE_ID", or the name of a key that is not set
     * @param what what is wrong and how to put it right
     */
    void add(String where, String what) {
        add(where + ": " + what);
    }

    void add(String problem) {
        problems.add(problem);
    }

    boolean isEmpty() {
        return problems.isEmpty();
    }

    /** @throws MusterException INVALID_ARGUMENT with one line per problem, if there are any */
    void throwIfAny() {
        if (!problems.isEmpty()) {
            throw exception();
        }
    }

    MusterException exception() {
        String count = problems.size() == 1 ? "1 problem" : problems.size() + " problems";
        return new MusterException(
                ErrorCode.INVALID_ARGUMENT, file + " has " + count + ":\n  " + String.join("\n  ", problems));
    }
}
