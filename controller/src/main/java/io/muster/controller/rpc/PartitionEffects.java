package io.muster.controller.rpc;

import io.muster.metadata.image.ImageDelta.PartitionChange;
import io.muster.metadata.image.PartitionState;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/** What a batch did to one partition, in words: "leader 2 -> 1", "epoch 36 -> 41". Stateless. */
final class PartitionEffects {
    private PartitionEffects() {}

    static List<String> of(PartitionChange change) {
        PartitionState old = change.before();
        PartitionState now = change.after();
        List<String> effects = new ArrayList<>();
        if (now == null) {
            effects.add("deleted");
        } else if (old == null) {
            effects.add("created");
            effects.add("leader " + name(now.leader()));
            effects.add("epoch " + now.leaderEpoch());
            effects.add("replicas " + list(now.replicas()));
        } else {
            differ(effects, "leader", name(old.leader()), name(now.leader()));
            differ(effects, "epoch", Long.toString(old.leaderEpoch()), Long.toString(now.leaderEpoch()));
            differ(effects, "ready", list(old.readyBrokers()), list(now.readyBrokers()));
            differ(effects, "replicas", list(old.replicas()), list(now.replicas()));
            differ(effects, "adding", of(old, old.addingMask()), of(now, now.addingMask()));
            differ(effects, "removing", of(old, old.removingMask()), of(now, now.removingMask()));
            differ(effects, "releasing", name(old.releasing()), name(now.releasing()));
            differ(effects, "next", name(old.target()), name(now.target()));
        }
        return effects;
    }

    private static void differ(List<String> effects, String what, String old, String now) {
        if (!old.equals(now)) {
            effects.add(what + " " + old + " -> " + now);
        }
    }

    private static String of(PartitionState state, int mask) {
        return list(state.brokersIn(mask));
    }

    private static String name(int broker) {
        return broker == PartitionState.NONE ? "none" : Integer.toString(broker);
    }

    private static String list(int[] brokers) {
        return brokers.length == 0
                ? "none"
                : Arrays.stream(brokers).mapToObj(Integer::toString).collect(Collectors.joining(","));
    }
}
