package io.muster.node;

import io.muster.agent.Ownership;
import io.muster.agent.Partition;
import io.muster.agent.Workload;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** A workload that only remembers what it leads. */
final class LedPartitions implements Workload {
    private final Map<Partition, Ownership> led = new ConcurrentHashMap<>();
    /** The partition that cannot be led; none is -1. */
    volatile int broken = -1;

    @Override
    public void lead(Ownership ownership) {
        if (ownership.partition().number() == broken) {
            throw new IllegalStateException("the data of " + ownership.partition() + " is damaged");
        }
        led.put(ownership.partition(), ownership);
    }

    @Override
    public void release(Ownership ownership, Duration timeLeft) {
        led.remove(ownership.partition(), ownership);
    }

    /** How many partitions are led under an ownership that holds now. */
    int count() {
        return (int) led.values().stream().filter(Ownership::isValid).count();
    }
}
