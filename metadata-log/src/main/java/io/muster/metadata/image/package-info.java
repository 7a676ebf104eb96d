/**
 * The image: the immutable state that replaying the log yields.
 *
 * <p>{@link io.muster.metadata.image.MetadataImage#apply} is the only way state changes, on the controller and on every
 * follower alike. Pure: depends on the log schema and persistent collections; knows no Ratis, gRPC, HTTP, thread or clock.
 */
@NullMarked
package io.muster.metadata.image;

import org.jspecify.annotations.NullMarked;
