package io.muster.testkit.witness;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * What goes over the wire between workload and sink: a hello, then frames of many beats, each answered before the next.
 * Big-endian as {@link DataOutputStream} writes it. Stateless.
 */
final class WitnessProtocol {
    /** Most beats in one frame. */
    static final int MAX_BEATS = 20_000;

    private static final int MAGIC = 0x4d57_5402;

    /** Beats of one node, and what its guards refused since the last frame. */
    record Frame(long guardRefusals, List<Beat> beats) {}

    private WitnessProtocol() {}

    static void writeHello(DataOutputStream out, int node) throws IOException {
        out.writeInt(MAGIC);
        out.writeInt(node);
        out.flush();
    }

    static int readHello(DataInputStream in) throws IOException {
        if (in.readInt() != MAGIC) {
            throw new IOException("the other side does not speak the witness protocol");
        }
        return in.readInt();
    }

    static void writeFrame(DataOutputStream out, Frame frame) throws IOException {
        out.writeLong(frame.guardRefusals());
        out.writeInt(frame.beats().size());
        for (Beat beat : frame.beats()) {
            out.writeUTF(beat.partition().resource());
            out.writeLong(beat.partition().resourceId());
            out.writeInt(beat.partition().number());
            out.writeLong(beat.epoch());
            out.writeLong(beat.sequence());
            out.writeLong(beat.askedNanos());
            out.writeLong(beat.guardedNanos());
        }
        out.flush();
    }

    static Frame readFrame(DataInputStream in) throws IOException {
        long guardRefusals = in.readLong();
        int count = in.readInt();
        if (count < 0 || count > MAX_BEATS) {
            throw new IOException("a frame of " + count + " beats is over the limit of " + MAX_BEATS);
        }
        List<Beat> beats = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            var partition = new WitnessedPartition(in.readUTF(), in.readLong(), in.readInt());
            beats.add(new Beat(partition, in.readLong(), in.readLong(), in.readLong(), in.readLong()));
        }
        return new Frame(guardRefusals, beats);
    }

    /** The answer to a frame: how many of its beats were refused. */
    static void writeAnswer(DataOutputStream out, int refused) throws IOException {
        out.writeInt(refused);
        out.flush();
    }

    static int readAnswer(DataInputStream in) throws IOException {
        return in.readInt();
    }
}
