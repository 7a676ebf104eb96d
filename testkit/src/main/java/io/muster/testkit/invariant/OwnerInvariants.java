package io.muster.testkit.invariant;

import io.muster.agent.Ownership;
import io.muster.agent.Partition;
import io.muster.log.v1.OwnershipMode;
import io.muster.metadata.image.Applied;
import io.muster.metadata.image.Resource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Invariants 4 and 5 from the owners' side: which tokens they were given, and who believes to own what, now. */
final class OwnerInvariants {
    private final Tally tally;
    private final Map<Partition, List<Held>> held = new HashMap<>();
    /** Who was given each token. */
    private final Map<Partition, Map<Long, Integer>> tokens = new HashMap<>();
    /** The last effect that storage has accepted. */
    private final Map<Partition, Effect> effects = new HashMap<>();
    /** Resources, also deleted ones, whose storage checks the token: there two may believe to own at once. */
    private final Set<Long> tokenFenced = new HashSet<>();
    /** Partitions that more than one broker holds an ownership of, valid or not. */
    private final Set<Partition> contested = new HashSet<>();

    private record Effect(int broker, long epoch) {}

    private record Held(int broker, Ownership ownership) {}

    OwnerInvariants(Tally tally) {
        this.tally = tally;
    }

    void accepted(Applied applied) {
        for (Resource created : applied.delta().created()) {
            if (created.ownership() == OwnershipMode.TOKEN_FENCED) {
                tokenFenced.add(created.id());
            }
        }
    }

    void granted(int broker, Ownership ownership) {
        Partition partition = ownership.partition();
        tally.checked(4);
        Integer other = tokens.computeIfAbsent(partition, p -> new HashMap<>()).putIfAbsent(ownership.epoch(), broker);
        if (other != null && other != broker) {
            throw tally.broken(
                    4,
                    "brokers " + other + " and " + broker + " were both given " + partition + " with epoch "
                            + ownership.epoch());
        }
        List<Held> holders = held.computeIfAbsent(partition, p -> new ArrayList<>());
        holders.removeIf(h -> h.broker() == broker);
        holders.add(new Held(broker, ownership));
        if (holders.size() > 1) {
            contested.add(partition);
        }
        check(partition, holders);
    }

    void released(int broker, Ownership ownership) {
        List<Held> holders = held.get(ownership.partition());
        if (holders != null) {
            holders.removeIf(h -> h.broker() == broker && h.ownership() == ownership);
            if (holders.size() < 2) {
                contested.remove(ownership.partition());
            }
            if (holders.isEmpty()) {
                held.remove(ownership.partition());
            }
        }
    }

    void crashed(int broker) {
        held.values().forEach(list -> list.removeIf(h -> h.broker() == broker));
        held.values().removeIf(List::isEmpty);
        contested.removeIf(p -> held.getOrDefault(p, List.of()).size() < 2);
    }

    /** Storage accepted an effect that carries this token: it may never go back. */
    void accepted(Partition partition, long epoch, int broker) {
        tally.checked(5);
        Effect newest = effects.get(partition);
        if (newest != null && newest.epoch() > epoch) {
            throw tally.broken(
                    5,
                    "storage accepted an effect of broker " + broker + " on " + partition + " with epoch " + epoch
                            + " after one of broker " + newest.broker() + " with epoch " + newest.epoch());
        }
        if (newest != null && newest.epoch() == epoch && newest.broker() != broker) {
            throw tally.broken(
                    4,
                    "brokers " + newest.broker() + " and " + broker + " both wrote to " + partition + " with epoch "
                            + epoch);
        }
        effects.put(partition, new Effect(broker, epoch));
    }

    /** Looks at every partition that more than one broker holds an ownership of: the others cannot be owned twice. */
    void check() {
        tally.checked(5);
        for (Partition partition : contested) {
            check(partition, held.getOrDefault(partition, List.of()));
        }
    }

    private void check(Partition partition, List<Held> holders) {
        tally.checked(5);
        if (holders.size() < 2 || tokenFenced.contains(partition.resourceId())) {
            return;
        }
        List<Held> valid = holders.stream().filter(h -> h.ownership().isValid()).toList();
        if (valid.size() > 1) {
            throw tally.broken(
                    5,
                    "brokers " + valid.stream().map(Held::broker).toList() + " own " + partition
                            + " at one instant, at epochs "
                            + valid.stream().map(h -> h.ownership().epoch()).toList());
        }
    }
}
