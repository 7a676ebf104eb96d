package io.muster.controller.decide;

import io.muster.controller.placement.NewPlacement;
import io.muster.controller.placement.Roster;
import io.muster.controller.placement.Seats;
import io.muster.error.ErrorCode;
import io.muster.error.MusterException;
import io.muster.log.v1.CauseKind;
import io.muster.log.v1.OwnershipMode;
import io.muster.log.v1.Record;
import io.muster.log.v1.ResourceRecord;
import io.muster.log.v1.StateKind;
import io.muster.metadata.image.MetadataImage;
import io.muster.metadata.image.PartitionState;
import io.muster.metadata.image.Resource;
import io.muster.metadata.record.LogCodec;
import io.muster.rpc.v1.CreateResourceReply;
import io.muster.rpc.v1.CreateResourceRequest;
import io.muster.rpc.v1.ResourceInfo;
import java.util.List;
import java.util.TreeMap;

/**
 * Creates a resource and places it on the unfenced brokers that carry its tags. Every first replica leads from the start.
 *
 * @param request what is wanted
 */
public record CreateResource(CreateResourceRequest request) implements Command<CreateResourceReply> {
    /** Most partitions of one resource. */
    public static final int MAX_PARTITIONS = 1_000_000;
    /** Most partitions of all resources together. */
    public static final int MAX_TOTAL_PARTITIONS = 2_000_000;
    /** What the entry around the record may take: batch, cause, request id and kept reply. */
    private static final int ENTRY_OVERHEAD_BYTES = 8_192;

    @Override
    public String name() {
        return "create-resource";
    }

    @Override
    public Decision<CreateResourceReply> decide(MetadataImage image, long wallMs) {
        ResourceChecks.checkName(request.getName());
        ResourceChecks.checkTags(request.getName(), request.getRequiredTagsMap());
        check(
                request.getPartitions() >= 1 && request.getPartitions() <= MAX_PARTITIONS,
                request.getPartitions() + " partitions are outside 1 to " + MAX_PARTITIONS
                        + "; ask for a number in between");
        check(
                request.getReplicas() >= 1 && request.getReplicas() <= PartitionState.MAX_REPLICAS,
                request.getReplicas() + " replicas are outside 1 to " + PartitionState.MAX_REPLICAS
                        + "; ask for a number in between");
        if (image.resource(request.getName()).isPresent()) {
            throw new MusterException(
                    ErrorCode.ALREADY_EXISTS,
                    "The resource " + request.getName() + " exists already; take another name, or delete it first.");
        }
        if (image.partitionCount() + request.getPartitions() > MAX_TOTAL_PARTITIONS) {
            throw new MusterException(
                    ErrorCode.FAILED_PRECONDITION,
                    refused(request.getPartitions() + " more partitions would make "
                            + (image.partitionCount() + request.getPartitions()) + " and the limit of a cluster is "
                            + MAX_TOTAL_PARTITIONS + "; delete resources that are no longer needed"));
        }
        Roster roster = new Roster(image);
        boolean[] eligible = eligible(roster);
        Resource resource = resource(image);
        ResourceRecord record = record(resource, NewPlacement.place(resource, roster, eligible));
        checkFits(record);
        String sentence = "Resource " + resource.name() + " was created: "
                + Steps.count(resource.partitions(), "partition") + " of "
                + Steps.count(resource.replicationFactor(), "replica");
        return new Decision<>(
                Decision.cause(CauseKind.RESOURCE_CHANGE, Facts.CONTROLLER, sentence),
                List.of(Record.newBuilder().setResource(record).build()),
                offset -> reply(resource, offset));
    }

    private boolean[] eligible(Roster roster) {
        boolean[] eligible = new boolean[roster.size()];
        int count = 0;
        for (int b = 0; b < eligible.length; b++) {
            eligible[b] = roster.isLive(b) && roster.carries(b, request.getRequiredTagsMap());
            count += eligible[b] ? 1 : 0;
        }
        if (count < request.getReplicas()) {
            String tags = request.getRequiredTagsMap().isEmpty()
                    ? ""
                    : " with the tags " + new TreeMap<>(request.getRequiredTagsMap());
            throw new MusterException(
                    ErrorCode.FAILED_PRECONDITION,
                    refused("it wants " + Steps.count(request.getReplicas(), "replica") + " and "
                            + (count == 1 ? "1 unfenced broker is" : count + " unfenced brokers are") + " there" + tags
                            + " (of " + roster.size() + " registered); ask for fewer replicas, or start more brokers"));
        }
        return eligible;
    }

    private Resource resource(MetadataImage image) {
        return new Resource(
                image.nextOffset(),
                request.getName(),
                request.getPartitions(),
                request.getReplicas(),
                request.getStateKind() == StateKind.STATE_KIND_UNSPECIFIED
                        ? StateKind.STATE_NONE
                        : request.getStateKind(),
                request.getOwnership() == OwnershipMode.OWNERSHIP_MODE_UNSPECIFIED
                        ? OwnershipMode.LEASED
                        : request.getOwnership(),
                image.allocateSlots(request.getPartitions()),
                request.getRequiredTagsMap());
    }

    private static ResourceRecord record(Resource resource, Seats seats) {
        ResourceRecord.Builder record = ResourceRecord.newBuilder()
                .setName(resource.name())
                .setPartitions(resource.partitions())
                .setReplicationFactor(resource.replicationFactor())
                .setStateKind(resource.stateKind())
                .setOwnership(resource.ownership())
                .setFirstSlot(resource.firstSlot())
                .putAllRequiredTags(new TreeMap<>(resource.requiredTags()));
        for (int p = 0; p < resource.partitions(); p++) {
            for (int i = 0; i < resource.replicationFactor(); i++) {
                record.addReplicas(seats.idAt(p, i));
            }
        }
        return record.build();
    }

    private void checkFits(ResourceRecord record) {
        int limit = LogCodec.MAX_ENTRY_BYTES - ENTRY_OVERHEAD_BYTES;
        int size = record.getSerializedSize();
        if (size > limit) {
            long fits = (long) request.getPartitions() * limit / size / 1000 * 1000;
            throw new MusterException(
                    ErrorCode.INVALID_ARGUMENT,
                    refused(request.getPartitions() + " partitions of " + request.getReplicas() + " replicas need "
                            + size + " bytes in one log entry and the limit is " + limit + "; about " + fits
                            + " partitions fit, so split it into several resources"));
        }
    }

    private static CreateResourceReply reply(Resource resource, long offset) {
        return CreateResourceReply.newBuilder()
                .setOffset(offset)
                .setResource(ResourceInfo.newBuilder()
                        .setName(resource.name())
                        .setResourceId(offset)
                        .setPartitions(resource.partitions())
                        .setReplicas(resource.replicationFactor())
                        .setStateKind(resource.stateKind())
                        .setOwnership(resource.ownership())
                        .putAllRequiredTags(new TreeMap<>(resource.requiredTags())))
                .build();
    }

    private String refused(String why) {
        return "Resource " + request.getName() + " cannot be created: " + why + ".";
    }

    private void check(boolean holds, String otherwise) {
        if (!holds) {
            throw new MusterException(ErrorCode.INVALID_ARGUMENT, refused(otherwise));
        }
    }
}
