package io.muster.node.config;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Checks who is in the quorum and who listens where. */
final class TopologyChecks {
    private final ConfigDraft draft;
    private final Set<Role> roles;

    TopologyChecks(ConfigDraft draft, Set<Role> roles) {
        this.draft = draft;
        this.roles = roles;
    }

    void run() {
        draft.find(ConfigKeys.VOTERS).ifPresent(this::checkVoters);
        if (roles.contains(Role.CONTROLLER)) {
            if (!draft.isSet(ConfigKeys.VOTERS)) {
                draft.problem(
                        ConfigKeys.VOTERS,
                        "a controller must know the initial voters; write 1@host1:9093,2@host2:9093,…");
            }
            deriveQuorumListener();
            draft.find(ConfigKeys.VOTERS)
                    .filter(voters -> voters.size() > 1)
                    .ifPresent(voters -> requireServers(voters.size()));
        } else if (!draft.isSet(ConfigKeys.BOOTSTRAP_SERVERS)) {
            draft.problem(
                    ConfigKeys.BOOTSTRAP_SERVERS,
                    "a node that is only a broker finds the controller by it; write the listeners of some voters, as "
                            + "in host1:9090,host2:9090");
        }
        deriveAdvertisedListener();
        checkPorts();
    }

    private void requireServers(int voters) {
        if (!draft.isSet(ConfigKeys.BOOTSTRAP_SERVERS)) {
            draft.problem(
                    ConfigKeys.BOOTSTRAP_SERVERS,
                    "one of " + voters + " voters must know where the others listen for gRPC, to ask who leads and "
                            + "whether they have a log before it votes with a blank one; write the listener of every "
                            + "voter, as in host1:9090,host2:9090");
        }
    }

    private void checkVoters(List<Voter> voters) {
        Map<Integer, Voter> byId = new HashMap<>();
        Map<Endpoint, Voter> byEndpoint = new HashMap<>();
        for (Voter voter : voters) {
            if (byId.putIfAbsent(voter.id(), voter) != null) {
                draft.problem(
                        ConfigKeys.VOTERS, "node id " + voter.id() + " is in the list twice; each voter has its own");
            }
            Voter other = byEndpoint.putIfAbsent(voter.endpoint(), voter);
            if (other != null && other.id() != voter.id()) {
                draft.problem(
                        ConfigKeys.VOTERS,
                        "voters " + other.id() + " and " + voter.id() + " have the same address " + voter.endpoint()
                                + "; each voter needs its own");
            }
        }
        draft.find(ConfigKeys.NODE_ID).ifPresent(id -> checkMembership(id, byId));
    }

    private void checkMembership(int id, Map<Integer, Voter> byId) {
        boolean listed = byId.containsKey(id);
        if (roles.contains(Role.CONTROLLER) && !listed) {
            draft.problem(
                    ConfigKeys.VOTERS,
                    "this node is a controller but its node.id " + id + " is not in the list " + byId.keySet()
                            + "; add it, or take the role away");
        } else if (!roles.contains(Role.CONTROLLER) && listed) {
            draft.problem(
                    ConfigKeys.VOTERS,
                    "node " + id + " is in the list but has no controller role; take it out, or add the role to "
                            + "process.roles");
        }
    }

    private void deriveQuorumListener() {
        var id = draft.find(ConfigKeys.NODE_ID);
        var own = draft.find(ConfigKeys.VOTERS)
                .flatMap(voters -> voters.stream()
                        .filter(v -> id.isPresent() && v.id() == id.get())
                        .findFirst());
        own.ifPresent(voter -> {
            int port = voter.endpoint().port();
            draft.derive(ConfigKeys.QUORUM_LISTENER, new Endpoint("0.0.0.0", port));
            draft.find(ConfigKeys.QUORUM_LISTENER)
                    .filter(l -> l.port() != port)
                    .ifPresent(listener -> draft.problem(
                            ConfigKeys.QUORUM_LISTENER,
                            "it listens at port " + listener.port() + " but the other voters look for " + voter
                                    + " (controller.quorum.voters); make the ports equal"));
        });
    }

    private void deriveAdvertisedListener() {
        draft.find(ConfigKeys.LISTENER).ifPresent(listener -> {
            if (!draft.isSet(ConfigKeys.ADVERTISED_LISTENER) && listener.isWildcard()) {
                draft.problem(
                        ConfigKeys.ADVERTISED_LISTENER,
                        "it must be set because listener " + listener + " means all interfaces; write the name other "
                                + "nodes use, as in host1:" + listener.port());
            } else {
                draft.derive(ConfigKeys.ADVERTISED_LISTENER, listener);
            }
        });
        draft.find(ConfigKeys.ADVERTISED_LISTENER).filter(Endpoint::isWildcard).ifPresent(advertised -> {
            if (draft.isSet(ConfigKeys.ADVERTISED_LISTENER)) {
                draft.problem(
                        ConfigKeys.ADVERTISED_LISTENER,
                        "nobody can connect to " + advertised + "; write the name other nodes use");
            }
        });
    }

    private void checkPorts() {
        List<ConfigKey<Endpoint>> listeners = roles.contains(Role.CONTROLLER)
                ? List.of(ConfigKeys.LISTENER, ConfigKeys.QUORUM_LISTENER, ConfigKeys.HTTP_LISTENER)
                : List.of(ConfigKeys.LISTENER, ConfigKeys.HTTP_LISTENER);
        for (int i = 0; i < listeners.size(); i++) {
            for (ConfigKey<Endpoint> other : listeners.subList(i + 1, listeners.size())) {
                ConfigKey<Endpoint> one = listeners.get(i);
                draft.find(one)
                        .ifPresent(a -> draft.find(other)
                                .filter(a::clashesWith)
                                .ifPresent(b -> draft.problem(
                                        other,
                                        b + " clashes with " + one.name() + " " + a
                                                + "; give each listener its own port")));
            }
        }
    }
}
