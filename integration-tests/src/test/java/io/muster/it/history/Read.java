package io.muster.it.history;

import io.muster.metadata.image.MetadataImage;
import java.util.function.Function;

/**
 * A read that was answered.
 *
 * @param what for people
 * @param invokedNanos before it was asked
 * @param strict whether every change acknowledged before {@code invokedNanos} had to be in it
 * @param offset the answer is of the image whose next offset this is
 * @param answer what matters of the answer
 * @param expected the same, from an image
 */
public record Read(
        String what,
        long invokedNanos,
        boolean strict,
        long offset,
        String answer,
        Function<MetadataImage, String> expected) {}
