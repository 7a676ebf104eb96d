package io.muster.testkit.invariant;

import io.muster.metadata.image.ImageWriter;
import io.muster.metadata.image.MetadataImage;
import io.muster.metadata.record.LogCodec;
import java.util.zip.CRC32C;

/** A fingerprint of an image: equal for equal images, made from the bytes of its snapshot. */
public final class ImageHash {
    private ImageHash() {}

    public static long of(MetadataImage image) {
        CRC32C crc = new CRC32C();
        crc.update(ImageWriter.header(image, LogCodec.FORMAT_LEVEL).toByteArray());
        ImageWriter.write(image, chunk -> crc.update(chunk.toByteArray()));
        return crc.getValue();
    }
}
