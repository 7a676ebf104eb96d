package io.muster.agent.rpc;

import io.grpc.Status;
import java.util.Locale;

/** Says in words why a stream ended. Stateless. */
final class RpcFailure {
    private RpcFailure() {}

    static String describe(String endpoint, Throwable failure) {
        Status status = Status.fromThrowable(failure);
        String what = status.getDescription();
        Throwable root = status.getCause();
        while (root != null && root.getCause() != null) {
            root = root.getCause();
        }
        StringBuilder sentence = new StringBuilder(endpoint)
                .append(": ")
                .append(status.getCode().name().toLowerCase(Locale.ROOT).replace('_', ' '));
        if (what != null && !what.isEmpty()) {
            sentence.append(", ").append(what);
        }
        if (root != null && root.getMessage() != null) {
            sentence.append(" (").append(root.getMessage()).append(')');
        }
        return sentence.toString();
    }
}
