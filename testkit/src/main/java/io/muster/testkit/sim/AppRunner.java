package io.muster.testkit.sim;

import io.muster.agent.Ownership;
import io.muster.agent.Workload;
import io.muster.agent.core.Callback;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Makes the calls into a real application, at the moment they are due. Stateless. */
final class AppRunner {
    private AppRunner() {}

    /** Returns what the call threw; null if it returned. */
    static @Nullable Throwable call(Workload workload, Callback callback) {
        try {
            switch (callback.kind()) {
                case PREPARE -> workload.prepare(callback.partition());
                case LEAD -> workload.lead(ownership(callback));
                case RELEASE -> workload.release(ownership(callback), callback.timeLeft());
                case DROP -> workload.drop(callback.partition());
            }
            return null;
        } catch (AssertionError broken) {
            throw broken; // a check of the rehearsal, not a failure of the work
        } catch (Throwable failure) { // whatever the application throws, as in a real agent
            return failure;
        }
    }

    private static Ownership ownership(Callback callback) {
        return Objects.requireNonNull(callback.ownership(), callback.kind() + " needs an ownership");
    }
}
