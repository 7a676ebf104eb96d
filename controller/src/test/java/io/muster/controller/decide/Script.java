package io.muster.controller.decide;

import io.muster.log.v1.Batch;
import io.muster.log.v1.CauseKind;
import io.muster.log.v1.Record;
import io.muster.metadata.image.PartitionState;
import io.muster.metadata.image.Resource;
import io.muster.rpc.v1.SetBrokerFenceRequest;

/**
 * Plays a scenario line by line and writes down what was decided: each line that starts with {@code >} is a step, what follows it
 * is the batch and, for {@code show}, the partitions. Steps: {@code cluster N}, {@code create NAME P R}, {@code die ID},
 * {@code restart ID}, {@code join ID [RACK]}, {@code stop ID}, {@code stopped ID}, {@code hold ID}, {@code unhold ID},
 * {@code unfence ID}, {@code lease-over ID}, {@code agents}, {@code balance}, {@code settle}, {@code wait MS}, {@code show}.
 */
final class Script {
    private Decider decider = new Decider();
    private final StringBuilder out = new StringBuilder();
    private long written;

    /** The transcript of the steps in {@code text}; other lines of it are left out, comments stay. */
    static String play(String text) {
        Script script = new Script();
        for (String line : text.lines().toList()) {
            if (line.startsWith("#") || line.isBlank()) {
                script.out.append(line).append('\n');
            } else if (line.startsWith("> ")) {
                script.out.append(line).append('\n');
                script.step(line.substring(2).split(" "));
            }
        }
        return script.out.toString().stripTrailing() + "\n";
    }

    private void step(String[] words) {
        int id = words.length > 1 && words[1].matches("\\d+") ? Integer.parseInt(words[1]) : 0;
        switch (words[0]) {
            case "cluster" -> {
                decider = Decider.cluster(id);
                written = decider.image().nextOffset();
            }
            case "create" -> decider.create(words[1], Integer.parseInt(words[2]), Integer.parseInt(words[3]));
            case "die" -> decider.fence(id, CauseKind.SESSION_TIMEOUT);
            case "restart" ->
                decider.run(new RegisterBroker(Decider.record(id, "", 100, "again-" + decider.wallMs()), false));
            case "join" ->
                decider.run(new RegisterBroker(
                        Decider.record(id, words.length > 2 ? words[2] : "", 100, "incarnation-" + id), false));
            case "unfence" ->
                decider.run(new UnfenceBroker(id, decider.epoch(id), "it is caught up and its application is ready"));
            case "stop" -> decider.run(new StopBroker(id, decider.epoch(id)));
            case "stopped" ->
                decider.run(new FenceBroker(id, decider.epoch(id), CauseKind.GRACEFUL_STOP, "it has stopped"));
            case "hold" -> fence(id, true);
            case "unhold" -> fence(id, false);
            case "lease-over" -> decider.run(new LeaseOver(id, "it was not renewed for 2000 ms"));
            case "agents" -> decider.agentsWork();
            case "balance" -> decider.balance();
            case "settle" -> decider.settle();
            case "wait" -> decider.advance(id);
            case "show" -> show();
            default -> throw new IllegalArgumentException("unknown step " + words[0]);
        }
        if (!words[0].equals("settle")) {
            last();
        }
        written = decider.image().nextOffset();
    }

    private void fence(int id, boolean fenced) {
        decider.run(new SetFence(SetBrokerFenceRequest.newBuilder()
                .setId(id)
                .setFenced(fenced)
                .setReason("disk check")
                .build()));
    }

    private void last() {
        for (Batch batch : decider.since(written)) {
            out.append("%d %s by %s: %s\n"
                    .formatted(
                            batch.getBaseOffset(),
                            batch.getCause().getKind(),
                            batch.getCause().getActor(),
                            batch.getCause().getSentence()));
            batch.getRecordsList().forEach(this::record);
        }
    }

    private void record(Record record) {
        switch (record.getFactCase()) {
            case BROKER ->
                line("broker " + record.getBroker().getBrokerId() + " "
                        + record.getBroker().getIncarnation());
            case BROKER_STATE ->
                line("broker " + record.getBrokerState().getBrokerId() + " is "
                        + record.getBrokerState().getState() + ": "
                        + record.getBrokerState().getReason());
            case RESOURCE -> {
                line("resource " + record.getResource().getName() + " at slot "
                        + record.getResource().getFirstSlot());
                line("replicas " + record.getResource().getReplicasList());
            }
            case PARTITION_CHANGES ->
                record.getPartitionChanges()
                        .getAllFields()
                        .forEach((column, values) -> line(column.getName() + " " + values));
            default -> line(record.getFactCase().toString());
        }
    }

    private void line(String text) {
        out.append("    ").append(text).append('\n');
    }

    private void show() {
        decider.image()
                .brokers()
                .forEach(b -> out.append("  broker %d %s leads %d of %d\n"
                        .formatted(b.id(), b.state(), decider.leaders(b.id()), decider.replicas(b.id()))));
        for (Resource resource : decider.image().resources()) {
            for (int p = 0; p < resource.partitions(); p++) {
                PartitionState state = decider.image().partitionAt(resource.slotOf(p));
                out.append("  ").append(state).append('\n');
            }
        }
    }
}
